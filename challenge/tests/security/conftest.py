"""A submission, and visitors of each kind."""

import pytest
from django.test import Client

from challenge.models import Submission


@pytest.fixture
def submission(submit, team) -> Submission:
    return submit(team, content=b"the predictions")


@pytest.fixture
def viewers(team, organizer, as_user) -> dict[str, Client]:
    return {
        "stranger": Client(raise_request_exception=False),
        "team": as_user(team),
        "organizer": as_user(organizer),
    }
