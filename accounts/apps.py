from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Teams and their accounts."""

    name = "accounts"

    def ready(self) -> None:
        """Connect the log of accounts, and the time of each log-in, to the signals."""
        import_module("accounts.log")
        import_module("accounts.staff_sessions")
