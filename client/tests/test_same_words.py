"""`medbig check` says of a file what the site says of it, word for word."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from challenge.forms import SubmissionForm
from challenge.models import Phase
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.predictions import PredictionsError
from challenge.services.reading import read_submission
from challenge.tests.bad_files.collection import BAD, FINE
from challenge.tests.bad_files.short_splits import SHORT
from challenge.tests.scoring import odd_files
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import canonical_text

from .conftest import use_in_package
from .files_of_people import CASES, REFUSED, TAKEN


@pytest.fixture(scope="module")
def predictions():
    return make_demo_predictions(make_demo_ground_truth(SHORT), SHORT, skill=1, seed=0)


@pytest.fixture(scope="module")
def odd() -> dict[str, bytes]:
    return dict(odd_files.all_odd_files(TINY_PREDICTIONS))


@pytest.fixture
def check(medbig, monkeypatch, tmp_path):
    """Return a function that checks a content by the command, on a benchmark of a few rows."""

    def run(content: bytes, benchmark: Benchmark = SHORT, name: str = "predictions.csv") -> dict:
        use_in_package(benchmark, monkeypatch)
        file = tmp_path / name
        file.write_bytes(content)
        ran = medbig("check", file, "-r", benchmark.resolutions[-1], "--format", "json")
        said = json.loads(ran.out)
        assert ran.status == (0 if said["valid"] else 2)
        assert said["valid"] == (not said["problems"])
        assert (said["problems"], said["warnings"]) == words_of_the_site(file, benchmark)
        return said

    return run


def words_of_the_site(file: Path, benchmark: Benchmark) -> tuple[list[str], list[str]]:
    """Return the problems and the warnings that the worker of the site finds."""
    try:
        found = read_submission(file, benchmark=benchmark, resolution=benchmark.resolutions[-1])
    except PredictionsError as error:
        return [str(problem) for problem in error.problems], []
    return [], list(found.warnings)


@pytest.mark.parametrize("case", [*BAD, *FINE])
def test_bad_files_and_odd_ones(case, predictions, check):
    spoil = FINE[case] if case in FINE else BAD[case][0]
    check(spoil(canonical_text(predictions, SHORT).encode()))


@pytest.mark.parametrize("case", [*odd_files.TAKEN, *odd_files.REFUSED])
def test_files_of_one_cause(case, odd, check):
    said = check(odd[case], TINY)
    assert said["valid"] == (case in odd_files.TAKEN)


@pytest.mark.parametrize("name", CASES)
def test_files_that_people_make(name, predictions, check):
    write, becomes = CASES[name]
    content = write(predictions)
    said = check(content if isinstance(content, bytes) else content.encode(), name=name)
    assert said["valid"] == (becomes != REFUSED)
    if becomes == TAKEN:
        assert said["warnings"] == []
    elif becomes != REFUSED:
        assert said["warnings"]


@pytest.mark.parametrize(
    "name", ["predictions.txt", "predictions.npz", "predictions.csv.exe", "csv", "predictions.gz"]
)
def test_names_are_refused_in_the_words_of_the_form(name, medbig, team, tmp_path):
    file = tmp_path / name
    file.write_bytes(b"dataset,index\n")
    form = SubmissionForm(
        {}, {"upload": SimpleUploadedFile(name, b"x")}, team=team, phases=Phase.objects.open_now()
    )
    ran = medbig("check", file)
    assert ran.status == 2
    assert ran.err.splitlines()[1:] == [f"- {message}" for message in form.errors["upload"]]


def test_a_file_that_is_not_there_is_named(medbig, tmp_path):
    ran = medbig("check", tmp_path / "none.csv")
    assert ran.status == 2
    assert "none.csv does not exist" in ran.err
