"""First submission of a new team, from the files of MedMNIST's evaluator and from arrays."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import read_predictions
from challenge.tests.scoring.archives import evaluator_files, zipped

pytestmark = pytest.mark.browser


@pytest.fixture
def predictions(demo) -> dict[str, np.ndarray]:
    return dict(read_predictions(demo.example_file, MEDMNIST_PLUS).values)


def auc_of(page: Page, file: Path, model_name: str) -> str:
    """Submit a file by the form after the checker has judged it; return the mean AUC of the new entry."""
    page.goto("/profile/")
    page.get_by_label("Resolution").select_option("224")
    page.get_by_label("Predictions", exact=True).set_input_files(file)
    expect(page.locator(".format-check [role=status]")).to_contain_text("Valid", timeout=60_000)
    page.get_by_label("Model name").fill(model_name)
    page.get_by_label("Description").fill("A first try.")
    page.get_by_role("button", name="Submit").click()
    entry = page.locator(".submission-item").filter(has_text=model_name)
    entry.locator(".state-scored").wait_for()
    return entry.locator("strong").nth(1).inner_text()


def test_the_files_of_the_evaluator_are_scored_after_one_upload(demo, newcomer, predictions, tmp_path):
    page, _ = newcomer()
    archive = tmp_path / "results.zip"
    archive.write_bytes(zipped(evaluator_files(predictions, size=224, folder="results/")))
    assert auc_of(page, archive, "By the evaluator") == auc_of(page, demo.example_file, "By hand")
    assert page.locator(".submission-item").count() == 2


def test_arrays_are_scored_after_the_lines_of_the_format_page(newcomer, predictions, tmp_path, monkeypatch):
    page, _ = newcomer()
    page.goto("/format/")
    code = page.get_by_role("region", name="Code that writes a file with pandas").inner_text()
    monkeypatch.chdir(tmp_path)
    exec(code, {"predictions": predictions})  # noqa: S102 - as a reader would run it
    assert float(auc_of(page, tmp_path / "predictions.csv.gz", "From arrays")) > 0.5


def test_the_form_says_which_texts_anonymity_does_not_hide(register):
    page, _ = register()
    notes = page.get_by_text("Readers see this although the entry is anonymous")
    page.get_by_text("Facts of the method").click()
    expect(notes.filter(visible=True)).to_have_count(0)
    page.get_by_label("Anonymous: ranked as").check()
    for field in ("Model name", "Description", "Departures from the standard protocol", "Hardware"):
        expect(page.get_by_label(field)).to_have_accessible_description(
            re.compile("although the entry is anonymous")
        )
    expect(notes.filter(visible=True)).to_have_count(5)
    page.get_by_label("Private: scored").check()
    expect(notes.filter(visible=True)).to_have_count(0)
