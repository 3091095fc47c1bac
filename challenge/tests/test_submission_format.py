"""Page on the submission format: its statements match the site; its files and its code work."""

import dataclasses
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from challenge.content import submission_format as content
from challenge.content.downloads import EXAMPLE, TEMPLATE
from challenge.models import Evaluation, Phase
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.reading.predictions import PredictionsError, read_predictions, write_predictions
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of
from challenge.tests.scoring.archives import evaluator_name, zipped
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS
from challenge.views import submission_format as view

#: All datasets, with few rows except in the dataset of the error examples.
SHORT = Benchmark(
    "Short",
    tuple(d if d.name == "pathmnist" else dataclasses.replace(d, n_test=20) for d in MEDMNIST_PLUS),
    MEDMNIST_PLUS.resolutions,
)
FORMAT, TEMPLATE_CSV, EXAMPLE_CSV = "/format/", "/format/template.csv", "/format/example.csv.gz"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def page(client, db) -> str:
    return page_of(client, FORMAT)


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


# --- Statements on the page ---------------------------------------------------------------------------


def test_each_dataset_with_its_rows_columns_and_classes(page):
    assert "119,320 rows" in page
    rows = elements(region(page, "Rows and columns of each dataset"), "tbody tr")
    for dataset, row in zip(MEDMNIST_PLUS, rows, strict=True):
        shown, last = text_of(row), dataset.n_test - 1
        assert shown.startswith(
            f"{dataset.name} {dataset.n_test:,} 0 to {last} p0 to p{dataset.n_classes - 1} "
        )
        assert attribute(row, "a", "href") == [f"/datasets/{dataset.name}/#classes"]
        assert ("independent" in shown) == (dataset.name == "chestmnist")


def test_the_rules_and_their_errors_are_shown(page):
    errors = [text_of(quoted) for quoted in elements(page, "q")]
    for rule in content.CANONICAL_RULES + content.THESIS_RULES + content.EVALUATOR_RULES:
        assert rule.rule in page
        assert rule.error in errors


def test_the_way_to_it_and_back(page, team, as_user):
    assert FORMAT in attribute(page_of(as_user(team), "/profile/"), "a", "href")
    assert elements(page, "noscript")
    assert {TEMPLATE_CSV, EXAMPLE_CSV, "/metrics/"} <= set(attribute(page, "a", "href"))


def test_between_phases(client, db):
    Phase.objects.all().delete()
    assert "Submissions are closed at the moment" in page_of(client, FORMAT)


# --- Error messages match the reader -----------------------------------------------------------


@pytest.fixture(scope="module")
def zeros() -> dict[str, np.ndarray]:
    return {d.name: np.eye(d.n_classes)[np.zeros(d.n_test, int)] for d in SHORT}


@pytest.fixture(scope="module")
def canonical(zeros, tmp_path_factory) -> list[str]:
    path = tmp_path_factory.mktemp("canonical") / "zeros.csv"
    write_predictions(path, zeros, SHORT)
    return path.read_text().splitlines()


def thesis(zeros, truth: str | None = None) -> list[str]:
    lines = ["dataset_name,probability" + (",truth" if truth else "")]
    for dataset in SHORT:
        line = f'{dataset.name},"{zeros[dataset.name][0].tolist()}"' + (f",{truth}" if truth else "")
        lines += [line] * dataset.n_test
    return lines


#: For each error on the page, the changed line 9 (pathmnist, index 7), or all changed lines.
SPOILS = {
    "the column 'p13' is missing": lambda lines: [lines[0].removesuffix(",p13"), *lines[1:]],
    "the column 'truth' is not allowed": lambda lines: [lines[0] + ",truth", *lines[1:]],
    "the row has 15 cells, but the header has 16": lambda lines: at(lines, lines[8].removesuffix(",")),
    "the dataset 'PathMNIST' must be written exactly 'pathmnist'": lambda lines: at(
        lines, lines[8].replace("pathmnist", "PathMNIST")
    ),
    "the index '7180' is past the end of the test split": lambda lines: at(lines, row(7180, 1)),
    "line 5 already has this index": lambda lines: at(lines, row(3, 1)),
    "1 row is missing: index 7": lambda lines: lines[:8] + lines[9:],
    "p8 is blank; expected a value for each of the 9 classes": lambda lines: at(lines, row(7, *[0.125] * 8)),
    "p9 is '0', but the dataset has 9 classes": lambda lines: at(lines, row(7, 1, *[0] * 9)),
    "p0 is '12%'; expected a plain decimal number": lambda lines: at(lines, row(7, "12%", *[0] * 8)),
    "p0 is 'nan'; expected a finite number from 0 to 1": lambda lines: at(lines, row(7, "nan", *[0] * 8)),
    "the probability of class 0 is -3.2; expected a value from 0 to 1": lambda lines: at(
        lines, row(7, -3.2, *[0] * 8)
    ),
    "the probabilities sum to 0.8; expected 1 within 0.01": lambda lines: at(lines, row(7, 0.8, *[0] * 8)),
}
SPOILS_OF_THESIS = {
    "probability is '[0.1 0.9]'; separate the values by commas": lambda lines: at(
        lines, "pathmnist,[0.1 0.9]"
    ),
    "probability has 1 value, but the dataset has 2 classes; write both": lambda lines: [
        re.sub(r'(breastmnist),".*"', r"\1,[0.5]", line) for line in lines
    ],
    "probability is '[np.float32(0.1), 0.9]', a Python expression; write plain numbers": lambda lines: at(
        lines, 'pathmnist,"[np.float32(0.1), 0.9]"'
    ),
    "the dataset has 7,179 rows, but its test split has 7,180": lambda lines: lines[:8] + lines[9:],
}


def at(lines: list[str], line: str) -> list[str]:
    return [*lines[:8], line, *lines[9:]]


def row(index: int, *values: object) -> str:
    return ",".join(["pathmnist", str(index), *map(str, values), *[""] * (14 - len(values))])


def problems_of(lines: list[str], tmp_path: Path, **options) -> str:
    path = tmp_path / "spoilt.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(PredictionsError) as caught:
        read_predictions(path, SHORT, **options)
    return str(caught.value)


@pytest.mark.parametrize("error", [rule.error for rule in content.CANONICAL_RULES])
def test_the_errors_of_the_layout(error, canonical, tmp_path):
    assert error in problems_of(SPOILS[error](canonical), tmp_path)


@pytest.mark.parametrize("error", [rule.error for rule in content.THESIS_RULES[:-1]])
def test_the_errors_of_the_layout_of_the_thesis(error, zeros, tmp_path):
    assert error in problems_of(SPOILS_OF_THESIS[error](thesis(zeros)), tmp_path)


def test_the_error_of_a_wrong_truth(zeros, tmp_path):
    labels = make_demo_ground_truth(SHORT).labels
    assert content.THESIS_RULES[-1].error in problems_of(thesis(zeros, "1"), tmp_path, labels=labels)


NAMES = {name: evaluator_name(name) for name in (dataset.name for dataset in SHORT)}
ONE_OF_EACH = dict.fromkeys(NAMES.values(), "0,1\n")

#: For each error of an archive on the page, the files of an archive with that error.
SPOILT_ARCHIVES = {
    "The zip archive has no file of organsmnist": {n: t for n, t in ONE_OF_EACH.items() if "organs" not in n},
    "The files are for images of 64 pixels by their names, but the submission is for 28 pixels": {
        evaluator_name(name, 64): "0,1\n" for name in NAMES
    },
    "the zip archive has two files of the dataset": ONE_OF_EACH
    | {evaluator_name("octmnist", run="run2"): "0,1\n"},
    "the file begins with a line that is not an index and scores": dict.fromkeys(ONE_OF_EACH, "id,p0\n"),
    "the row has 2 cells; expected 10: the index and 9 scores": ONE_OF_EACH,
    "The zip archive holds a file that MedMNIST's evaluator does not write ('notes.txt')": ONE_OF_EACH
    | {"notes.txt": ""},
}


@pytest.mark.parametrize("error", [rule.error for rule in content.EVALUATOR_RULES])
def test_the_errors_of_archives(error, tmp_path):
    (tmp_path / "spoilt.zip").write_bytes(zipped(SPOILT_ARCHIVES[error]))
    with pytest.raises(PredictionsError) as caught:
        read_predictions(tmp_path / "spoilt.zip", SHORT, resolution=28)
    assert error in str(caught.value)


# --- Code to copy ---------------------------------------------------------------------------------


def test_the_code_of_the_page_writes_a_valid_file(page, zeros, tmp_path, monkeypatch):
    predictions = {name: 0.75 * values + 0.25 / values.shape[1] for name, values in zeros.items()}
    monkeypatch.chdir(tmp_path)
    assert region(page, "Code that writes a file with pandas").text() == content.FROM_ARRAYS
    exec(content.FROM_ARRAYS, {"predictions": predictions})  # noqa: S102 - as a reader would run it
    assert len(content.FROM_ARRAYS.splitlines()) <= 10
    found = read_predictions(tmp_path / "predictions.csv.gz", SHORT).values
    for name, values in predictions.items():
        np.testing.assert_array_equal(found[name], values)


def test_the_code_for_the_evaluator_is_on_the_page(page):
    shown = region(page, "Code that saves the files of MedMNIST's evaluator").text()
    assert shown == content.FROM_EVALUATOR  # baselines/tests/test_evaluator_code.py runs it


def test_the_code_for_pytorch_is_python(page):
    shown = region(page, "Code that predicts in the order of the test split").text()
    assert shown == content.IN_THE_ORDER_OF_MEDMNIST
    compile(content.IN_THE_ORDER_OF_MEDMNIST, "<page>", "exec")


# --- Downloads ------------------------------------------------------------------------------------


def test_the_template_holds_every_row(client, db):
    response = client.get(TEMPLATE_CSV)
    assert response["Content-Disposition"] == 'attachment; filename="big-template.csv"'
    header, *rows = body_of(response).decode().splitlines()
    assert header == "dataset,index," + ",".join(f"p{j}" for j in range(14))
    assert rows == [f"{d.name},{i}" + "," * 14 for d in MEDMNIST_PLUS for i in range(d.n_test)]


def test_the_template_is_refused_until_it_is_filled_in(client, submit_and_score, team):
    template = body_of(client.get(TEMPLATE_CSV))
    evaluation = submit_and_score(team, content=template).evaluations.get()
    assert evaluation.status == Evaluation.Status.FAILED
    (problem,) = evaluation.problems
    assert "pathmnist, line 2, index 0: p0 is blank; expected a value for each of the 9 classes" in problem
    assert "119,320 lines of 12 datasets" in problem


def test_the_example_is_valid_and_knows_nothing(client, db, labels, tmp_path):
    response = client.get(EXAMPLE_CSV)
    assert response["Content-Type"] == "application/gzip"
    path = tmp_path / "example.csv.gz"
    path.write_bytes(body_of(response))
    predictions = read_predictions(path, MEDMNIST_PLUS, labels=labels.labels).values
    scores = evaluate(predictions, labels.labels, MEDMNIST_PLUS)
    assert scores.average.auc == pytest.approx(0.5, abs=0.03)
    assert all(row.auc == pytest.approx(0.5, abs=0.15) for row in scores.datasets.values())
    assert path.stat().st_size < 4e6


@pytest.mark.parametrize("address", [TEMPLATE_CSV, EXAMPLE_CSV])
def test_a_download_is_made_once_and_kept_by_browsers(address, client, db, settings, monkeypatch):
    monkeypatch.setattr(view, "MEDMNIST_PLUS", TINY)
    first = client.get(address)
    content = body_of(first)
    (kept,) = (settings.DATA_DIR / "downloads").iterdir()
    made_at = kept.stat().st_mtime_ns
    assert kept.read_bytes() == content
    assert body_of(client.get(address)) == content
    assert kept.stat().st_mtime_ns == made_at
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", [TEMPLATE_CSV, EXAMPLE_CSV])
def test_another_benchmark_gives_another_file(address, client, db, monkeypatch):
    monkeypatch.setattr(view, "MEDMNIST_PLUS", TINY)
    old = client.get(address)
    body_of(old)
    smaller = Benchmark(TINY.name, TINY.datasets[1:], TINY.resolutions)
    monkeypatch.setattr(view, "MEDMNIST_PLUS", smaller)
    new = client.get(address, headers={"If-None-Match": old["ETag"]})
    assert new.status_code == 200
    content = body_of(new)
    text = gzip.decompress(content) if address == EXAMPLE_CSV else content
    assert b"tripmnist" not in text
    assert b"pairmnist" in text


def test_a_file_that_could_not_be_made_is_not_kept(settings, monkeypatch):
    def fill_the_disk(target, benchmark):
        target.write_text("half")
        raise OSError("No space left on device")

    broken = type(TEMPLATE)(TEMPLATE.name, TEMPLATE.content_type, fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        broken.file(TINY)
    assert list((settings.DATA_DIR / "downloads").iterdir()) == []
    assert TEMPLATE.file(TINY).read_text().startswith("dataset,index,p0")


def test_the_downloads_of_a_small_benchmark(tmp_path):
    assert list(read_predictions(EXAMPLE.file(TINY), TINY).values) == list(TINY_PREDICTIONS)


# --- Data of the checker -----------------------------------------------------------------------


def test_the_checker_gets_no_labels(client, db, team, as_user):
    rules = element(page_of(as_user(team), "/profile/"), "#format-rules")
    assert (rules.tag, rules.attributes["type"]) == ("script", "application/json")
    data = json.loads(rules.text())
    assert data["most_lines"] == 179_980
    assert [d["n_test"] for d in data["datasets"]] == [d.n_test for d in MEDMNIST_PLUS]
    assert set(data["datasets"][0]) == {
        "name",
        "n_test",
        "most_lines",
        "n_classes",
        "is_binary",
        "is_multilabel",
    }
