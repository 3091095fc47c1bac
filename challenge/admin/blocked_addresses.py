"""Blocked addresses in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import BlockedAddress
from challenge.services.team_accounts import allow_address


@admin.register(BlockedAddress)
class BlockedAddressAdmin(ReadOnlyAdmin):
    """Addresses that cannot register. Blocks of teams add them; organizers can allow them again."""

    list_display = ["email", "created_at"]
    search_fields = ["email"]
    actions = ["allow"]

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow organizers who act for teams."""
        return request.user.has_perm("accounts.manage_team")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow organizers who act for teams."""
        return self.has_view_permission(request)

    @admin.action(description="Allow again (a blocked team stays blocked)")
    def allow(self, request: HttpRequest, queryset: QuerySet[BlockedAddress]) -> None:
        """Let somebody register with these addresses again."""
        count = len(queryset)
        for address in queryset:
            allow_address(address, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, f"Addresses allowed: {count}.")
