"""Page of a submission, and its file."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import TeamRequest
from challenge.access import (
    get_submission_with_visible_scores,
    get_visible_submission,
    is_own,
    may_see_file,
    may_see_scores,
    shown_team,
)
from challenge.entries.evidence import steps_of
from challenge.entries.history import edited_at, score_changes
from challenge.entries.page import Entry, State, entry_of, figures_of, result_of
from challenge.entries.predictions import published_of
from challenge.entries.training import describe_training
from challenge.files import is_stored
from challenge.leaderboard.rank_sets import MOST as MOST_IN_SETS
from challenge.models import Metric, Submission
from challenge.results.facts import stated_facts
from challenge.results.scored_again import scored_again
from challenge.results.secondary_metrics import SECONDARY_TITLES
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import entries
from challenge.services.stored_files import open_as_sent


@require_safe
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Page of a submission: description, state, scores on each dataset, and figures.

    Of a withdrawn entry, others see only that it was withdrawn.
    """
    shown = get_visible_submission(request.user, pk)
    if not may_see_scores(request.user, shown):
        about = {"submission": shown, "team": shown_team(request.user, shown)}
        return render(request, "challenge/submission_withdrawn.html", about)
    entry = entry_of(request.user, shown)
    context = _context(request, entry)
    context["facts"] = stated_facts([entry.submission])
    context["edited_at"] = edited_at(entry.submission)
    context["evidence"] = steps_of(entry.submission, hides_team=entry.hides_team)
    context["predictions"] = published_of(entry.submission)
    context["score_changes"] = score_changes(entry.submission)
    if is_own(request.user, entry.submission):
        context["may_change"] = not entries.refusal_of_changes(entry.submission)
        context["may_choose"] = not entries.refusal_of_choice(entry.submission)
    context["training"] = describe_training(
        (entry.submission.is_baseline and entry.submission.training) or {}
    )
    return render(request, "challenge/submission.html", context)


@require_safe
def submission_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Part of a submission's page that changes while it is scored; includes the figures after scoring.

    `shown` in the query is the state of the page. While intervals follow, nothing is sent until they are known.
    """
    entry = entry_of(request.user, get_submission_with_visible_scores(request.user, pk))
    if entry.state == State.INTERVALS_FOLLOW == request.GET.get("shown"):
        return HttpResponse(status=204)
    context = _context(request, entry, with_figures=entry.state != State.SCORING)
    return render(request, "challenge/_submission_outcome.html", context)


def _context(request: HttpRequest, entry: Entry, *, with_figures: bool = True) -> dict[str, object]:
    result = result_of(entry)
    return {
        "entry": entry,
        "ground_truth": entry.versions and entry.versions.ground_truth,
        "scored_again": scored_again(entry.versions),
        "submission": entry.submission,
        "members": [entry.submission],
        "evaluation": entry.evaluation,
        "result": result,
        "place": result.place if result else None,
        "figures": figures_of(entry, result, request.GET.get("dataset")) if with_figures else None,
        "benchmark": result.benchmark if result else MEDMNIST_PLUS,
        "datasets": MEDMNIST_PLUS,
        "metrics": Metric.choices,
        "secondary_titles": SECONDARY_TITLES.items(),
        "most_in_sets": MOST_IN_SETS,
    }


@require_safe
@login_required
def submission_file(request: TeamRequest, pk: int) -> FileResponse:
    """The uploaded file, unchanged, for its team and for organizers."""
    submission = get_object_or_404(Submission, pk=pk)
    if not (may_see_file(request.user, submission) and is_stored(submission.file)):
        raise Http404
    return FileResponse(
        open_as_sent(submission),
        as_attachment=True,
        filename=submission.file_name,
        content_type="application/octet-stream",
    )
