"""Files that the package medmnist itself writes are scored and submitted as they are."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from challenge.models import Submission
from challenge.scoring.benchmark import Task
from challenge.scoring.demo import make_demo_predictions
from challenge.tests.bad_files.short_splits import SHORT, evaluate, scores_of
from medbig import Evaluator, InvalidFileError, MedbigError

from .conftest import write_label_files

medmnist = pytest.importorskip("medmnist", reason="medmnist is not installed (make test installs it)")

SIZE = 64
SEEDS = (3, 4)


@pytest.fixture(scope="module")
def labels(short_labels, tmp_path_factory) -> Path:
    """Folder with files as MedMNIST's, for generated labels."""
    return write_label_files(tmp_path_factory.mktemp("medmnist"), short_labels.labels, SHORT, SIZE)


@pytest.fixture(scope="module")
def runs(short_labels, labels, tmp_path_factory) -> tuple[Path, dict[int, dict]]:
    """Folder in which MedMNIST's evaluator has written two runs, and what it says of each by seed and dataset."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "log.csv").write_text("epoch,loss\n1,0.5\n")
    said: dict[int, dict] = {seed: {} for seed in SEEDS}
    for seed in SEEDS:
        predictions = make_demo_predictions(short_labels, SHORT, skill=1, seed=seed)
        for dataset in SHORT:
            y_score = predictions[dataset.name]
            if dataset.task is Task.BINARY:  # as in MedMNIST's own examples
                y_score = y_score[:, 1:]
            evaluator = medmnist.Evaluator(dataset.name, "test", size=SIZE, root=str(labels))
            said[seed][dataset.name] = evaluator.evaluate(y_score, save_folder=str(folder), run=seed)
    return folder, said


def test_twelve_files_are_submitted_with_one_command(runs, site_of_few_rows, medbig):
    folder, said = runs
    about = ("-m", "Net", "-r", SIZE, "-d", "Trained.")
    sent = medbig("submit", "-f", folder, "--run", "3", *about)
    assert sent.status == 0, sent.err
    submission = Submission.objects.get()
    with zipfile.ZipFile(submission.file.path) as archive:
        unchanged = {file.name: file.read_bytes() for file in folder.glob("*@3.csv")}
        assert {name: archive.read(name) for name in archive.namelist()} == unchanged
        assert len(unchanged) == 12
    scores = scores_of(evaluate(submission))
    for name, (auc, accuracy) in said[3].items():
        assert scores[name]["auc"] == pytest.approx(auc, abs=1e-12)
        assert scores[name]["accuracy"] == pytest.approx(accuracy, abs=1e-12)


def test_the_evaluator_reads_the_files_and_saves_their_values(runs, labels, site_of_few_rows, tmp_path):
    folder, said = runs
    result = Evaluator(size=SIZE, root=labels).read_evaluator_files(folder, run="4").evaluate(intervals=False)
    assert result.missing == []
    for name, (auc, _) in said[4].items():
        assert result.scores.datasets[name].auc == pytest.approx(auc, abs=1e-12)
    from medbig.scoring.benchmark import MEDMNIST_PLUS
    from medbig.scoring.reading.predictions import read_predictions

    saved = read_predictions(result.save(tmp_path / "p.csv.gz"), MEDMNIST_PLUS).values
    for name, values in result.values.items():
        np.testing.assert_array_equal(saved[name], values)


def test_files_of_several_runs_are_named(runs, site_of_few_rows, medbig):
    folder, _ = runs
    checked = medbig("check", folder, "-r", SIZE)
    assert checked.status == 2
    assert "two files of the dataset" in checked.err


def test_a_run_that_is_not_there_is_named_with_those_that_are(runs):
    folder, _ = runs
    with pytest.raises(InvalidFileError, match="run 7; its runs are 3, 4"):
        Evaluator(size=SIZE).read_evaluator_files(folder, run="7")


def test_a_folder_without_such_files_is_refused(tmp_path):
    with pytest.raises(InvalidFileError, match="has no files of MedMNIST's evaluator such as"):
        Evaluator(size=SIZE).read_evaluator_files(tmp_path)


def test_files_of_the_validation_split_are_not_read(tmp_path):
    with pytest.raises(MedbigError, match="test split only"):
        Evaluator(size=SIZE, split="val").read_evaluator_files(tmp_path)
