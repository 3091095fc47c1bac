"""A second phase, a phase with a withheld dataset, and files for it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from challenge.models import Phase, Submission, WithheldDataset
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import evaluations, uncertainty
from challenge.tests.withheld import LABELS, add_phase, add_withheld


@pytest.fixture
def first(db) -> Phase:
    return Phase.objects.get()


@pytest.fixture
def baselines(db) -> None:
    """The published results."""
    call_command("import_reported_baselines", verbosity=0)


@pytest.fixture
def second(first) -> Phase:
    """Another phase, on the same datasets."""
    return add_phase()


@pytest.fixture
def withheld(first) -> WithheldDataset:
    """A withheld dataset of a phase of its own."""
    return add_withheld(add_phase("Withheld"))


@pytest.fixture(scope="session")
def whole_files(labels, tmp_path_factory) -> Callable[[WithheldDataset, float], Path]:
    """Return a function that gives a complete file for a phase with a withheld dataset, by skill."""
    folder = tmp_path_factory.mktemp("whole")

    def file_of(dataset: WithheldDataset, skill: float) -> Path:
        path = folder / f"skill-{skill}.csv"
        if not path.exists():
            benchmark = MEDMNIST_PLUS.with_withheld([dataset.dataset])
            all_labels = {**labels.labels, dataset.name: LABELS}
            predictions = make_demo_predictions(type(labels)(all_labels), benchmark, skill=skill, seed=0)
            write_predictions(path, predictions, benchmark)
        return path

    return file_of


@pytest.fixture
def score(submit, whole_files, withheld) -> Callable[..., Submission]:
    """Submit a complete file in the phase with the withheld dataset, and have it scored with its intervals."""

    def score_for(team, skill: float = 1.0, **about) -> Submission:
        content = whole_files(withheld, skill).read_bytes()
        about = {"resolution": 224, "model_name": f"Model {skill}", "phase": withheld.phase} | about
        submission = submit(team, content=content, **about)
        evaluation = submission.evaluations.get()
        evaluations.evaluate(evaluation.pk)
        uncertainty.estimate(evaluation.pk)
        return submission

    return score_for
