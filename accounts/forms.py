"""allauth's forms with the texts of this site, and a form that asks for the password again."""

from datetime import timedelta
from typing import Any

from allauth.account import app_settings
from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField, PasswordField, SetPasswordField
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import log
from accounts.misleading_names import refuse_claims
from accounts.models import AccountEvent, ApiToken, BlockedAddress, Invitation, Team
from accounts.team_names import looks_like_email

EMAIL = "E-mail address"
PASSWORD_HELP = (
    "At least 8 characters. Not only digits, not a common password, not similar to your team name or address."  # noqa: S105
)
NEW_PASSWORD, NEW_PASSWORD_AGAIN = "New password", "New password (again)"


class LoginForm(allauth_forms.LoginForm):
    """Login form: team name or e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Team name or e-mail address"
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["remember"].label = "Stay logged in on this device"

    def clean_login(self) -> str:
        """Return an address as stored, and a name as typed."""
        login = super().clean_login()
        return Team.objects.normalize_email(login) if looks_like_email(login) else login


class SignupForm(allauth_forms.SignupForm):
    """Registration form of a team."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, email = self.fields["username"], self.fields["email"]
        name.label, name.help_text = "Team name", Team._meta.get_field("name").help_text
        email.label, email.help_text = (
            EMAIL,
            "For the results of your submissions, and if you forget your password.",
        )
        self.fields["password1"].help_text = PASSWORD_HELP

    def clean_username(self) -> str:
        """Refuse an invalid or a taken name, and one that readers could take for the organizers."""
        name = super().clean_username()
        refuse_claims(name)
        return name

    def clean_email(self) -> str:
        """Refuse an address of a blocked team."""
        return _not_blocked(super().clean_email())

    def try_save(self, request: HttpRequest) -> tuple[Team | None, HttpResponse | None]:
        """Register, or tell the owner of a taken address by mail.

        Both hash the password, so that the time of the answer does not tell which it was.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)

    def save(self, request: HttpRequest) -> Team:
        """Create the team and its address in one transaction.

        Raises:
            IntegrityError: another registration has just taken the name or the address.

        """
        with transaction.atomic():
            return super().save(request)


class AddEmailForm(allauth_forms.AddEmailForm):
    """Form to change the team's address: after confirmation, or at once if the site does not confirm addresses."""

    email = EmailField(label="New e-mail address")

    def clean_email(self) -> str:
        """Refuse another team's address, unless a mail to it can report this without revealing the team."""
        email = _not_blocked(super().clean_email())
        if not _addresses_are_confirmed() and Team.objects.filter(email=email).exists():
            raise get_adapter().validation_error("email_taken")
        return email

    def save(self, request: HttpRequest) -> EmailAddress:
        """Request confirmation of the new address, or replace the old address at once."""
        if _addresses_are_confirmed():
            return super().save(request)
        old = self.user.email
        adapter = get_adapter()
        try:
            self.user.replace_email(self.cleaned_data["email"], verified=False)
        except IntegrityError:  # taken since the form was checked
            messages.error(request, adapter.error_messages["email_taken"])
            self.user.refresh_from_db()
        else:
            messages.success(request, f"Your e-mail address is now {self.user.email}.")
            changed = {"from_email": old, "to_email": self.user.email}
            adapter.send_notification_mail("account/email/email_changed", self.user, changed, email=old)
        return EmailAddress.objects.get(user=self.user, email=self.user.email)


def _not_blocked(email: str) -> str:
    if BlockedAddress.objects.filter(email=email).exists():
        raise get_adapter().validation_error("email_blocked")
    return email


def _addresses_are_confirmed() -> bool:
    return app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.MANDATORY


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Form to change the password of a logged-in team."""

    oldpassword = PasswordField(
        label="Current password", autocomplete="current-password", show_reset_help=True
    )
    password1 = SetPasswordField(label=NEW_PASSWORD, help_text=PASSWORD_HELP)
    password2 = PasswordField(label=NEW_PASSWORD_AGAIN, autocomplete="new-password")


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Form to request a link for a new password."""

    email = EmailField(label=EMAIL)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """Form behind this link, to set the new password."""

    password1 = SetPasswordField(label=NEW_PASSWORD, help_text=PASSWORD_HELP)
    password2 = PasswordField(label=NEW_PASSWORD_AGAIN, autocomplete="new-password")


class AcceptInvitationForm(allauth_forms.PasswordVerificationMixin, forms.Form):
    """Form with which an invited person makes an account."""

    name = forms.CharField(
        label="Name of your account", help_text="Teams see it when you write to them. You log in with it."
    )
    password2 = PasswordField(label="Password (again)", autocomplete="new-password")

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = invitation.email
        self.fields["name"].initial = invitation.name
        self.fields["password1"] = password = SetPasswordField(label="Password", help_text=PASSWORD_HELP)
        password.user = Team(name=invitation.name, email=invitation.email)
        self.order_fields(["name", "password1", "password2"])

    def clean_name(self) -> str:
        """Refuse an invalid or a taken name."""
        return get_adapter().clean_username(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any] | None:
        """Refuse an address with which a team has registered since the invitation."""
        if Team.objects.filter(email=self.email).exists():
            raise ValidationError(
                "A team has registered with your address in the meantime. "
                "Ask the organizer who invited you to invite another address."
            )
        return super().clean()


class _CodeForm(mfa_forms.BaseAuthenticateForm):
    """Form for a code of the second factor; a refusal after too many failures is logged."""

    def clean_code(self) -> str:
        """Check the code."""
        try:
            return super().clean_code()
        except ValidationError as error:
            if error.code == "too_many_login_attempts":
                log.note(AccountEvent.Kind.LOCKED, context.request, self.user)
            raise


class CodeForm(_CodeForm, mfa_forms.AuthenticateForm):
    """Form of the second step of a log-in."""


class CodeAgainForm(_CodeForm, mfa_forms.ReauthenticateForm):
    """Form that asks a logged-in team for a code."""


class PasswordForm(forms.Form):
    """Form that asks a logged-in team for its password again."""

    password = PasswordField(label="Password", autocomplete="current-password")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_password(self) -> str:
        """Check the password; failed attempts count like failed logins."""
        password = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.team, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


class ApiTokenForm(forms.ModelForm):
    """Form for a new token of a team."""

    #: Days until a token expires; 0 for no end.
    ENDS = [(30, "30 days"), (90, "90 days"), (365, "A year"), (0, "No end")]

    days = forms.TypedChoiceField(label="It works for", choices=ENDS, coerce=int, initial=90)

    class Meta:
        model = ApiToken
        fields = ["name", "scope"]
        widgets = {"scope": forms.RadioSelect}
        labels = {"scope": "It may"}
        help_texts = {
            "scope": "Read: your team's submissions with their files. Submit: also send, edit and withdraw entries.",
        }

    def values(self) -> dict[str, Any]:
        """Return the arguments of `tokens.create`."""
        days = self.cleaned_data["days"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        return {
            "name": self.cleaned_data["name"],
            "scope": self.cleaned_data["scope"],
            "expires_at": expires_at,
        }
