from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The teams and their accounts."""

    name = "accounts"
