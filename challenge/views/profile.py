"""Page of a team: limits, submission form, and submissions."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from accounts.drafts import login_required_with_draft, take_draft
from accounts.http import TeamRequest
from accounts.upload_slots import mark_of_form
from bigsite import disk
from bigsite.bodies import before_the_body
from challenge.content.format_rules import format_rules
from challenge.entries.team_list import team_list
from challenge.forms import GroupForm, SubmissionForm
from challenge.forms.typed import keep_typed
from challenge.models import MethodGroup, NewsReader, Phase, Submission, benchmarks_of
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import groups, submissions
from challenge.services.quotas import refusal_of, remaining_quota, used_up_quotas
from challenge.upkeep.throughput import throughput

GROUPS_PER_PAGE = 25


def _refusal_without_reading(request: TeamRequest) -> HttpResponse | None:
    """Refuse a file that cannot be accepted before it is received; None while some submission is left."""
    refusal = disk.NEARLY_FULL if disk.is_nearly_full() else refusal_of(used_up_quotas(request.user))
    if not refusal:
        return None
    if request.htmx:  # the form stays on the page with all that was typed
        answer = render(request, "challenge/_refusal.html", {"refusal": refusal, "errors": []})
        answer["HX-Retarget"], answer["HX-Reswap"] = "#refusal", "outerHTML"
        return answer
    return _profile_page(request, _form(request), GroupForm(team=request.user), refusal=refusal)


@before_the_body(_refusal_without_reading)
@login_required_with_draft(SubmissionForm.base_fields)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: TeamRequest) -> HttpResponse:
    """Page of the team that is logged in; a POST submits a file."""
    if request.method != "POST":
        return _profile_page(request, _form_to_fill_in(request), GroupForm(team=request.user))
    form = _form(request, request.POST, request.FILES)
    created = None
    if form.is_valid():
        created = _submit(request, form)
        if created and not request.htmx:
            return redirect(created)
        if created:
            form = _form(request)
    if request.htmx:
        context = {"form": form, "created": created, **_team_context(request)}
        return render(request, "challenge/_submit.html", context)
    return _profile_page(request, form, GroupForm(team=request.user))


def _form(request: TeamRequest, *args: Any, **about: Any) -> SubmissionForm:
    """Return the form of a team, with the phases that are open now."""
    return SubmissionForm(*args, team=request.user, phases=Phase.objects.open_now(), **about)


def _form_to_fill_in(request: TeamRequest) -> SubmissionForm:
    """Return a new form, or the text of a form that was sent after the session had ended."""
    draft = take_draft(request)
    if draft:
        messages.info(
            request, "Nothing was submitted yet. What you typed is here; please choose the file again."
        )
    return _form(request, draft=draft)


def _profile_page(
    request: TeamRequest, form: SubmissionForm, group_form: GroupForm, **more: object
) -> HttpResponse:
    """Render the whole page of the team with the given forms."""
    own_groups = MethodGroup.objects.filter(team=request.user).with_counts().order_by("-created_at", "-pk")
    context = {
        "form": form,
        "group_form": group_form,
        "groups": Paginator(own_groups, GROUPS_PER_PAGE).get_page(request.GET.get("groups")),
        "format_rules": format_rules(MEDMNIST_PLUS),
        "rules_by_phase": _rules_by_phase(),
        "wants_news": NewsReader.objects.filter(team=request.user).exists(),
    }
    return render(request, "challenge/profile.html", context | _team_context(request) | more)


def _rules_by_phase() -> dict[int, dict[str, object]]:
    """Return the rules of the open phases with withheld datasets, for the checker."""
    phases = [phase.pk for phase in Phase.objects.open_now()]
    benchmarks = benchmarks_of(phases)
    return {pk: format_rules(benchmark) for pk, benchmark in benchmarks.items() if benchmark.has_withheld}


def _submit(request: TeamRequest, form: SubmissionForm) -> Submission | None:
    """Submit the form; if the submission is refused, the form keeps its input and shows the reason."""
    try:
        return submissions.create_submission(team=request.user, **form.cleaned_data)
    except submissions.DuplicateSubmissionError as error:
        if error.is_same or error.original.is_disqualified:
            messages.info(request, f"{error} The file was not submitted again.")
            return error.original
        _offer_to_edit(request, form, error)
        return None
    except submissions.SubmissionRefusedError as error:
        form.add_error(None, str(error))
        return None


def _offer_to_edit(
    request: TeamRequest, form: SubmissionForm, error: submissions.DuplicateSubmissionError
) -> None:
    """Refuse a file that was sent before with other words, and offer to edit its entry with these words."""
    keep_typed(request.session, error.original.pk, form.data)
    message = "{} The file was not submitted again. To change what the entry says, {}."
    link = format_html(
        '<a href="{}?typed">edit #{} with what you typed here</a>',
        reverse("edit_entry", args=[error.original.pk]),
        error.original.pk,
    )
    form.add_error(None, format_html(message, str(error), link))


@require_safe
@login_required
def profile_submissions(request: TeamRequest) -> HttpResponse:
    """Part of the team's page that changes while a submission is scored."""
    return render(request, "challenge/_team_submissions.html", _team_context(request))


def _team_context(request: TeamRequest) -> dict[str, object]:
    phases = list(Phase.objects.open_now())
    shown = team_list(request.user, request.GET.get("page"))
    queued_at = shown.last_queued_at
    quotas = [(phase, remaining_quota(request.user, phase)) for phase in phases]
    refusal = quotas[0][1].refusal if len(quotas) == 1 else ""
    return {
        "phases": phases,
        "with_withheld": [phase for phase in Phase.objects.with_withheld() if phase in phases],
        "over": None if phases else Phase.objects.latest_opened(),
        "upcoming": Phase.objects.upcoming(),
        "quotas": quotas,
        "refusal": disk.NEARLY_FULL if disk.is_nearly_full() else refusal,
        "list": shown,
        "throughput": throughput(),
        # Poll often at first, when the result may be a moment away; poll less often for a long queue.
        "poll_delay": "300ms" if queued_at and (timezone.now() - queued_at).total_seconds() < 15 else "3s",
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "form_mark": mark_of_form(request.user.pk),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def create_group(request: TeamRequest) -> HttpResponse:
    """Create a group from the form on the team's page; show that page again if the form has errors."""
    if request.method != "POST":
        return redirect(f"{reverse('profile')}#seeds")
    form = GroupForm(request.POST, team=request.user)
    if form.is_valid() and (made := _create(request, form)):
        return redirect(made)
    return _profile_page(request, _form(request), form)


def _create(request: TeamRequest, form: GroupForm) -> MethodGroup | None:
    try:
        made = groups.create_group(team=request.user, **form.cleaned_data)
    except groups.GroupRefusedError as error:
        form.add_error("members", error.problems)
        return None
    messages.success(request, f"The group “{made}” has been created.")
    return made
