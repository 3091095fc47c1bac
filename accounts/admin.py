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

# Addresses are changed with their teams, so that both tables agree.
admin.site.unregister(EmailAddress)
# The site's own login: by name or e-mail address, with its limits on failed attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class AddTeamForm(AdminUserCreationForm):
    """Adds a team, or an organizer."""

    class Meta:
        model = Team
        fields = ["name", "email"]


class ChangeTeamForm(UserChangeForm):
    """Changes a team."""

    class Meta:
        model = Team
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


@admin.register(Team)
class TeamAdmin(UserAdmin):
    """Teams: find, deactivate and mend them; add organizers. Only superusers change anything here.

    Whoever could change accounts could make himself a superuser.
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
        """With what the list shows beside a team's own columns, in the same query."""
        confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        return super().get_queryset(request).annotate(email_confirmed=Exists(confirmed))

    @admin.display(description="confirmed", ordering="email_confirmed", boolean=True)
    def email_confirmed(self, team: Team) -> bool:
        """Whether the team has opened the link that was sent to its address."""
        return team.email_confirmed  # type: ignore[attr-defined]

    @admin.action(description="Confirm the e-mail addresses", permissions=["change"])
    def confirm_email(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        """Take the teams' addresses as confirmed, where no mail reaches them."""
        for team in queryset.filter(email__isnull=False):
            team.replace_email(team.email or "", verified=True)
            self.log_change(request, team, "E-mail address confirmed")
        self.message_user(request, "The addresses are confirmed.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers may."""
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Superusers may; the account of a team that has left stays closed."""
        return request.user.is_superuser and not (obj and obj.closed_at)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Superusers may, where nothing that has to stay depends on the team (the database sees to that)."""
        return request.user.is_superuser

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm, change: bool) -> None:
        """Save; an address that an organizer typed counts as confirmed."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            obj.replace_email(obj.email or "", verified=True)
