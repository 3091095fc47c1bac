"""Forms for passkeys: those of allauth, with our texts, and an answer to nonsense in place of an error 500."""

from typing import Any

from allauth.core import context
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError

from accounts import log
from accounts.models import AccountEvent

#: Longest name of a passkey.
LONGEST = 60
LABEL = "Name of the passkey"
NOT_ACCEPTED = "The passkey was not accepted. Please try again."
#: Errors of the parser, which expects the answer of a browser and may get anything.
NONSENSE = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError, ValidationError)


class CredentialField(forms.JSONField):
    """Hidden field for the answer of a browser."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Read the JSON; refuse text that is nested without end."""
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(NOT_ACCEPTED) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return nothing: an answer is good for one question, so a page does not repeat it."""
        return initial


class AddPasskeyForm(allauth_forms.AddWebAuthnForm):
    """Form that adds a passkey; the browser fills in the credential."""

    credential = CredentialField()

    name = forms.CharField(
        label=LABEL, max_length=LONGEST, required=False, help_text="For example the device that holds it."
    )

    def clean(self) -> dict[str, Any]:
        """Check the credential."""
        try:
            return super().clean()
        except NONSENSE as error:
            raise ValidationError(NOT_ACCEPTED) from error


class RenamePasskeyForm(allauth_forms.EditWebAuthnForm):
    """Form that gives a passkey another name."""

    name = forms.CharField(label=LABEL, max_length=LONGEST)


class _UsePasskey:
    """Refuses a credential that is not the answer of a browser."""

    def clean_credential(self) -> Any:
        """Check the credential; failed attempts count like wrong codes."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except NONSENSE as error:
            if getattr(error, "code", "") == "too_many_login_attempts":
                log.note(AccountEvent.Kind.LOCKED, context.request, self.user)  # type: ignore[attr-defined]
                raise
            log.note(AccountEvent.Kind.CODE_FAILED, context.request, self.user)  # type: ignore[attr-defined]
            raise ValidationError(NOT_ACCEPTED) from error


class PasskeyForm(_UsePasskey, allauth_forms.AuthenticateWebAuthnForm):
    """Form of the second step of a log-in."""

    credential = CredentialField()


class PasskeyAgainForm(_UsePasskey, allauth_forms.ReauthenticateWebAuthnForm):
    """Form that asks a logged-in team for its passkey."""

    credential = CredentialField()
