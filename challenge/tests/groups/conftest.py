"""Runs of a team, and a group of three of them."""

from collections.abc import Callable

import pytest

from accounts.models import Team
from challenge.models import MethodGroup, Submission
from challenge.tests.groups.members import group_of


@pytest.fixture
def run(entry_by_dataset) -> Callable[..., Submission]:
    """Add a scored run of a method; each run has its own file."""
    made: list[Submission] = []

    def make(team: Team, auc: float = 0.8, **about) -> Submission:
        made.append(entry_by_dataset(team, auc, **{"sha256": f"{len(made):064}"} | about))
        return made[-1]

    return make


@pytest.fixture
def grouped(team, run) -> tuple[MethodGroup, list[Submission]]:
    runs = [run(team, 0.8), run(team, 0.9), run(team, 0.85)]
    return group_of(*runs), runs
