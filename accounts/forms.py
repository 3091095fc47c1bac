"""allauth's forms with the texts of this site, and a form that asks for the password again."""

from typing import Any

from allauth.account import app_settings
from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField, PasswordField, SetPasswordField
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.models import Team
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
        email = super().clean_email()
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
