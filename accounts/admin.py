"""Django admin for the accounts."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.models import Team

# Addresses are only changed together with their teams, so that both tables agree.
admin.site.unregister(EmailAddress)
# Use the site's own login: by name or e-mail address, with limits on failed attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class AddTeamForm(AdminUserCreationForm):
    """Form to add a team or an organizer."""

    class Meta:
        model = Team
        fields = ["name", "email"]


class ChangeTeamForm(UserChangeForm):
    """Form to change a team."""

    class Meta:
        model = Team
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


@admin.register(Team)
class TeamAdmin(UserAdmin):
    """Teams: find, deactivate and correct them; add organizers.

    Only superusers change anything here: a person who can change accounts could become a superuser.
    """

    form = ChangeTeamForm
    add_form = AddTeamForm
    list_display = ["name", "email", "email_confirmed", "is_active", "is_staff", "created_at"]
    list_filter = ["is_active", "is_staff", ("closed_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "email"]
    ordering = ["name"]
    date_hierarchy = "created_at"
    filter_horizontal = ["groups", "user_permissions"]
    actions = ["confirm_email"]
    readonly_fields = ["created_at", "last_login", "closed_at"]
    fieldsets = [
        (None, {"fields": ["name", "email", "password", "is_active"]}),
        ("Organizing", {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["created_at", "last_login", "closed_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "email", "usable_password", "password1", "password2"]}),
        ("Organizing", {"fields": ["is_staff", "is_superuser"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Add the computed columns of the list in the same query."""
        confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        return super().get_queryset(request).annotate(email_confirmed=Exists(confirmed))

    @admin.display(description="confirmed", ordering="email_confirmed", boolean=True)
    def email_confirmed(self, team: Team) -> bool:
        """Return whether the team has opened the link sent to its address."""
        return team.email_confirmed  # type: ignore[attr-defined]

    @admin.action(description="Confirm the e-mail addresses", permissions=["change"])
    def confirm_email(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        """Mark the teams' addresses as confirmed, for teams that no mail reaches."""
        for team in queryset.filter(email__isnull=False):
            team.replace_email(team.email or "", verified=True)
            self.log_change(request, team, "E-mail address confirmed")
        self.message_user(request, "The addresses are confirmed.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow superusers."""
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Allow superusers; a deleted account stays closed."""
        return request.user.is_superuser and not (obj and obj.closed_at)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Allow superusers; the database refuses if data that must stay depends on the team."""
        return request.user.is_superuser

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm, change: bool) -> None:
        """Save; an address typed by an organizer counts as confirmed."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            obj.replace_email(obj.email or "", verified=True)
