"""Invitations of organizers in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.invitations import send_mail
from accounts.models import Invitation
from accounts.roles import ROLES
from challenge.services import invitations


class InvitationForm(forms.ModelForm):
    """Form to invite a person."""

    class Meta:
        model = Invitation
        fields = ["email", "name", "role"]

    def clean(self) -> dict[str, Any]:
        """Refuse an address or a name that is taken."""
        given = super().clean() or self.cleaned_data
        if not self.errors:
            for field, problem in invitations.problems_of(given["email"], given["name"]).items():
                self.add_error(field, problem)
        return given


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Invitations that wait for an answer: invite, send again, withdraw."""

    form = InvitationForm
    list_display = ["email", "name", "role", "invited_by", "sent_at", "expires"]
    list_select_related = ["role", "invited_by"]
    search_fields = ["email", "name"]
    actions = ["send_again", "withdraw"]

    @admin.display(description="works until")
    def expires(self, invitation: Invitation) -> Any:
        """Time until which the link works."""
        return "expired: send it again" if invitation.has_expired else invitation.expires_at

    @admin.action(description="Send again (with a new link)")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Send new links; the earlier ones end."""
        for invitation in queryset:
            invitations.renew(invitation, by=request.user)  # type: ignore[arg-type]
            self._send(request, invitation)

    @admin.action(description="Withdraw")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """End invitations."""
        count = len(queryset)
        for invitation in queryset:
            invitations.withdraw(invitation, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"Invitations withdrawn: {count}.")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the roles of the site."""
        if db_field.name == "role":
            kwargs["queryset"] = Group.objects.filter(name__in=ROLES)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Invitation, form: forms.ModelForm, change: bool) -> None:
        """Add the invitation, and send its mail once it is in the database."""
        invitations.invite(obj, by=request.user)  # type: ignore[arg-type]
        transaction.on_commit(lambda: self._send(request, obj))

    def _send(self, request: HttpRequest, invitation: Invitation) -> None:
        if send_mail(invitation):
            self.message_user(request, f"We have written to {invitation.email}.")
        else:
            problem = f"Our mail server did not take the mail to {invitation.email}. Send it again later."
            self.message_user(request, problem, messages.ERROR)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow administrators."""
        return _administers(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow administrators."""
        return _administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow administrators."""
        return _administers(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no changes: withdraw the invitation, and send another."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no deletion: withdrawing an invitation leaves a line of history."""
        return False


def _administers(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.administer_accounts")
