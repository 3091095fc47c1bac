"""Test submissions, sent by a monitor and carried out as a worker would."""

from collections.abc import Callable

import pytest

from challenge.models import Probe
from challenge.services import history, probes
from challenge.tasks import estimate_probe, score_probe


@pytest.fixture
def sent(ground_truth) -> Probe:
    """A test submission that waits for a worker."""
    return probes.send(by=history.COMMAND)


@pytest.fixture
def carry_out() -> Callable[[Probe], Probe]:
    """Return a function that does the work of a worker on a test submission."""

    def work(probe: Probe) -> Probe:
        score_probe(probe.pk)
        estimate_probe(probe.pk)
        probe.refresh_from_db()
        return probe

    return work
