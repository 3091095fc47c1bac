"""Content of a release that would be frozen now: numbers of rows, versions, and reasons to wait."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from challenge.formats.texts import counted
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import boards
from challenge.models import Release, Resolution, Uncertainty, Versions, ranked_versions, today
from challenge.results.scored_again import scored_again


@dataclass(frozen=True)
class Preview:
    """Content of a release that is asked for now."""

    versions: Versions | None
    #: Resolution, number of rows of entries, and number of published results.
    counts: Sequence[tuple[int, int, int]]
    n_anonymous: int
    #: Reasons to wait, one sentence each.
    doubts: Sequence[str]

    @property
    def n_entries(self) -> int:
        """Number of rows of entries at all resolutions."""
        return sum(entries for _, entries, _ in self.counts)


def preview() -> Preview:
    """Return what would be frozen now, in a few queries."""
    versions = ranked_versions()
    found = boards(Filters(all_entries=True), Resolution.values, versions)
    entries = [row for board in found.values() for row in board.entries]
    evaluations = {evaluation.pk for row in entries for evaluation in row.evaluations}
    known = set(
        Uncertainty.objects.known().filter(evaluation__in=evaluations).values_list("evaluation", flat=True)
    )
    return Preview(
        versions,
        [(size, len(board.entries), len(board.rows) - len(board.entries)) for size, board in found.items()],
        sum(row.is_anonymous for row in entries),
        list(_doubts(versions, len(entries), len(evaluations - known))),
    )


def _doubts(versions: Versions | None, n_entries: int, n_without_intervals: int) -> Iterator[str]:
    if versions is None:
        yield "No test labels are loaded, so only published results would be frozen."
    elif versions.ground_truth.is_demo:
        yield "The labels are demo data: the scores of entries mean nothing, and nobody should cite this release."
    elif versions.ground_truth.is_official is False:
        yield f"“{versions.ground_truth}” are not the official labels."
    if again := scored_again(versions):
        yield f"{again} The release would have the earlier ones."
    if not n_entries:
        yield "No entry is ranked."
    if n_without_intervals:
        some = counted(n_without_intervals, "submission")
        yield f"The intervals of {some} are not known, so some ranges of ranks are missing."


def next_name() -> str:
    """Return the next free name of this year."""
    year = today().year
    taken = [name.partition(".") for name in Release.objects.values_list("name", flat=True)]
    numbers = [int(number) for of_year, _, number in taken if of_year == str(year)]
    return f"{year}.{max(numbers, default=0) + 1}"
