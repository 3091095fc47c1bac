"""Site with short test splits, so that a hundred files take seconds, and a valid file for it."""

import pytest

from challenge.management.commands import score_submission
from challenge.models import GroundTruth, Phase
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import ground_truths, score_files
from challenge.tests.bad_files.short_splits import SHORT


@pytest.fixture(scope="module")
def short_labels():
    return make_demo_ground_truth(SHORT)


@pytest.fixture(scope="module")
def valid(short_labels, tmp_path_factory) -> bytes:
    """A valid file of 241 lines: row `i` of dataset number `k` is on line `2 + 20 k + i`."""
    path = tmp_path_factory.mktemp("short") / "valid.csv"
    write_predictions(path, make_demo_predictions(short_labels, SHORT, skill=1, seed=0), SHORT)
    return path.read_bytes()


@pytest.fixture
def short_site(db, short_labels, monkeypatch) -> GroundTruth:
    """The site with short test splits."""
    for module in (score_files, score_submission):
        monkeypatch.setattr(module, "MEDMNIST_PLUS", SHORT)
    Phase.objects.update(daily_limit=1000, total_limit=1000, daily_failure_limit=1000)
    return ground_truths.store_ground_truth(short_labels, name="Short labels")
