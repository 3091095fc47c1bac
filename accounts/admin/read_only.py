"""Base class of read-only admin pages."""

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """Admin of rows that organizers view and change only by actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow no new rows: the site itself creates them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no edits: only actions change rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no deletion: submissions are disqualified, and the site forgets old events by itself."""
        return False
