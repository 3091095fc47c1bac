"""Accounts in the admin."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.models import Team


class AddTeamForm(AdminUserCreationForm):
    """Form to add a team or an organizer."""

    class Meta:
        model = Team
        fields = ["name", "email"]


class ChangeTeamForm(UserChangeForm):
    """Form to change the rights of an account."""

    class Meta:
        model = Team
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


class StateFilter(admin.SimpleListFilter):
    """Filter of accounts by their state."""

    title, parameter_name = "state", "state"
    conditions = {
        "open": Q(is_active=True),
        "blocked": Q(blocked_at__isnull=False, closed_at__isnull=True),
        "deactivated": Q(is_active=False, blocked_at__isnull=True, closed_at__isnull=True),
        "deleted": Q(closed_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the states; an account whose address is not confirmed is open, too."""
        return [(state, state) for state in self.conditions]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Team]) -> QuerySet[Team]:
        """Keep the accounts in the chosen state."""
        return (
            queryset.filter(self.conditions[state])
            if (state := self.value()) in self.conditions
            else queryset
        )


class TeamAdmin(UserAdmin):
    """Accounts: find them, add them, change what organizers may do; `challenge.admin.teams` adds the acts for teams.

    Only administrators change anything here, and only superusers change superusers: a person who can change accounts
    could otherwise become a superuser. Names, addresses and blocks are changed by acts with a reason, not by fields.
    """

    form = ChangeTeamForm
    add_form = AddTeamForm
    list_display = ["name", "email", "state", "role"]
    list_filter = [StateFilter, "is_staff", "groups"]
    search_fields = ["name", "email"]
    ordering = ["name"]
    date_hierarchy = "created_at"
    filter_horizontal = ["groups", "user_permissions"]
    dates = ("created_at", "last_login", "blocked_at", "closed_at")
    rights = ("is_staff", "is_superuser", "groups", "user_permissions")
    add_fieldsets = [
        (None, {"fields": ["name", "email", "usable_password", "password1", "password2"]}),
        ("Organizing", {"fields": ["is_staff", "is_superuser"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Team | None = None) -> list[Any]:
        """Show the rights of organizers only, and the password only to those who may set it."""
        if obj is None:
            return self.add_fieldsets
        can_change = self.has_change_permission(request, obj)
        sections: list[Any] = [
            ("Account", {"fields": ["name", "email", *(["password"] if can_change else []), "is_active"]})
        ]
        if can_change or obj.is_staff:
            closed = [] if obj.is_staff else ["collapse"]
            sections.append(("Rights of an organizer", {"fields": self.rights, "classes": closed}))
        return [*sections, ("Dates", {"fields": self.dates})]

    def get_readonly_fields(self, request: HttpRequest, obj: Team | None = None) -> tuple[str, ...]:
        """Fix what is changed by acts, and for all but superusers the mark of a superuser."""
        fixed = ("name", "email", "is_active", *self.dates) if obj else ()
        return fixed if request.user.is_superuser else (*fixed, "is_superuser")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Add the computed columns of the list in the same query."""
        confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        teams = super().get_queryset(request).prefetch_related("groups")
        return teams.annotate(email_confirmed=Exists(confirmed))

    @admin.display(description="state")
    def state(self, team: Team) -> str:
        """Return whether the team can log in, and why not."""
        if team.closed_at:
            return "deleted"
        if team.blocked_at:
            return "blocked"
        if not team.is_active:
            return "deactivated"
        return "open" if team.email_confirmed else "not confirmed"  # type: ignore[attr-defined]

    @admin.display(description="role", ordering="is_staff")
    def role(self, team: Team) -> str:
        """Roles of an organizer; a dash for a team."""
        names = [*(["superuser"] if team.is_superuser else []), *(group.name for group in team.groups.all())]
        return ", ".join(names) or ("staff without a role" if team.is_staff else "-")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow administrators."""
        return request.user.has_perm("accounts.administer_accounts")

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Allow administrators; a deleted account stays closed."""
        return self._administers(request, obj) and not (obj and obj.closed_at)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Allow administrators; the database refuses if data that must stay depends on the team."""
        return self._administers(request, obj)

    def _administers(self, request: HttpRequest, obj: Team | None) -> bool:
        may = request.user.has_perm("accounts.administer_accounts")
        return may and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm, change: bool) -> None:
        """Save; the address that an organizer gives a new account counts as confirmed."""
        super().save_model(request, obj, form, change)
        if not change:
            obj.replace_email(obj.email or "", verified=True)
