"""Client of a team that lets no server error pass."""

import pytest
from django.test import Client


@pytest.fixture
def client(team, ground_truth, as_user) -> Client:
    """A team's client that raises exceptions of the server instead of returning a 500."""
    return as_user(team)
