"""Form to delete an account."""

from typing import Any

from django import forms

from accounts.forms import PasswordForm
from accounts.models import Team


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
                    (self.ANONYMISE, "Anonymize them: “Anonymous team …” replaces the name"),
                ],
            )
            self.order_fields(["public_results", "password"])

    @property
    def keeps_name(self) -> bool:
        """True if public results stay under the team's name."""
        return self.cleaned_data.get("public_results") == self.KEEP
