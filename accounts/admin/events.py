"""Log of accounts in the admin."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import AccountEvent


@admin.register(AccountEvent)
class AccountEventAdmin(ReadOnlyAdmin):
    """Log-ins, failures and changes of accounts, the newest first; nobody can change or remove them."""

    list_display = ["at", "name", "kind", "address"]
    list_filter = ["kind", "at"]
    search_fields = ["name", "team__name", "address"]
    date_hierarchy = "at"
    fields = ["at", "kind", "name", "team", "address"]

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow administrators."""
        return request.user.has_perm("accounts.administer_accounts")
