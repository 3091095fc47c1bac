"""Confirmation of an act: it says what follows for how many submissions, asks for a reason, and does it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.http import TeamRequest
from challenge.admin.acting import Place, ask
from challenge.admin.submissions.acts import BY_NAME, MAY_ORGANIZE, Act
from challenge.formats.times import in_words
from challenge.models import Submission
from challenge.results.durations import time_of_scoring
from challenge.services.refusals import RefusedError

#: Django takes a form with at most 1,000 fields.
MOST_AT_ONCE = 500
#: Maximum number of submissions that a page or a message names.
MOST_NAMED = 20


def confirm_by_numbers(request: TeamRequest, name: str) -> HttpResponse:
    """Ask for the confirmation of an act on the submissions whose numbers are sent."""
    if name not in BY_NAME:
        raise Http404
    if not request.user.has_perm(MAY_ORGANIZE):
        raise PermissionDenied
    numbers = [int(number) for number in _sent(request).getlist("number") if number.isdecimal()]
    submissions = (
        Submission.objects.filter(pk__in=numbers).select_related("team").prefetch_related("evaluations")
    )
    return confirm(request, BY_NAME[name], list(submissions))


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else request.GET


def confirm(request: TeamRequest, act: Act, submissions: Sequence[Submission]) -> HttpResponse:
    """Show the page of confirmation, or do what was confirmed."""
    reasons = [(one, act.refusal(one)) for one in submissions]
    possible = [one for one, reason in reasons if not reason]
    refused = [(one, reason) for one, reason in reasons if reason]
    place = _place_of(submissions)
    if len(submissions) > MOST_AT_ONCE:
        messages.error(request, f"{act.label}: select at most {MOST_AT_ONCE} submissions at once.")
        return HttpResponseRedirect(place.back)
    if not possible:
        _say_why_not(request, act, refused)
        return HttpResponseRedirect(place.back)
    if len(possible) > 1 and not act.takes_several:
        messages.error(request, f"{act.label}: select one submission.")
        return HttpResponseRedirect(place.back)
    is_sent = "confirm" in request.POST
    form = act.form(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        initial=act.initial(possible[0]),
    )
    if form.is_valid() and _do(request, act, possible, form.cleaned_data):
        return HttpResponseRedirect(place.back)
    return ask(
        request,
        f"{act.label}: {_counted(possible)}",
        act.label,
        form,
        place,
        [act.consequences],
        template="confirm_act",
        address=reverse("admin:challenge_submission_act", args=[act.name]),
        possible=possible,
        named=possible[:MOST_NAMED],
        refused=refused[:MOST_NAMED],
        n_refused=len(refused),
        duration=_duration(act, len(possible)),
    )


def _do(request: TeamRequest, act: Act, submissions: Sequence[Submission], values: dict[str, Any]) -> bool:
    """Do the act to all submissions, or to none; return whether it is done."""
    try:
        with transaction.atomic():
            for submission in submissions:
                act.perform(submission, by=request.user, **values)
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    messages.success(
        request, f"{_counted(submissions)} {'is' if len(submissions) == 1 else 'are'} {act.done}."
    )
    return True


def _say_why_not(request: HttpRequest, act: Act, refused: Sequence[tuple[Submission, str]]) -> None:
    if not refused:
        messages.error(request, f"{act.label}: select a submission first.")
    for submission, reason in refused[:MOST_NAMED]:
        messages.error(request, f"{act.label} is not possible for {submission}: {reason}")


def _duration(act: Act, count: int) -> str:
    """Return the time of an act for a number of submissions in words; empty if it is done at once, or not known."""
    duration = time_of_scoring(count) if act.takes_time else None
    return in_words(duration) if duration else ""


def _counted(submissions: Sequence[Submission]) -> str:
    return str(submissions[0]) if len(submissions) == 1 else f"{len(submissions)} submissions"


def _place_of(submissions: Sequence[Submission]) -> Place:
    """Return the page of the only submission, or the list."""
    trail = [("Submissions", reverse("admin:challenge_submission_changelist"))]
    if len(submissions) == 1:
        page = reverse("admin:challenge_submission_change", args=[submissions[0].pk])
        trail.append((str(submissions[0]), page))
    return Place(trail)
