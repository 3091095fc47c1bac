"""Forms for teams: submission, group of submissions, deletion of the account."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.template.defaultfilters import filesizeformat
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.text import format_lazy

from accounts.forms import PasswordForm
from accounts.models import Team
from challenge.models import Evaluation, GroundTruth, MethodGroup, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS

DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


#: Ends of the names of submission files, and the same for the browser's dialog, which knows only the last suffix.
SUFFIXES = (".csv", ".csv.gz", ".zip")
ACCEPT = ".csv,.gz,.zip,text/csv,application/gzip,application/zip"


class WebField(forms.URLField):
    """Link to a web page: http or https only, because everyone can follow it."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": "This is not a web address. Enter one that starts with https:// or http://."
    }


class StudyField(WebField):
    """Link to a study: a URL, or a DOI, which is converted to a URL."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": "This is neither a web address nor a DOI. Enter https://… or 10.xxxx/…."
    }

    def to_python(self, value: str | None) -> str | None:
        """Convert `10.1038/…`, `doi:10.1038/…` and doi.org URLs to one form."""
        if match := DOI.fullmatch((value or "").strip()):
            value = f"https://doi.org/{match[1]}"
        return super().to_python(value)


class SubmissionForm(forms.ModelForm):
    """Form for a submission: the file, and the team's statements about it."""

    upload = forms.FileField(
        label="Predictions",
        help_text="One CSV file, plain or gzip-compressed, with the class probabilities for all "
        f"{MEDMNIST_PLUS.n_datasets} test sets; or one zip with the files of MedMNIST's evaluator.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT, "data-check-format": True}),
        error_messages={"empty": "The file is empty.", "required": "Choose a file."},
    )
    study_url = StudyField(
        label="Study",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="A peer-reviewed study of your method: URL or DOI. Entries with a study are highlighted.",
    )
    code_url = WebField(
        label="Code",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="A public repository, if there is one.",
    )

    class Meta:
        model = Submission
        fields = [
            "upload",
            "resolution",
            "model_name",
            "description",
            "study_url",
            "code_url",
            "external_data",
            "special_methods",
        ]
        labels = {
            "external_data": "Data beyond MedMNIST+ was used for training",
            "special_methods": "Departures from the standard protocol",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "resolution": "Resolution of the images your model was given.",
            "model_name": "Shown on the leaderboard.",
            "description": "Architecture, training and what is special about your method, in a few sentences.",
            "external_data": "Pre-trained weights, for example from ImageNet, count only if they were trained on "
            "biomedical images.",
            "special_methods": format_lazy(
                "For example an ensemble, test-time augmentation, or training on validation images. Shown with your "
                'entry, which is then <a href="{}#standard">non-standard</a>. Leave empty if nothing applies.',
                reverse_lazy("challenge"),
            ),
        }

    def clean_upload(self) -> UploadedFile:
        """Refuse a file by its name or size; the worker checks the content."""
        upload = self.cleaned_data["upload"]
        if upload.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {filesizeformat(settings.MAX_UPLOAD_BYTES)} "
                f"({filesizeformat(upload.size)}). Compress it with gzip, or write fewer digits."
            )
        if not upload.name.lower().endswith(SUFFIXES):
            raise forms.ValidationError(
                "The file must be a .csv, a .csv.gz compressed with gzip, or a .zip of the files of MedMNIST's "
                "evaluator."
            )
        return upload


@dataclass(frozen=True)
class Choice:
    """A submission that can be ticked, with its displayed scores."""

    submission: Submission
    evaluation: Evaluation | None
    is_ticked: bool


class GroupForm(forms.Form):
    """Form for a group: a name, and submissions that differ only in the seed; `services.groups` checks them."""

    name = forms.CharField(
        max_length=100,
        help_text="Name of the method, without the seed. The leaderboard shows the group under this name.",
    )
    members = forms.TypedMultipleChoiceField(
        coerce=int,
        label="Submissions",
        error_messages={
            "required": f"Tick at least {MethodGroup.FEWEST} submissions.",
            "invalid_choice": "One of these is not a submission of your team.",
        },
    )

    def __init__(self, *args: Any, team: Team, group: MethodGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        self.sent = list(
            Submission.objects.filter(team=team).prefetch_related("evaluations__ground_truth").order_by("pk")
        )
        members_field: Any = self.fields["members"]
        members_field.choices = [(submission.pk, str(submission)) for submission in self.sent]
        if group:
            members = [one for one in self.sent if one.group_id == group.pk]
            self.left_out = [one for one in members if not one.is_public]
            self.initial = {"name": group.name, "members": [one.pk for one in members if one.is_public]}

    @property
    def is_possible(self) -> bool:
        """True if a group can be made: some resolution has enough submissions."""
        return any(len(choices) >= MethodGroup.FEWEST for _, choices in self.choices_by_resolution)

    @cached_property
    def choices_by_resolution(self) -> list[tuple[str, list[Choice]]]:
        """Return the choices by resolution: public submissions in no other group, and all that were ticked before."""
        ground_truth = GroundTruth.objects.active()
        ticked = {str(pk) for pk in self["members"].value() or []}
        by_resolution: dict[int, list[Choice]] = {}
        for one in self.sent:
            is_ticked = str(one.pk) in ticked
            is_free = one.is_public and one.group_id in (None, self.group and self.group.pk)
            if is_free or is_ticked:
                choice = Choice(one, one.latest_scores(ground_truth), is_ticked)
                by_resolution.setdefault(one.resolution, []).append(choice)
        return [
            (choices[0].submission.get_resolution_display(), choices)
            for _, choices in sorted(by_resolution.items())
        ]


class DeleteAccountForm(PasswordForm):
    """Form that asks for the password, and how to keep public results if there are any."""

    KEEP, ANONYMISE = "keep", "anonymise"

    def __init__(self, *args: Any, team: Team, has_public_results: bool, **kwargs: Any) -> None:
        super().__init__(*args, team=team, **kwargs)
        if has_public_results:
            self.fields["public_results"] = forms.ChoiceField(
                label="Your public results",
                widget=forms.RadioSelect,
                choices=[
                    (self.KEEP, f"Keep them under the name “{team}”"),
                    (self.ANONYMISE, "Anonymise them: “Anonymous team …” replaces the name"),
                ],
            )
            self.order_fields(["public_results", "password"])

    @property
    def keeps_name(self) -> bool:
        """True if public results stay under the team's name."""
        return self.cleaned_data.get("public_results") == self.KEEP
