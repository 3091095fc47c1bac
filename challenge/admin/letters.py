"""Form of a letter from an organizer to a team, about a submission or in general."""

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.http import TeamRequest
from accounts.models import Team
from challenge.admin.acting import Offer, Place, ask
from challenge.models import Submission
from challenge.services.letters import refusal_of_letters, write_to_team

MAY_WRITE = "challenge.write_to_teams"


class LetterForm(forms.Form):
    """Subject and text of a letter."""

    subject = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"size": 80}))
    text = forms.CharField(
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 14, "cols": 80}),
        help_text="Plain text, sent as you type it. The signature of the organizers follows.",
    )


def offer_of_letter(person: Team, team: Team, submission: Submission | None = None) -> Iterator[Offer]:
    """Yield the button that leads to the form, for those who may write."""
    if person.has_perm(MAY_WRITE):
        about = f"?submission={submission.pk}" if submission else ""
        address = reverse("admin:challenge_mail_write", args=[team.pk])
        yield Offer("Write to the team", f"{address}{about}", refusal_of_letters(team))


def write_letter(request: TeamRequest, team_id: int) -> HttpResponse:
    """Show the form, and send the letter; `?submission=` names the submission that it is about."""
    if not request.user.has_perm(MAY_WRITE):
        raise PermissionDenied
    team = get_object_or_404(Team, pk=team_id)
    submission = _submission(request, team)
    place = _place_of(team, submission)
    if refusal := refusal_of_letters(team):
        messages.error(request, f"No mail can be sent: {refusal}")
        return HttpResponseRedirect(place.back)
    form = LetterForm(request.POST or None, initial=_initial(submission))
    if form.is_valid():
        write_to_team(team, **form.cleaned_data, by=request.user, submission=submission)
        messages.success(request, f"The mail to {team} is on its way.")
        return HttpResponseRedirect(place.back)
    about = f", and names the submission {submission} with its link" if submission else ""
    sentence = f"The mail goes to {team} ({team.email}){about}. The history keeps it."
    return ask(request, f"Write to {team}", "Send", form, place, [sentence])


def _submission(request: HttpRequest, team: Team) -> Submission | None:
    """Return the submission of the address, which must be the team's."""
    number = request.GET.get("submission")
    if number is None:
        return None
    found = Submission.objects.filter(pk=number, team=team).first() if number.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _initial(submission: Submission | None) -> dict[str, str]:
    return {"subject": f"About your submission {submission}"} if submission else {}


def _place_of(team: Team, submission: Submission | None) -> Place:
    if submission:
        page = reverse("admin:challenge_submission_change", args=[submission.pk])
        return Place(
            [("Submissions", reverse("admin:challenge_submission_changelist")), (str(submission), page)]
        )
    page = reverse("admin:accounts_team_change", args=[team.pk])
    return Place([("Teams", reverse("admin:accounts_team_changelist")), (str(team), page)])
