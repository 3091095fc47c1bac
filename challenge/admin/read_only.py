"""Rows that organizers do not type."""

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """For rows that organizers look at and act upon, but do not type."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the site itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows are changed by actions only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing that was submitted disappears: it is disqualified."""
        return False
