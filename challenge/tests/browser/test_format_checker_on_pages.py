"""Format checker on the pages: progress, results and warnings below the field of a form."""

import gzip
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from playwright.sync_api import Locator, Page, expect

from challenge.forms import SubmissionForm
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.predictions import write_predictions
from challenge.tests.browser.looks import check
from challenge.tests.browser.words import words_of_the_site
from challenge.tests.scoring.archives import evaluator_files, zipped
from challenge.tests.scoring.layouts import thesis_text

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visits) -> Page:
    return visits.open("/format/")


def checked(page: Page, label: str, path: Path) -> Locator:
    """Choose a file; return the element with its result when the check is done."""
    page.get_by_label(label, exact=True).set_input_files(path)
    box = page.locator(".format-check")
    expect(box.locator("progress")).to_have_count(0, timeout=60_000)
    return box


@pytest.fixture(scope="module")
def full_size(tmp_path_factory) -> dict[str, Path]:
    """Files of the official size: in all layouts, and one with a bad value near its end."""
    folder = tmp_path_factory.mktemp("full-size")
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=0)
    paths = {name: folder / f"{name}.csv" for name in ("canonical", "thesis", "bad")}
    write_predictions(paths["canonical"], predictions, MEDMNIST_PLUS)
    doubles = {name: values.astype(float) for name, values in predictions.items()}
    paths["thesis"].write_text(thesis_text(doubles, MEDMNIST_PLUS, labels.labels))
    lines = paths["canonical"].read_text().splitlines()
    lines[119_000] = ",".join([*lines[119_000].split(",")[:2], "nan", *lines[119_000].split(",")[3:]])
    paths["bad"].write_text("\n".join(lines))
    paths["zip"] = folder / "evaluator.zip"
    paths["zip"].write_bytes(zipped(evaluator_files(predictions, 224)))
    paths["gzip"] = folder / "canonical.csv.gz"
    paths["gzip"].write_bytes(gzip.compress(paths["canonical"].read_bytes(), 1))
    return paths


@pytest.mark.parametrize("kind", ["canonical", "gzip"])
def test_a_valid_file_of_full_size(kind, page, full_size):
    box = checked(page, "Submission file", full_size[kind])
    expect(box.get_by_role("status")).to_have_text("Valid: 119,320 rows, 12 datasets, canonical layout.")


def test_a_valid_file_of_full_size_in_the_layout_of_the_thesis(page, full_size):
    box = checked(page, "Submission file", full_size["thesis"])
    expect(box.get_by_role("status")).to_have_text("Valid: 119,320 rows, 12 datasets, thesis layout.")
    expect(box).to_contain_text("The site also compares truth with the test labels")


def test_an_archive_of_full_size(page, full_size):
    box = checked(page, "Submission file", full_size["zip"])
    expect(box.get_by_role("status")).to_have_text(
        "Valid: 119,320 rows, 12 datasets, files of MedMNIST's evaluator."
    )


def test_a_bad_file_of_full_size(page, full_size):
    problems = words_of_the_site(full_size["bad"].read_bytes(), MEDMNIST_PLUS).problems
    box = checked(page, "Submission file", full_size["bad"])
    expect(box.get_by_role("status")).to_have_text("The site would refuse this file: 1 problem.")
    expect(box.get_by_role("listitem")).to_have_text(problems)
    assert "organsmnist, line 119001, index 8506: p0 is 'nan'; expected a finite number" in problems[0]


def test_one_file_after_the_other_on_the_format_page(page, demo, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(demo.example_file.read_text().replace("\nbreastmnist,3,", "\nbreastmnist,3,<b>"))
    box = checked(page, "Submission file", bad)
    expect(box.get_by_role("status")).to_contain_text("The site would refuse this file: 1 problem.")
    expect(box.get_by_role("listitem")).to_contain_text("breastmnist, line")
    expect(box.get_by_role("listitem")).to_contain_text("index 3: p0 is '<b>")
    check(page)
    box = checked(page, "Submission file", demo.example_file)
    expect(box.get_by_role("status")).to_contain_text("Valid: 119,320 rows")
    expect(box.get_by_role("listitem")).to_have_count(0)


def test_what_the_form_refuses_by_name_or_size(page, tmp_path):
    for name, content in (("predictions.txt", b"x"), ("predictions.zip.gz", b"x"), ("predictions.csv", b"")):
        (tmp_path / name).write_bytes(content)
        form = SubmissionForm({}, MultiValueDict({"upload": [SimpleUploadedFile(name, content)]}))
        problems = checked(page, "Submission file", tmp_path / name).get_by_role("listitem")
        expect(problems).to_have_text([str(error) for error in form.errors["upload"]])


def test_warnings_are_shown_below_a_valid_file(page, full_size, tmp_path):
    """Two warnings, on a page that stays accessible."""
    header, *rows = full_size["canonical"].read_text().splitlines()
    rows = [
        f"{row.split(',')[0]},{row.split(',')[1]},0,1,,,,,,,,,,,," if "breastmnist" in row else row
        for row in rows
    ]
    odd = tmp_path / "odd.csv"
    odd.write_text("\n".join([header, *rows]))
    warnings = words_of_the_site(odd.read_bytes(), MEDMNIST_PLUS).warnings
    assert len(warnings) == 1
    box = checked(page, "Submission file", odd)
    expect(box.get_by_role("status")).to_have_text(
        "Valid, with 1 warning: 119,320 rows, 12 datasets, canonical layout."
    )
    expect(box.locator(".alert-warning").get_by_role("listitem")).to_have_text(warnings)
    check(page)


def test_an_archive_is_checked_for_the_resolution_of_the_form(newcomer, full_size):
    page, _ = newcomer()
    page.get_by_label("Resolution").select_option("64")
    box = checked(page, "Predictions", full_size["zip"])
    expect(box.get_by_role("listitem")).to_contain_text(
        "The files are for images of 224 pixels by their names, but the submission is for 64 pixels"
    )
    page.get_by_label("Resolution").select_option("224")
    expect(page.locator(".format-check").get_by_role("status")).to_contain_text(
        "Valid: 119,320 rows", timeout=60_000
    )


def test_on_the_profile_page_the_upload_stays_possible(newcomer, demo, tmp_path):
    page, _ = newcomer()
    bad = tmp_path / "bad.csv"
    bad.write_text(demo.example_file.read_text().replace("pathmnist,0,", "pathmnist,1,", 1))
    box = checked(page, "Predictions", bad)
    expect(box.get_by_role("listitem").first).to_contain_text(
        "pathmnist, line 3, index 1: line 2 already has this index"
    )
    page.get_by_label("Resolution").select_option("224")
    page.get_by_label("Model name").fill("Sent anyway")
    page.get_by_label("Description").fill("The checker only tells.")
    page.get_by_role("button", name="Submit").click()
    page.locator(".submission-item .state-failed").wait_for()
    expect(page.locator(".submission-item .problems")).to_contain_text("line 2 already has this index")
    # the form and its field are new
    box = checked(page, "Predictions", demo.example_file)
    expect(box.get_by_role("status")).to_contain_text("Valid: 119,320 rows")


def test_a_worker_that_fails_says_so(visits, demo):
    page = visits.open("/format/")
    page.route("**/format-rows*.js", lambda route: route.abort())
    box = checked(page, "Submission file", demo.example_file)
    expect(box.get_by_role("status")).to_contain_text("could not be checked here")
    expect(box.get_by_role("status")).to_contain_text("The site checks it when it is uploaded.")
    visits.complaints.clear()


def test_without_scripts_there_is_no_field_that_does_nothing(visits):
    page = visits.open("/format/", java_script_enabled=False)
    expect(page.get_by_role("heading", name="Check a file")).to_be_visible()
    expect(page.get_by_label("Submission file")).to_be_hidden()
