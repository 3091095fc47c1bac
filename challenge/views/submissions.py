"""The pages of a submission, and its file."""

from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import TeamRequest
from challenge.access import get_visible_submission, may_see_file
from challenge.entry_figures import dataset_figures, overview_figures
from challenge.leaderboard import rank_of
from challenge.models import DatasetScore, Evaluation, GroundTruth, MethodGroup, Metric, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset
from challenge.trainings import describe_training


@require_safe
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission: what it is, how it stands, its metrics for each dataset, and its figures."""
    context = _submission_context(request, pk)
    context |= _figures_context(request, context)
    context["training"] = describe_training(context["submission"].training or {})
    context["seeds"] = _seeds(context["submission"])
    return render(request, "challenge/submission.html", context)


def _seeds(submission: Submission) -> int:
    """Return how many seeds the group of the submission has; 0, if it stands on its own."""
    if submission.group is None or not submission.is_public:
        return 0
    count = submission.group.public_members().count()
    return count if count >= MethodGroup.FEWEST else 0


@require_safe
def submission_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a submission's page that changes while it is scored; its figures, once it is."""
    context = _submission_context(request, pk)
    if not context["evaluation"].is_pending:
        context |= _figures_context(request, context)
    return render(request, "challenge/_submission_outcome.html", context)


def _submission_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    submission = get_visible_submission(request.user, pk)
    ground_truth = GroundTruth.objects.active()
    evaluation = submission.current_evaluation(ground_truth)
    scored = submission.latest_scores(ground_truth)
    rank, entries = rank_of(submission, Metric.AUC, ground_truth) if scored else (None, 0)
    return {
        "submission": submission,
        "ground_truth": ground_truth,
        "evaluation": evaluation,
        "scored": scored,
        "dataset_scores": _in_official_order(scored),
        "rank": rank,
        "entries": entries,
        "is_own": may_see_file(request.user, submission),
        "metrics": Metric.choices,
    }


def _figures_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the submission in `context`, of one dataset those that the query asks for."""
    submission, scored, ground_truth = (context[key] for key in ("submission", "scored", "ground_truth"))
    if scored is None:
        return {}
    chosen = next(
        (d for d in MEDMNIST_PLUS if d.name == request.GET.get("dataset")), MEDMNIST_PLUS.datasets[0]
    )
    return {
        "overview_figures": overview_figures(submission, scored, ground_truth),
        "dataset_figures": dataset_figures(scored, chosen),
        "dataset": chosen,
        "datasets": MEDMNIST_PLUS,
    }


def _in_official_order(evaluation: Evaluation | None) -> list[tuple[Dataset, DatasetScore]]:
    scores = {score.dataset: score for score in evaluation.dataset_scores.all()} if evaluation else {}
    return [(dataset, scores[dataset.name]) for dataset in MEDMNIST_PLUS if dataset.name in scores]


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
