"""The pages: fetch with an access check, compute, render."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import TeamRequest
from challenge.access import get_visible_submission, may_see_file
from challenge.forms import SubmissionForm
from challenge.leaderboard import Filters, merge_sources, rank_of
from challenge.leaderboard import leaderboard as leaderboard_rows
from challenge.models import (
    DatasetScore,
    Evaluation,
    GroundTruth,
    Metric,
    Phase,
    PublishedMethod,
    PublishedScore,
    Resolution,
    Submission,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset
from challenge.services import submissions


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the benchmark is, its leaders, and how to take part."""
    filters = Filters()
    leaders = leaderboard_rows(filters, GroundTruth.objects.active())
    context = {
        "filters": filters,
        "metrics": Metric.choices,
        "leaders": [row for row in leaders if row.rank][:5],
        "phase": Phase.objects.current(),
        "datasets": MEDMNIST_PLUS.datasets,
        "entries": Submission.objects.public().count(),
        "teams": Submission.objects.public().values("team").distinct().count(),
        "published": PublishedMethod.objects.count(),
    }
    return render(request, "challenge/home.html", context)


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric."""
    filters = Filters.from_query(request.GET)
    rows = leaderboard_rows(filters, GroundTruth.objects.active())
    context = {
        "filters": filters,
        "rows": rows,
        "metrics": [(value, label, filters.query(metric=value)) for value, label in Metric.choices],
        "resolutions": [
            (value, label, filters.query(resolution=value)) for value, label in Resolution.choices
        ],
        "entries_best": filters.query(entries="best"),
        "entries_all": filters.query(entries="all"),
        "baselines_on": filters.query(baselines="on"),
        "baselines_off": filters.query(baselines="off"),
        "metric_label": filters.metric.label,
        "has_entries": any(row.submission for row in rows),
    }
    return render(request, "challenge/leaderboard.html", context)


@require_safe
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission: what it is, how it stands, and its metrics for each dataset."""
    return render(request, "challenge/submission.html", _submission_context(request, pk))


@require_safe
def submission_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of a submission's page that changes while it is scored."""
    return render(request, "challenge/_submission_result.html", _submission_context(request, pk))


def _submission_context(request: HttpRequest, pk: int) -> dict[str, object]:
    submission = get_visible_submission(request.user, pk)
    ground_truth = GroundTruth.objects.active()
    evaluation = submission.current_evaluation(ground_truth)
    scored = submission.latest_scores(ground_truth)
    rank, entries = rank_of(submission, Metric.AUC, ground_truth) if scored else (None, 0)
    return {
        "submission": submission,
        "evaluation": evaluation,
        "scored": scored,
        "dataset_scores": _in_official_order(scored),
        "rank": rank,
        "entries": entries,
        "is_own": may_see_file(request.user, submission),
        "metrics": Metric.choices,
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


@require_safe
def published_method(request: HttpRequest, pk: int) -> HttpResponse:
    """A published method: its figures for each dataset, as their sources print them."""
    method = get_object_or_404(PublishedMethod, pk=pk)
    merged = merge_sources(method.scores.all(), by="dataset")
    context = {
        "method": method,
        "metrics": Metric.choices,
        "average": merged.pop(PublishedScore.AVERAGE, {}),
        "rows": [(dataset, merged[dataset.name]) for dataset in MEDMNIST_PLUS if dataset.name in merged],
        "leaderboard_query": Filters(method.resolution).query(),
    }
    return render(request, "challenge/published_method.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: TeamRequest) -> HttpResponse:
    """The team's page: its limits, the form, its submissions."""
    form = SubmissionForm(request.POST, request.FILES) if request.method == "POST" else SubmissionForm()
    created = None
    if request.method == "POST" and form.is_valid():
        created = _submit(request, form)
        if created and not request.htmx:
            return redirect(created)
        if created:
            form = SubmissionForm()
    context = {"form": form, "created": created, **_team_context(request)}
    template = "challenge/_submit.html" if request.htmx else "challenge/profile.html"
    return render(request, template, context)


def _submit(request: TeamRequest, form: SubmissionForm) -> Submission | None:
    """Submit what the form holds; where that is refused, the form says why and keeps what was typed."""
    try:
        return submissions.create_submission(team=request.user, **form.cleaned_data)
    except submissions.DuplicateSubmissionError as error:
        messages.info(request, f"{error} It was not submitted again.")
        return error.original
    except submissions.SubmissionRefusedError as error:
        form.add_error(None, str(error))
        return None


@require_safe
@login_required
def profile_submissions(request: TeamRequest) -> HttpResponse:
    """The part of the team's page that changes while a submission is scored."""
    return render(request, "challenge/_team_submissions.html", _team_context(request))


def _team_context(request: TeamRequest) -> dict[str, object]:
    ground_truth = GroundTruth.objects.active()
    phase = Phase.objects.current()
    sent = Submission.objects.filter(team=request.user).prefetch_related("evaluations__ground_truth")
    rows = [(submission, submission.current_evaluation(ground_truth)) for submission in sent]
    pending = [e for _, e in rows if e and e.is_pending]
    newest = max((e.queued_at for e in pending), default=None)
    return {
        "phase": phase,
        "upcoming": Phase.objects.upcoming(),
        "quota": submissions.remaining_quota(request.user, phase) if phase else None,
        "rows": rows,
        "is_pending": bool(pending),
        # Ask often at first, when the result is a moment away; a long queue is asked about less often.
        "poll_delay": "300ms" if newest and (timezone.now() - newest).total_seconds() < 15 else "3s",
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
    }
