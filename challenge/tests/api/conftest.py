"""A site with short test splits, tokens, and a client that sends them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import tokens
from accounts.models import Team
from challenge.tests.api.operations import STATEMENTS
from challenge.tests.api.server import serve  # noqa: F401  # fixture
from challenge.tests.bad_files.conftest import short_labels, short_site, valid  # noqa: F401  # fixtures


@pytest.fixture(autouse=True)
def _no_requests_counted() -> None:
    cache.clear()


@pytest.fixture
def api() -> Callable[..., Client]:
    """Return a function that gives a client with a new token of a team."""

    def of(team: Team, scope: str = "submit") -> Client:
        _, text = tokens.create(team, name="test", scope=scope, expires_at=None)
        return Client(headers={"Authorization": f"Bearer {text}"})

    return of


def send(client: Client, content: bytes, key: str = "", **statements: Any):
    """Submit a file."""
    headers = {"Idempotency-Key": key} if key else {}
    data = STATEMENTS | statements | {"upload": SimpleUploadedFile("predictions.csv", content)}
    return client.post("/api/v1/submissions", data, headers=headers)
