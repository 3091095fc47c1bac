"""Page on the submission format: its statements match the site, and its code works."""

import json

import numpy as np

from challenge.content import submission_format as content
from challenge.models import Phase
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import read_predictions
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of
from challenge.tests.submission_format.conftest import EXAMPLE_CSV, FORMAT, SHORT, TEMPLATE_CSV

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
    for rule in content.canonical_rules(MEDMNIST_PLUS) + content.THESIS_RULES + content.EVALUATOR_RULES:
        assert rule.rule in page
        assert rule.error in errors


def test_the_way_to_it_and_back(page, team, as_user):
    assert FORMAT in attribute(page_of(as_user(team), "/profile/"), "a", "href")
    assert elements(page, "noscript")
    assert {TEMPLATE_CSV, EXAMPLE_CSV, "/metrics/"} <= set(attribute(page, "a", "href"))


def test_between_phases(client, db):
    Phase.objects.all().delete()
    assert "Submissions are closed at the moment" in page_of(client, FORMAT)


# --- Code to copy ---------------------------------------------------------------------------------


def test_the_code_of_the_page_writes_a_valid_file(page, zeros, tmp_path, monkeypatch):
    predictions = {name: 0.75 * values + 0.25 / values.shape[1] for name, values in zeros.items()}
    monkeypatch.chdir(tmp_path)
    assert region(page, "Code that writes a file with pandas").text() == content.from_arrays(MEDMNIST_PLUS)
    exec(content.from_arrays(MEDMNIST_PLUS), {"predictions": predictions})  # noqa: S102 - as a reader would run it
    assert len(content.from_arrays(MEDMNIST_PLUS).splitlines()) <= 10
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
