"""Acts of organizers on submissions: the form of each act, its consequences, and reasons against it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from challenge.admin.acting import MailedReasonForm, ReasonForm
from challenge.admin.submissions.evidence import ConfirmationForm, ReproductionForm, study_of
from challenge.files import is_stored
from challenge.models import GroundTruth, Submission
from challenge.services import decisions, evidence

MAY_ORGANIZE = "challenge.change_submission"


class ScoringReasonForm(ReasonForm):
    """Reason of another scoring, which readers see if scores change."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text="The history keeps it. If scores change, the page of the entry shows it to everybody, and the team "
        "gets it by mail.",
    )


class ProtocolForm(MailedReasonForm):
    """Correction of a team's statements about the protocol."""

    external_data = Submission._meta.get_field("external_data").formfield()
    special_methods = Submission._meta.get_field("special_methods").formfield(
        widget=forms.TextInput(attrs={"size": 80})
    )


@dataclass(frozen=True)
class Act:
    """An act on submissions: `perform` does it to one, `refusal` says why it cannot be done to one."""

    name: str
    label: str
    consequences: str
    done: str
    perform: Callable[..., None]
    refusal: Callable[[Submission], str]
    form: type[forms.Form] = MailedReasonForm
    initial: Callable[[Submission], dict[str, Any]] = lambda submission: {}
    #: True if it can be done to several submissions at once.
    takes_several: bool = True
    #: True if a worker has to work on it.
    takes_time: bool = False


def _refuse_scoring(submission: Submission) -> str:
    if GroundTruth.objects.active() is None:
        return "No test labels are active."
    if submission.file_deleted_at:
        return "Its file was deleted."
    pending = any(evaluation.is_pending for evaluation in submission.evaluations.all())
    return "It is waiting, or being scored." if pending else ""


def _refuse_holding(submission: Submission) -> str:
    if submission.is_held:
        return "It is held."
    if submission.is_disqualified:
        return "It is disqualified."
    return "It is withdrawn." if submission.is_withdrawn else ""


def _refuse_restoring(submission: Submission) -> str:
    if not submission.is_withdrawn:
        return "It is not withdrawn."
    is_there = not submission.file_deleted_at and is_stored(submission.file)
    return "" if is_there else "Its file was deleted."


def _statements(submission: Submission) -> dict[str, Any]:
    return {
        "external_data": submission.external_data,
        "special_methods": submission.special_methods,
    }


ACTS = [
    Act(
        "disqualify",
        "Disqualify",
        "They leave the ranking and the public view until you reinstate them. Their teams still see them, and get the "
        "reason by mail.",
        "disqualified",
        decisions.disqualify,
        lambda submission: "It is disqualified." if submission.is_disqualified else "",
    ),
    Act(
        "reinstate",
        "Reinstate",
        "The disqualification ends. They are ranked again at once, unless they are private or withdrawn. Their teams "
        "get a mail.",
        "reinstated",
        decisions.reinstate,
        lambda submission: "" if submission.is_disqualified else "It is not disqualified.",
    ),
    Act(
        "hold",
        "Hold",
        "They leave the ranking and the public view while you check them, until you release them. They count towards "
        "the limits. Their teams get the reason by mail.",
        "held",
        decisions.hold,
        _refuse_holding,
    ),
    Act(
        "release",
        "Release",
        "The check ends. They are ranked again at once, unless they are private. Their teams get a mail.",
        "released",
        decisions.release,
        lambda submission: "" if submission.is_held else "It is not held.",
    ),
    Act(
        "score_again",
        "Score again",
        "They are scored with the active labels and the current scorer. Their scores stay until there are new scores. "
        "No limits of teams change. If scores change, their teams get a mail, and their pages show old and new scores.",
        "being scored again",
        decisions.score_again,
        _refuse_scoring,
        form=ScoringReasonForm,
        takes_time=True,
    ),
    Act(
        "correct_protocol",
        "Correct the protocol",
        "The entry is standard if the box is not ticked and the field is empty. Both are public. The team gets a mail, "
        "and cannot change them any more.",
        "corrected",
        decisions.correct_protocol,
        lambda submission: "",
        form=ProtocolForm,
        initial=_statements,
        takes_several=False,
    ),
    Act(
        "restore",
        "Restore",
        "The withdrawal by the team is undone. They are ranked again, and their teams get a mail.",
        "restored",
        decisions.restore,
        _refuse_restoring,
    ),
    Act(
        "confirm_study",
        "Confirm the study",
        "You say that you have read the study behind the link, that it is peer-reviewed, and that it is about this "
        "method. Board, page and exports show it. It holds as long as the entry links to this study.",
        "confirmed",
        evidence.confirm_study,
        evidence.refusal_of_confirmation,
        form=ConfirmationForm,
        initial=study_of,
        takes_several=False,
    ),
    Act(
        "take_back_confirmation",
        "Take the confirmation back",
        "The study counts as linked by the team, and not as confirmed.",
        "without a confirmed study",
        evidence.take_back_confirmation,
        evidence.refusal_of_taking_back_confirmation,
        form=ReasonForm,
        takes_several=False,
    ),
    Act(
        "reproduce",
        "Mark as reproduced",
        "You say that you have trained the method again, or run its code, and got the file below. The site scores the "
        "file: each of the four means must be within your bound. Board, page and exports show it.",
        "reproduced",
        evidence.mark_as_reproduced,
        evidence.refusal_of_reproduction,
        form=ReproductionForm,
        takes_several=False,
    ),
    Act(
        "take_back_reproduction",
        "Take the reproduction back",
        "The entry is not reproduced any more. The log and the reproduced file are deleted; the history keeps bound "
        "and difference.",
        "not reproduced any more",
        evidence.take_back_reproduction,
        evidence.refusal_of_taking_back_reproduction,
        form=ReasonForm,
        takes_several=False,
    ),
]
BY_NAME = {act.name: act for act in ACTS}
