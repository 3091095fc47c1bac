"""Badge of an entry: its rank, as everybody may see it."""

from challenge.figures.badge import draw_badge
from challenge.formats.numbers import ranks_text
from challenge.formats.texts import cut
from challenge.leaderboard.uncertainty import positions
from challenge.models import MethodGroup, Metric, Submission, ranked_versions
from challenge.releases.of_entry import releases_of
from challenge.results.rows import RowKey

#: Of an entry whose scores others cannot see, and of one that does not exist: both look the same.
NOT_PUBLIC = draw_badge("BIG", "not on the leaderboard", is_neutral=True)


def badge_of(submission: Submission) -> str:
    """Return the badge of an entry whose scores are public, as SVG.

    A rank in a release never changes, so the latest release comes first; without one, the rank is that of today.
    """
    size = f"{submission.resolution} px"
    for one in releases_of(submission, is_insider=False):
        label = _label(str(one.release), size, is_demo=one.release.is_demo)
        rank = _rank(one.standing.rank, one.standing.images, one.n_ranked, is_mean=one.is_of_group)
        return draw_badge(label, rank)
    phase, versions = submission.phase, ranked_versions()
    scored = submission.latest_scores(versions)
    if scored is None:
        return NOT_PUBLIC
    name = f"BIG · {cut(phase.name, 40)}" if phase.board else "BIG"
    label = _label(name, size, is_demo=scored.ground_truth.is_demo)
    places = positions(submission.resolution, Metric.AUC, versions, phase.board)
    owners: list[Submission | MethodGroup] = [submission, *filter(None, [submission.group])]
    for owner in owners:
        if place := places.get(RowKey.of(owner)):
            rank = _rank(place.rank, place.rank_range, place.of, is_mean=owner is not submission)
            return draw_badge(label, rank)
    return draw_badge(label, f"AUC {scored.auc:.4f}")


def _label(name: str, size: str, *, is_demo: bool) -> str:
    return f"{name} · {size}{' · demo data' if is_demo else ''}"


def _rank(rank: int | None, ends: tuple[int, int] | None, of: int, *, is_mean: bool) -> str:
    around = f" ({ranks_text(ends)})" if ends and ends != (rank, rank) else ""
    return f"rank {rank}{around} of {of}{', mean of seeds' if is_mean else ''}"
