"""Pages on which a team changes an entry: edit, withdraw, choose."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.drafts import login_required_with_draft, take_draft
from accounts.http import TeamRequest
from challenge.access import get_own_submission
from challenge.forms import EditEntryForm, WithdrawForm
from challenge.forms.typed import forget_typed, typed_about
from challenge.models import Submission
from challenge.services import entries


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_with_draft(EditEntryForm.base_fields)
def edit_entry(request: TeamRequest, pk: int) -> HttpResponse:
    """Form to edit the statements about an entry, and its visibility."""
    own = get_own_submission(request.user, pk)
    if refusal := entries.refusal_of_changes(own):
        return _refuse(request, own, refusal)
    typed = typed_about(request.session, pk) if "typed" in request.GET else {}
    if draft := take_draft(request):
        messages.info(request, "Nothing was changed yet. What you typed is here.")
    data = request.POST if request.method == "POST" else None
    form = EditEntryForm(data, instance=own, initial=draft or typed)
    if form.is_valid() and _save(form):
        forget_typed(request.session)
        messages.success(request, "The entry has been changed.")
        return redirect(own)
    seeds = own.group.submissions.count() if own.group else 0
    context = {"submission": own, "form": form, "seeds": seeds, "is_typed": bool(typed)}
    return render(request, "challenge/entry_edit.html", context)


def _save(form: EditEntryForm) -> bool:
    """Save the form; if the change is refused, nothing is saved and the form shows the reason."""
    visibility, until = form.cleaned_data["visibility"], form.cleaned_data["anonymous_until"]
    try:
        entries.change_entry(form.instance, form.values, visibility=visibility, anonymous_until=until)
    except entries.EntryRefusedError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw_entry(request: TeamRequest, pk: int) -> HttpResponse:
    """Withdraw an entry after confirmation, or delete the file of an entry that was withdrawn."""
    own = get_own_submission(request.user, pk)
    if refusal := entries.refusal_of_withdrawal(own):
        return _refuse(request, own, refusal)
    form = WithdrawForm(request.POST if request.method == "POST" else None, submission=own)
    if form.is_valid():
        try:
            entries.withdraw(own, delete_file=form.cleaned_data["delete_file"])
        except entries.EntryRefusedError as error:
            return _refuse(request, own, str(error))
        deleted = " Its file has been deleted." if form.cleaned_data["delete_file"] else ""
        messages.success(request, f"{own} has been withdrawn.{deleted}")
        return redirect(own)
    return render(request, "challenge/entry_withdraw.html", {"submission": own, "form": form})


@require_POST
@login_required
def choose_entry(request: TeamRequest, pk: int) -> HttpResponse:
    """Let an entry represent its team, or let the team's best entry do so again if the form says `best`."""
    own = get_own_submission(request.user, pk)
    if "best" in request.POST:
        entries.choose_best(request.user, own.resolution, own.phase_id)
        messages.success(request, "Your best entry at this resolution represents your team.")
        return redirect(own)
    try:
        entries.choose(own)
    except entries.EntryRefusedError as error:
        return _refuse(request, own, str(error))
    messages.success(request, "This entry represents your team at this resolution.")
    return redirect(own)


def _refuse(request: TeamRequest, submission: Submission, refusal: str) -> HttpResponse:
    messages.error(request, refusal)
    return redirect(submission)
