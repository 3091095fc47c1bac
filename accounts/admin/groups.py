"""Roles and other groups in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.roles import ROLES

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Groups of organizers, for administrators. The roles of the site are fixed; further groups can be added."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow administrators."""
        return _administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Allow administrators."""
        return _administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow administrators."""
        return _administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Allow administrators, except for the roles: each release sets them."""
        return _administers(request) and not (obj and obj.name in ROLES)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Allow administrators, except for the roles."""
        return _administers(request) and not (obj and obj.name in ROLES)


def _administers(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.administer_accounts")
