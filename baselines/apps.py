from django.apps import AppConfig


class BaselinesConfig(AppConfig):
    """Published results and trained baselines."""

    name = "baselines"
