"""Form fields for links."""

import re

from django import forms
from django.core.validators import URLValidator

DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


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
        "invalid": "This is neither a web address nor a DOI. Enter a link that starts with https://, or a DOI such "
        "as 10.1000/182."
    }

    def to_python(self, value: str | None) -> str | None:
        """Convert `10.1038/…`, `doi:10.1038/…` and doi.org URLs to one form."""
        if match := DOI.fullmatch((value or "").strip()):
            value = f"https://doi.org/{match[1]}"
        return super().to_python(value)
