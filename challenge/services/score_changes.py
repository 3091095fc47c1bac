"""Changed scores: lines of the history (who had an entry scored again, means before and after, why), and mails."""

from collections.abc import Iterable, Iterator
from typing import Any

from accounts.models import Team
from challenge.models import Evaluation, HistoryLine, Mail, Metric, Versions
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import history

#: Act of the lines.
SCORES_CHANGED = "scores changed"
#: Name of the mail.
TOLD = "scores_changed"
#: Columns of an evaluation that a line names.
_NAMED = (*METRICS, "scorer_version", "created_at", "ground_truth__name", "ground_truth__checksum")
#: Further columns of the evaluation with the new scores: its submission, and the acts of organizers behind it.
_BEHIND = (
    *("submission__model_name", "submission__resolution"),
    *("submission__team__name", "submission__team__email"),
    *(
        f"{act}__{field}"
        for act in ("asked_in", "ground_truth__activation")
        for field in ("actor__name", "actor_name", "action", "reason")
    ),
)


def line_of_change(before: Evaluation, after: Evaluation) -> HistoryLine | None:
    """Return the line about new means of a submission; None if they equal the earlier means."""
    if all(getattr(before, metric) == getattr(after, metric) for metric in METRICS):
        return None
    by, reason = _cause(before, after)
    return history.line(
        SCORES_CHANGED,
        by=by,
        submission=after.submission,
        before=_means_of(before),
        after=_means_of(after),
        reason=reason,
    )


def lines_of_switch(ranked: Versions, wanted: Versions) -> Iterator[HistoryLine]:
    """Yield a line for each submission whose shown scores a switch of the ranked versions changes."""
    earlier = _shown_before(ranked, wanted)
    related = ("submission__team", "ground_truth__activation__actor", "asked_in__actor")
    scored = Evaluation.objects.by(wanted).scored().select_related(*related)
    for evaluation in scored.only(*_NAMED, *_BEHIND).iterator(chunk_size=500):
        before = earlier.get(evaluation.submission_id)
        if before and (line := line_of_change(before, evaluation)):
            yield line


def tell_teams(lines: Iterable[HistoryLine]) -> None:
    """Queue one mail for each team about all its changed scores; a team without an account gets none.

    There may be thousands, so the sweep sends their messages to the workers.
    """
    by_team: dict[int, list[HistoryLine]] = {}
    for line in lines:
        if line.team_id and line.team and line.team.email:
            by_team.setdefault(line.team_id, []).append(line)
    Mail.objects.bulk_create(
        [Mail(team_id=team, name=TOLD, context=_told(of_team)) for team, of_team in by_team.items()],
        batch_size=500,
    )


def _told(lines: Iterable[HistoryLine]) -> dict[str, Any]:
    """Return the values of the mail about lines of one team."""
    lines = list(lines)
    return {
        "entries": [
            {
                "name": f'#{line.submission.pk} "{line.submission.model_name}"',
                "resolution": line.submission.resolution,
                "means": changed_means(line),
            }
            for line in lines
            if line.submission
        ],
        "before": list(dict.fromkeys(line.before["by"] for line in lines)),
        "after": list(dict.fromkeys(line.after["by"] for line in lines)),
        "reasons": list(dict.fromkeys(line.reason for line in lines)),
    }


def changed_means(line: HistoryLine) -> list[tuple[str, float, float]]:
    """Return label, earlier and later mean of each metric that a line about changed scores is about."""
    means = ((Metric(name).label, line.before.get(name), line.after.get(name)) for name in METRICS)
    return [
        (str(label), old, new)
        for label, old, new in means
        if old is not None and new is not None and old != new
    ]


def _shown_before(ranked: Versions, wanted: Versions) -> dict[int, Evaluation]:
    """Return the evaluation of each submission that is shown until the switch: `Submission.latest_scores`."""
    shown: dict[int, Evaluation] = {}
    others = Evaluation.objects.scored().exclude(
        ground_truth=wanted.ground_truth, scorer_version=wanted.scorer
    )
    for evaluation in (
        others.select_related("ground_truth").only(*_NAMED, "submission_id").order_by("created_at", "pk")
    ):
        known = shown.get(evaluation.submission_id)
        if known is None or not known.is_by(ranked):
            shown[evaluation.submission_id] = evaluation
    return shown


def _means_of(evaluation: Evaluation) -> dict[str, Any]:
    return {metric: getattr(evaluation, metric) for metric in METRICS} | {"by": str(evaluation.versions)}


def _cause(before: Evaluation, after: Evaluation) -> tuple[Team | str, str]:
    """Return who had a submission scored again, and why: an organizer, or the site for a new version of the scorer."""
    has_other_labels = before.ground_truth_id != after.ground_truth_id
    act = after.asked_in or (after.ground_truth.activation if has_other_labels else None)
    if act is None:
        return history.SITE, f"Scored by scorer version {after.scorer_version}."
    return act.actor or act.actor_name, f"{act.action}: {act.reason}"
