"""Form fields for links and for files of predictions."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.template.defaultfilters import filesizeformat

from challenge.scoring.reading.file_names import problem_of_name

DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)

#: Ends of the names of submission files for the browser's dialog, which knows only the last suffix.
ACCEPT = ".csv,.gz,.zip,text/csv,application/gzip,application/zip"

#: Invisible characters outside the categories of control and format characters (Unicode's default ignorables).
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def check_link(value: str) -> None:
    """Refuse a link that may lead elsewhere than a reader thinks: everybody can follow the links of entries.

    Raises:
        ValidationError: it has a user name, a backslash, an invisible character, or a host that is not ASCII.

    """
    if any(unicodedata.category(c)[0] in "CZ" for c in value) or _INVISIBLE.search(value):
        raise ValidationError(
            "The link contains a character that nobody sees, or that changes the direction of the text. "
            "Type the link in place of copying it."
        )
    if "\\" in value:
        raise ValidationError(
            "The link contains a backslash, which browsers read as a slash. Write %5C for a backslash."
        )
    try:
        parts = urlsplit(value)
    except ValueError:  # a bracket where no IPv6 address is; `URLValidator` refuses it, and says so
        return
    if "@" in parts.netloc:
        raise ValidationError(
            "The link contains a user name or a password before its host. Leave out everything up to the @."
        )
    if not parts.netloc.isascii():
        raise ValidationError(
            f"The host of the link has letters outside ASCII. Write it as {_ascii(parts.netloc)}."
        )


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "“xn--...”, as the address bar of your browser shows it"


class WebField(forms.URLField):
    """Link to a web page: http or https only, because everyone can follow it."""

    default_validators = [check_link, URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": "This is not a web address. Enter one that starts with https:// or http://."
    }


class StudyField(WebField):
    """Link to a study: a URL, or a DOI, which is converted to a URL."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": "This is neither a web address nor a DOI. Enter a link that starts with https://, or a DOI such "
        "as 10.1000/182."
    }

    def to_python(self, value: str | None) -> str | None:
        """Convert `10.1038/…`, `doi:10.1038/…` and doi.org URLs to one form."""
        if match := DOI.fullmatch((value or "").strip()):
            value = f"https://doi.org/{match[1]}"
        return super().to_python(value)


class PredictionsField(forms.FileField):
    """File of predictions, refused by its name or size; the content is checked later."""

    def clean(self, data: Any, initial: Any = None) -> UploadedFile:
        """Check size and suffix."""
        upload = super().clean(data, initial)
        if upload.size > settings.MAX_UPLOAD_BYTES:
            raise ValidationError(
                f"The file is larger than {filesizeformat(settings.MAX_UPLOAD_BYTES)} "
                f"({filesizeformat(upload.size)}). Compress it with gzip, or write fewer digits."
            )
        if problem := problem_of_name(upload.name):
            raise ValidationError(problem)
        return upload
