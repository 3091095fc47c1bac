"""Decisions about a flag: for each its form, its consequences, and the service that does it."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from challenge.admin.acting import Act, MailedReasonForm, Place, ReasonForm, act_on
from challenge.admin.letters import MAY_WRITE, LetterForm
from challenge.admin.submissions.acts import MAY_ORGANIZE
from challenge.models import IntegrityFlag
from challenge.services import flags

MAY_DECIDE = "challenge.change_integrityflag"


def _explain(consequences: str) -> Callable[[IntegrityFlag], list[str]]:
    return lambda flag: [
        f"{flag.get_kind_display()}: {flag.submission} of {flag.submission.team}. {consequences}"
    ]


def _perform(decide: Callable[..., None], message: str) -> Callable[..., str]:
    def perform(flag: IntegrityFlag, **given: object) -> str:
        decide(flag, **given)
        return message

    return perform


DECISIONS: dict[str, Act[IntegrityFlag]] = {
    "confirm": Act(
        "Confirm",
        _explain("You say that the finding is true. The entry stays as it is, and its team hears nothing."),
        flags.refusal_of_decision,
        _perform(flags.confirm, "The flag is confirmed."),
        (MAY_DECIDE,),
        ReasonForm,
    ),
    "dismiss": Act(
        "Dismiss",
        _explain(
            "You say that nothing is wrong. The entry stays as it is, and the same finding is not raised again."
        ),
        flags.refusal_of_decision,
        _perform(flags.dismiss, "The flag is dismissed."),
        (MAY_DECIDE,),
        ReasonForm,
    ),
    "ask": Act(
        "Ask the team",
        _explain(
            "The team gets your mail, which names the entry with its link. It does not see the flag or its evidence."
        ),
        flags.refusal_of_question,
        _perform(flags.ask, "The mail to the team is on its way."),
        (MAY_DECIDE, MAY_WRITE),
        LetterForm,
        initial=lambda flag: {"subject": f"A question about your submission {flag.submission}"},
    ),
    "disqualify": Act(
        "Disqualify the entry",
        _explain(
            "The entry leaves the ranking and the public view until you reinstate it. Its team gets the reason by mail."
        ),
        flags.refusal_of_disqualification,
        _perform(flags.disqualify, "The entry is disqualified."),
        (MAY_DECIDE, MAY_ORGANIZE),
        MailedReasonForm,
        is_grave=True,
    ),
}


def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Show the form of a decision, or make the decision."""
    if name not in DECISIONS:
        raise Http404
    flag = get_object_or_404(IntegrityFlag.objects.select_related("submission__team"), pk=pk)
    page = reverse("admin:challenge_integrityflag_change", args=[flag.pk])
    listed = reverse("admin:challenge_integrityflag_changelist")
    return act_on(request, DECISIONS[name], flag, Place([("Flags of integrity", listed), (str(flag), page)]))
