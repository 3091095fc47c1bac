"""Roles of organizers: the permissions of each, set whenever the database is migrated.

| | Organizer | Assistant | Administrator |
| --- | --- | --- | --- |
| look at the challenge, at private entries and at teams | yes | yes | yes |
| write to teams | yes | yes | yes |
| change anything of the challenge; act for teams | yes | no | yes |
| download the files of teams; see and decide flags of integrity | yes | no | yes |
| invite people, give roles, reset second factors, read the log of accounts | no | no | yes |

An assistant needs no file to answer a team: its problems are on the page of the submission.
"""

from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.db.models import Q

from accounts.roles import ADMINISTRATOR, ASSISTANT, ORGANIZER


def make_roles(apps: Apps = global_apps, **kwargs: object) -> None:
    """Make the groups of the roles, or bring their permissions up to date; other groups stay as they are.

    A receiver of `post_migrate`: only then, all permissions exist.
    """
    try:
        group_model, permissions = (
            apps.get_model("auth", "Group"),
            apps.get_model("auth", "Permission").objects,
        )
    except LookupError:  # an early state of a migration
        return
    for name, granted in _permissions().items():
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.set(permissions.filter(granted))


def _permissions() -> dict[str, Q]:
    of_challenge = Q(content_type__app_label="challenge")
    of_integrity = Q(content_type__model__startswith="integrity")
    look = of_challenge & Q(codename__startswith="view_") & ~of_integrity | _named("accounts", "view_team")
    organize = of_challenge | _named("accounts", "view_team", "manage_team")
    return {
        ASSISTANT: look | _named("challenge", "write_to_teams"),
        ORGANIZER: organize,
        ADMINISTRATOR: organize | Q(content_type__app_label="accounts") | Q(content_type__model="group"),
    }


def _named(app: str, *codenames: str) -> Q:
    return Q(content_type__app_label=app, codename__in=codenames)
