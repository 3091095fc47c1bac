"""Application of the challenge."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ChallengeConfig(AppConfig):
    """The challenge: submissions, scoring, leaderboard."""

    name = "challenge"

    def ready(self) -> None:
        """Connect what follows an installation of the software, and the checks before one."""
        from bigsite import deploy_checks  # noqa: F401 - registers itself

        post_migrate.connect(_renew_results, sender=self)
        post_migrate.connect(_make_roles, sender=self)


def _renew_results(**kwargs: Any) -> None:
    """Have everything computed again: a new version may compute or word it differently. Readers have the earlier."""
    from challenge.models import BoardLine, BoardResult  # models are loaded later than this module

    BoardResult.objects.update(state=BoardResult.OF_ANOTHER_VERSION)
    BoardLine.objects.update(version="")


def _make_roles(**kwargs: Any) -> None:
    """Bring the roles of organizers up to date; the permissions exist by now."""
    from challenge.services.roles import make_roles

    make_roles(**kwargs)
