"""The form of a submission."""

import re

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.template.defaultfilters import filesizeformat

from challenge.models import Submission

DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


class WebField(forms.URLField):
    """A link to a web page: http or https, as it is shown to everybody."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {"invalid": "This is not a web address (https://…)."}


class StudyField(WebField):
    """A link to a study: a URL, or a DOI, which becomes its link."""

    widget = forms.TextInput
    default_error_messages = {"invalid": "This is neither a web address nor a DOI (10.xxxx/…)."}

    def to_python(self, value: str | None) -> str | None:
        """Turn `10.1038/…`, `doi:10.1038/…` and the doi.org addresses into one form."""
        if match := DOI.fullmatch((value or "").strip()):
            value = f"https://doi.org/{match[1]}"
        return super().to_python(value)


class SubmissionForm(forms.ModelForm):
    """What a team sends: the file, and what it says of it."""

    upload = forms.FileField(
        label="Predictions",
        help_text="One CSV file, plain or gzip-compressed, with the class probabilities for all 12 test sets.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.gz,text/csv,application/gzip", "data-check-format": True}
        ),
        error_messages={"empty": "The file is empty.", "required": "Choose a file."},
    )
    study_url = StudyField(
        label="Study",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="A peer-reviewed study of the method: URL or DOI. Entries with one are highlighted.",
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
        ]
        labels = {"external_data": "Data beyond MedMNIST+ was used for training"}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "resolution": "Of the images that the model was given.",
            "model_name": "Shown on the leaderboard.",
            "description": "Architecture, training, what is special: a few sentences.",
            "external_data": "Pre-trained weights such as ImageNet's count as such data only if "
            "they hold biomedical images.",
        }

    def clean_upload(self) -> UploadedFile:
        """Refuse what cannot be a submission by its name or size; the worker reads what is inside."""
        upload = self.cleaned_data["upload"]
        if upload.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {filesizeformat(settings.MAX_UPLOAD_BYTES)} "
                f"({filesizeformat(upload.size)}). Compress it with gzip, or write fewer digits."
            )
        if not upload.name.lower().endswith((".csv", ".csv.gz")):
            raise forms.ValidationError("The file must be a .csv, or a .csv.gz compressed with gzip.")
        return upload
