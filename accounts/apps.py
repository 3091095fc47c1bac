from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Teams and their accounts."""

    name = "accounts"
