"""Command `manage.py score_submission`: a file scored offline, in a separate process as a user runs it."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from challenge.models import Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.ground_truth import write_ground_truth
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import uncertainty
from challenge.tests.scoring.archives import evaluator_files, zipped


@pytest.fixture(scope="module")
def labels_file(labels, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("labels") / "labels.npz"
    write_ground_truth(labels, path)
    return path


@cache
def run(*arguments: object) -> subprocess.CompletedProcess:
    """Run the command; two tests of the same arguments share a run."""
    command = [sys.executable, "manage.py", "score_submission", *map(str, arguments)]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_prints_json(prediction_files, labels_file):
    result = run(prediction_files(1.0), "--labels", labels_file, "--json")
    scores = json.loads(result.stdout)
    assert result.returncode == 0
    assert list(scores) == ["datasets", "average", "rows", "warnings"]
    assert len(scores["datasets"]) == 12
    assert set(scores["average"]) == set(METRICS)
    assert scores["rows"] == 119_320
    mean = sum(dataset["auc"] for dataset in scores["datasets"].values()) / 12
    assert scores["average"]["auc"] == pytest.approx(mean, abs=1e-12)


def test_it_prints_a_table(prediction_files, labels_file):
    result = run(prediction_files(1.0), "--labels", labels_file)
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) == 1 + 12 + 1


def test_intervals_are_those_of_the_site(submit_and_score, team, prediction_files, labels_file):
    """The same file, uploaded and estimated by a worker, and scored offline."""
    evaluation = submit_and_score(team).evaluations.get()
    uncertainty.estimate(evaluation.pk)
    stored = Uncertainty.objects.get()
    result = run(prediction_files(1.0), "--labels", labels_file, "--intervals", "--json")
    assert result.returncode == 0
    found = json.loads(result.stdout)
    names = {f"{metric}_{part}" for metric in METRICS for part in ("low", "high", "se")} | {"auc_se_delong"}
    for name, scores in (*found["datasets"].items(), ("average", found["average"])):
        assert set(scores) == names | set(METRICS)
        for metric in METRICS:
            ends = [scores[f"{metric}_low"], scores[f"{metric}_high"]]
            assert ends == pytest.approx(stored.intervals[name][metric], abs=1e-12, rel=0)
            error = stored.standard_errors[name][metric]
            assert scores[f"{metric}_se"] == pytest.approx(error, abs=1e-12, rel=0)
            assert ends[0] < scores[metric] < ends[1]
        assert scores["auc_se_delong"] == pytest.approx(stored.auc_standard_errors[name], abs=1e-12, rel=0)
    assert found["average"]["auc"] == pytest.approx(evaluation.auc, abs=1e-12, rel=0)


def test_intervals_in_a_table(prediction_files, labels_file):
    result = run(prediction_files(1.0), "--labels", labels_file, "--intervals")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["dataset", "metric", "value", "low", "high", "std.", "error"]
    assert len(lines) == 1 + 13 * len(METRICS)
    name, metric, value, low, high, _error = lines[-4].split()
    assert (name, metric) == ("average", "auc")
    assert float(low) < float(value) < float(high)


def test_warnings_are_on_stderr_and_in_the_json(prediction_files, labels_file):
    result = run(prediction_files(1.0), "--labels", labels_file, "--json")
    (warning,) = json.loads(result.stdout)["warnings"]
    assert warning.startswith(
        "The accuracy is below that of always predicting the most frequent class (organamnist"
    )
    assert result.stderr.splitlines() == [
        "The file is valid, but something may be wrong with it:",
        f"- {warning}",
    ]


@pytest.fixture(scope="module")
def archive(labels, tmp_path_factory) -> Path:
    values = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=0)
    path = tmp_path_factory.mktemp("archive") / "files.zip"
    path.write_bytes(zipped(evaluator_files(values, 224)))
    return path


def test_an_archive_of_the_evaluator_has_the_scores_of_the_csv(archive, prediction_files, labels_file):
    of_csv = run(prediction_files(1.0), "--labels", labels_file)
    of_zip = run(archive, "--labels", labels_file, "--resolution", 224)
    assert of_zip.returncode == 0
    assert of_zip.stdout == of_csv.stdout


def test_another_resolution_than_that_of_the_archive_is_refused(archive, labels_file):
    result = run(archive, "--labels", labels_file, "--resolution", 28)
    assert result.returncode == 2
    assert "The files are for images of 224 pixels by their names" in result.stderr


def test_an_invalid_file_gives_status_2_and_the_reasons_on_stderr(tmp_path, labels_file):
    bad = tmp_path / "bad.csv"
    bad.write_text("dataset,index,p0\npathmnist,0,half\n")
    result = run(bad, "--labels", labels_file, "--json")
    assert result.returncode == 2
    assert result.stdout == ""
    assert "is not a valid submission" in result.stderr


@pytest.mark.parametrize("missing", ["file", "labels"])
def test_a_missing_file_is_named(prediction_files, labels_file, tmp_path, missing):
    nowhere = tmp_path / "nowhere"
    file, labels = (nowhere, labels_file) if missing == "file" else (prediction_files(1.0), nowhere)
    result = run(file, "--labels", labels)
    assert result.returncode == 1
    assert result.stdout == ""
    assert str(nowhere) in result.stderr
    assert "Traceback" not in result.stderr
