"""Numbers of a submission and of a group of seeds as plain values, for JSON.

An export contains nothing that the pages do not show to everybody: no file name, no e-mail address, no reason of a
failure or a disqualification, and no sign of a hidden team, even if the reader may know it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from challenge.entries.evidence import evidence_document
from challenge.entries.history import score_changes_document
from challenge.entries.predictions import published_of
from challenge.entries.scores import entry_scores, gaps_of, group_row
from challenge.entries.verification import verification_document
from challenge.formats.times import utc
from challenge.leaderboard.attempts import with_attempts
from challenge.leaderboard.export import (
    GAP,
    absolute,
    datasets_dict,
    gaps_dict,
    head,
    result_address,
    scores_dict,
)
from challenge.leaderboard.uncertainty import Position, positions
from challenge.models import (
    Evaluation,
    MethodGroup,
    Metric,
    SecondaryMetrics,
    Submission,
    SubmissionQuerySet,
    Uncertainty,
    Versions,
    benchmark_of,
    day_start,
)
from challenge.results.evidence import step_of
from challenge.results.facts import facts_of
from challenge.results.rows import Row, RowKey, row_of
from challenge.results.score import Difference
from challenge.results.seeds import seed_evaluations
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.estimates import AVERAGE

#: Scores of a submission or group that has no scores (yet).
NO_SCORES = {"average": None, "datasets": None}


def submission_document(submission: Submission, versions: Versions | None) -> dict[str, Any]:
    """Return the description, scores and ranks of a submission; None for missing scores or ranks.

    The evaluations and their dataset scores must be prefetched, as `access.get_visible_submission` does.
    """
    current, scored = submission.current_evaluation(versions), submission.latest_scores(versions)
    group = submission.group if submission.is_in_force else None
    group = group if group and (group.is_standing or submission.is_hidden) else None
    is_ranked = scored is not None and scored.is_by(versions) and submission.is_ranked
    keys = [RowKey.of(owner) for owner in (submission, group) if owner]
    return {
        **head(scored.versions if scored else versions, bootstrap_version([scored]) if scored else None),
        **_about(submission),
        **_selection(Row(submission, {}) if submission.is_ranked else None),
        "group": absolute(group.get_absolute_url()) if group else None,
        "disqualified": submission.is_disqualified,
        "withdrawn": submission.is_withdrawn,
        "status": current.status if current else None,
        "scored_at": _time(submission, scored.scored_at) if scored and scored.scored_at else None,
        "ranks": _ranks(keys, submission.resolution, versions, submission.phase.board) if is_ranked else None,
        **(_evaluation_scores(submission, scored) if scored else NO_SCORES),
        "further_metrics": SecondaryMetrics.objects.filter(evaluation=scored)
        .values_list("datasets", flat=True)
        .first(),
        "verification": verification_document(scored) if scored else None,
        "score_changes": score_changes_document(submission),
    }


def group_document(
    group: MethodGroup, shown: SubmissionQuerySet, versions: Versions | None
) -> dict[str, Any]:
    """Return mean and deviation of a group, and its shown members; no scores if fewer than two are scored."""
    evaluations = seed_evaluations(shown, versions)
    by_submission = {evaluation.submission_id: evaluation for evaluation in evaluations}
    members = list(shown)
    resolution = members[0].resolution if members else 0
    has_scores = len(evaluations) >= MethodGroup.FEWEST
    return {
        **head(versions, bootstrap_version(evaluations) if has_scores else None),
        "kind": "seeds",
        "url": absolute(group.get_absolute_url()),
        "name": group.name,
        "team": group.public_team_name,
        "resolution": resolution or None,
        "standard": group.is_standard if members else None,
        "facts": facts_of(members),
        "evidence": step_of(members).value if members else None,
        "n_seeds": len(evaluations),
        **_selection(row_of(group, evaluations) if evaluations else None),
        "ranks": _ranks([RowKey.of(group)], resolution, versions, members[0].phase.board)
        if has_scores
        else None,
        **(_group_scores(group, evaluations) if has_scores else NO_SCORES),
        "members": [_member(member, by_submission.get(member.pk)) for member in members],
    }


def _about(submission: Submission) -> dict[str, Any]:
    is_hidden = submission.is_anonymous
    return {
        "kind": "entry",
        "url": absolute(submission.get_absolute_url()),
        "name": submission.model_name,
        "team": submission.public_team_name,
        "submitted_at": _time(submission, submission.created_at),
        "resolution": submission.resolution,
        "description": submission.description,
        "study_url": (not is_hidden and submission.study_url) or None,
        "code_url": (not is_hidden and submission.code_url) or None,
        "evidence": evidence_document(submission),
        "predictions": _predictions(submission),
        "external_data": submission.external_data,
        "special_methods": submission.special_methods,
        "standard": submission.is_standard,
        "baseline": submission.is_baseline,
        "facts": facts_of([submission]),
        "sha256": None if is_hidden else submission.sha256,
    }


def _predictions(submission: Submission) -> dict[str, Any] | None:
    """Return the published file; None without one."""
    published = published_of(submission)
    if published is None or not published.is_written:
        return None
    return {
        "url": absolute(reverse("submission_predictions", args=[submission.pk])),
        "licence": published.licence.value,
        "sha256": published.sha256,
        "size": published.size,
    }


def _selection(row: Row | None) -> dict[str, Any]:
    """Return whether the team chose a row to represent it, and the number of attempts behind the row."""
    if row is None:
        return {"chosen_by_team": False, "attempts": None}
    (row,) = with_attempts([row])
    return {"chosen_by_team": row.is_chosen, "attempts": row.attempts}


def _time(submission: Submission, time: datetime) -> str:
    """Return a time of a submission, or the start of its day, because the time could tell who the hidden team is."""
    return utc(day_start(time) if submission.is_anonymous else time)


def _member(member: Submission, evaluation: Evaluation | None) -> dict[str, Any]:
    return {
        "url": absolute(member.get_absolute_url()),
        "result_url": result_address(member),
        "name": member.model_name,
        "submitted_at": _time(member, member.created_at),
        "sha256": None if member.is_anonymous else member.sha256,
        "average": {metric: getattr(evaluation, metric) for metric in METRICS} if evaluation else None,
    }


def _evaluation_scores(submission: Submission, evaluation: Evaluation) -> dict[str, Any]:
    """Return the scores of an evaluation, with their uncertainty if it is known."""
    scores, benchmark = entry_scores(evaluation), benchmark_of(submission.phase.board)
    average, datasets = scores_dict(scores.mean), datasets_dict(scores.by_dataset, benchmark)
    for name, of_name in {AVERAGE: average, **datasets}.items():
        of_name["auc_se_delong"] = scores.auc_errors.get(name)
    return {"average": average, "datasets": datasets, **_gaps(gaps_of(submission, evaluation, benchmark))}


def _gaps(gaps: Mapping[str, Difference]) -> dict[str, Any]:
    """Return the public minus the withheld means, if the phase has withheld datasets."""
    return {GAP: gaps_dict(gaps)} if gaps else {}


def _group_scores(group: MethodGroup, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return mean and deviation over the seeds, and intervals of the means if all seeds have intervals."""
    row = group_row(group, evaluations)
    datasets = datasets_dict(row.by_dataset, row.benchmark)
    return {"average": scores_dict(row.scores), "datasets": datasets, **_gaps(row.gaps)}


def bootstrap_version(evaluations: Sequence[Evaluation]) -> str | None:
    """Return the version that computed all intervals; None if an evaluation has no intervals or versions differ."""
    estimated = Uncertainty.objects.filter(evaluation__in=evaluations).exclude(results_version="")
    versions = list(estimated.values_list("results_version", flat=True))
    return versions[0] if len(versions) == len(evaluations) and len(set(versions)) == 1 else None


def _ranks(
    keys: Sequence[RowKey], resolution: int, versions: Versions | None, phase: int | None
) -> dict[str, Any]:
    """Return rank, ranges of ranks and number of rows by metric, for the first key that is ranked.

    Ranks are among all rows of the phase's board at the resolution. For a seed, pass its group as well, which is
    ranked in its place.
    """
    found: dict[str, Any] = {}
    for metric in Metric:
        places = positions(resolution, metric, versions, phase)
        found[metric.value] = next((_rank(places[key]) for key in keys if key in places), None)
    return found


def _rank(place: Position) -> dict[str, int | None]:
    low, high = place.rank_range or (None, None)
    low_over_datasets, high_over_datasets = place.rank_range_over_datasets or (None, None)
    return {
        "rank": place.rank,
        "low": low,
        "high": high,
        "low_over_datasets": low_over_datasets,
        "high_over_datasets": high_over_datasets,
        "of": place.of,
    }
