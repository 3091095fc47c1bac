"""Findings of organizers about the evidence behind an entry: forms, rows of the page, and downloads of their files."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html_join

from challenge.forms.fields import PredictionsField
from challenge.models import Reproduction, Submission
from challenge.results.evidence import confirmation_of, reproduction_of

MAY_DOWNLOAD = "challenge.download_files"
#: Largest log.
MOST_LOG_BYTES = 5 * 2**20


class ShownReasonForm(forms.Form):
    """Reason that readers see."""

    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text="Readers see it on the page of the entry, with your name and the day. The history keeps it.",
    )


class ConfirmationForm(ShownReasonForm):
    """Confirmation of a study; the link is sent back, so that no other study is confirmed than the one shown."""

    study_url = forms.URLField(
        label="Study", assume_scheme="https", widget=forms.URLInput(attrs={"readonly": True, "size": 80})
    )
    field_order = ["study_url", "reason"]


class ReproductionForm(ShownReasonForm):
    """Reproduction with its bound, log and file."""

    how = forms.ChoiceField(
        label="Part that was repeated", choices=[("", "Choose"), *Reproduction.How.choices]
    )
    bound = forms.FloatField(
        label="Largest difference allowed",
        min_value=0,
        max_value=0.1,
        initial=0.01,
        help_text="Of a mean over the datasets, for each of the four metrics: 0.01 for a new training, for example.",
    )
    log = forms.FileField(
        help_text=f"Output of the run as text: .txt or .log, at most {filesizeformat(MOST_LOG_BYTES)}. "
        "Only organizers can open it."
    )
    predictions = PredictionsField(
        label="Reproduced predictions",
        help_text="In the format of a submission. The site scores them and compares the four means with those of the "
        "entry. Only organizers can open the file.",
    )
    field_order = ["how", "bound", "log", "predictions", "reason"]

    def clean_log(self) -> UploadedFile:
        """Refuse a log by its name or size."""
        log = self.cleaned_data["log"]
        if not log.name.lower().endswith((".txt", ".log")):
            raise forms.ValidationError("The log must be a .txt or .log file.")
        if log.size > MOST_LOG_BYTES:
            raise forms.ValidationError(
                f"The log is larger than {filesizeformat(MOST_LOG_BYTES)} ({filesizeformat(log.size)}). "
                "Keep its beginning and its end."
            )
        return log


def study_of(submission: Submission) -> dict[str, Any]:
    """Return the link that is confirmed."""
    return {"study_url": submission.study_url}


def confirmation_in_words(submission: Submission) -> str:
    """Return who confirmed which study, and why; with a note if it does not hold any more."""
    found = getattr(submission, "study_confirmation", None)
    if found is None:
        return "-"
    words = f"{found.study_url}: by {found.found_by_name} on {found.found_at:%Y-%m-%d}. {found.reason}"
    if confirmation_of(submission):
        return words
    return f"{words} It does not hold any more: the team has changed the link since."


def reproduction_in_words(submission: Submission) -> str:
    """Return who reproduced an entry, how, and within which bound."""
    made = reproduction_of(submission)
    if made is None:
        return "-"
    return (
        f"{made.get_how_display()} by {made.found_by_name} on {made.found_at:%Y-%m-%d}: largest difference "
        f"{made.largest_difference:.2g}, bound {made.bound:g}. {made.reason}"
    )


def files_of_reproduction(submission: Submission) -> str:
    """Return links to the files of a reproduction."""
    address = "admin:challenge_submission_reproduction"
    links = ((reverse(address, args=[submission.pk, name]), name) for name in Reproduction.FILES)
    return format_html_join("", '<p><a href="{}">{}</a></p>', links)


def reproduction_file(request: HttpRequest, pk: int, name: str) -> FileResponse:
    """Send the log or the predictions of a reproduction to an organizer who may download files."""
    if not request.user.has_perm(MAY_DOWNLOAD):
        raise PermissionDenied
    made = get_object_or_404(Reproduction, submission=pk)
    if name not in Reproduction.FILES:
        raise Http404
    file = getattr(made, name)
    if not file.storage.exists(file.name):
        raise Http404
    return FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=f"big-submission-{pk}-{file.name.rpartition('/')[2]}",
        content_type="application/octet-stream",
    )
