"""Clients in each role, and the confirmation page of an act for a team."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine
from challenge.tests.admin.acts import TEAMS

#: Why an organizer acts.
WHY = "They asked us for it."


@pytest.fixture
def client(in_role, as_user) -> Client:
    """A client of an organizer without rights on accounts."""
    return as_user(in_role("Organizer"))


@pytest.fixture
def do(client) -> Callable[..., Any]:
    """Return a function that does an act as an organizer; it follows to the page of the team."""

    def act(slug: str, team: Team, **given: object):
        return client.post(f"{TEAMS}{team.pk}/act/{slug}/", {"reason": WHY} | given, follow=True)

    return act


@pytest.fixture
def history(db) -> Callable[[], list[tuple]]:
    """Return a function that gives the lines of the history, the oldest first."""

    def lines() -> list[tuple]:
        rows = HistoryLine.objects.order_by("pk")
        return [(row.actor_name, row.action, row.subject, row.reason) for row in rows]

    return lines
