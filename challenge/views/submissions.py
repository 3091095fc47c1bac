"""The pages of a submission, and its file."""

from enum import StrEnum
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import TeamRequest
from challenge.access import get_visible_submission, may_see_file
from challenge.entries.figures import dataset_figures, overview_figures
from challenge.entries.scores import Intervals, entry_scores, intervals_of
from challenge.entries.training import describe_training
from challenge.leaderboard.rank_sets import MOST as MOST_IN_SETS
from challenge.leaderboard.rank_sets import rank_sets
from challenge.leaderboard.uncertainty import Position, positions
from challenge.models import Evaluation, GroundTruth, MethodGroup, Metric, Submission
from challenge.results.secondary_metrics import (
    FURTHER_TITLES,
    class_rates,
    dataset_lines,
    further_of,
    majority_accuracies,
    mean_line,
    one_dataset,
    reference_means,
    references,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS


class State(StrEnum):
    """How far the page of a submission has come; while it is not complete, it asks for the rest."""

    SCORING = "scoring"
    INTERVALS_FOLLOW = "intervals-follow"
    COMPLETE = "complete"


@require_safe
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission: what it is, how it stands, its metrics for each dataset, and its figures."""
    context = _submission_context(request, pk)
    context |= _scores_context(context)
    context |= _figures_context(request, context)
    context["training"] = describe_training(context["submission"].training or {})
    return render(request, "challenge/submission.html", context)


def _seeds(submission: Submission) -> int:
    """Return how many seeds the group of the submission has; 0, if it stands on its own."""
    if submission.group is None or not submission.is_public:
        return 0
    count = submission.group.public_members().count()
    return count if count >= MethodGroup.FEWEST else 0


@require_safe
def submission_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a submission's page that changes while it is scored; its figures, once it is.

    `shown` in the query is the state that the page is in: while intervals follow, nothing is sent until they are there.
    """
    context = _submission_context(request, pk)
    if context["state"] == State.INTERVALS_FOLLOW == request.GET.get("shown"):
        return HttpResponse(status=204)
    context |= _scores_context(context)
    if context["state"] != State.SCORING:
        context |= _figures_context(request, context)
    return render(request, "challenge/_submission_outcome.html", context)


def _submission_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    submission = get_visible_submission(request.user, pk)
    ground_truth = GroundTruth.objects.active()
    evaluation = submission.current_evaluation(ground_truth)
    scored = submission.latest_scores(ground_truth)
    intervals = intervals_of(scored, ground_truth) if scored else Intervals.NONE
    return {
        "submission": submission,
        "ground_truth": ground_truth,
        "evaluation": evaluation,
        "scored": scored,
        "intervals": intervals,
        "state": _state(evaluation, intervals),
        "seeds": _seeds(submission),
        "is_own": may_see_file(request.user, submission),
        "metrics": Metric.choices,
    }


def _state(evaluation: Evaluation | None, intervals: Intervals) -> State:
    if evaluation is not None and evaluation.is_pending:
        return State.SCORING
    return State.INTERVALS_FOLLOW if intervals in (Intervals.FOLLOW, Intervals.WAIT) else State.COMPLETE


def _scores_context(context: dict[str, Any]) -> dict[str, Any]:
    """Return of the submission in `context` its scores, how sure they are, its rank, and what is for information."""
    submission, scored, ground_truth = (context[key] for key in ("submission", "scored", "ground_truth"))
    if scored is None:
        return {}
    scores = entry_scores(scored)
    further, of = further_of(scored), references(scored.ground_truth)
    key, position = _place(submission, scored, ground_truth)
    return {
        "scores": scores,
        "dataset_lines": [
            (dataset, scores.by_dataset[dataset.name], scores.auc_errors.get(dataset.name))
            for dataset in MEDMNIST_PLUS
            if dataset.name in scores.by_dataset
        ],
        "position": position,
        "is_place_of_group": key.startswith("g"),
        "rank_set": rank_sets(submission.resolution, Metric.AUC, ground_truth).get(key),
        "most_in_sets": MOST_IN_SETS,
        "references": of,
        "reference_means": reference_means(of),
        "majority": majority_accuracies(of),
        "further": further,
        "further_lines": dataset_lines(further),
        "further_mean": mean_line(further),
        "further_titles": FURTHER_TITLES.items(),
    }


def _place(
    submission: Submission, scored: Evaluation, ground_truth: GroundTruth | None
) -> tuple[str, Position | None]:
    """Return the key of the row that an entry stands in, and its place by AUC: a seed stands in that of its group."""
    if submission.is_disqualified or not scored.is_by(ground_truth):
        return "", None
    places = positions(submission.resolution, Metric.AUC, ground_truth)
    keys = (f"s{submission.pk}", f"g{submission.group_id}")
    return next(((key, places[key]) for key in keys if key in places), ("", None))


def _figures_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the submission in `context`, of one dataset those that the query asks for."""
    submission, scored, ground_truth = (context[key] for key in ("submission", "scored", "ground_truth"))
    if scored is None:
        return {}
    chosen = next(
        (d for d in MEDMNIST_PLUS if d.name == request.GET.get("dataset")), MEDMNIST_PLUS.datasets[0]
    )
    columns, lines = one_dataset(scored, chosen, context["further"], context["references"])
    return {
        "overview_figures": overview_figures(submission, scored, ground_truth),
        "dataset_figures": dataset_figures(scored, chosen),
        "dataset": chosen,
        "datasets": MEDMNIST_PLUS,
        "all_columns": columns,
        "all_lines": lines,
        "class_rates": class_rates(chosen, context["further"]),
    }


@require_safe
@login_required
def submission_file(request: TeamRequest, pk: int) -> FileResponse:
    """The file as it was uploaded, for the team that did and for organizers."""
    submission = get_object_or_404(Submission, pk=pk)
    if not (may_see_file(request.user, submission) and Path(submission.file.path).exists()):
        raise Http404
    return FileResponse(
        submission.file.open("rb"),
        as_attachment=True,
        filename=submission.file_name,
        content_type="application/octet-stream",
    )
