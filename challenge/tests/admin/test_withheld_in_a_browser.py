"""The recipe of docs/organizers.md in a browser: a phase with a withheld dataset, and an entry in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Team
from accounts.tests.factors import code_of, with_second_factor
from challenge.models import Phase, Submission, WithheldDataset, benchmark_of
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.ground_truth import GroundTruth
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import evaluations, uncertainty
from challenge.tests.withheld import CLASSES, LABELS, csv_of
from conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def predictions(labels, tmp_path) -> Callable[[float], Path]:
    """Return a function that writes a file of a skill for the phase that the organizer has added."""

    def file_of(skill: float) -> Path:
        benchmark = benchmark_of(Phase.objects.get(name="Sealed labels").pk)
        whole = GroundTruth({**labels.labels, "skinmnist": LABELS})
        path = tmp_path / f"skill-{skill}.csv"
        write_predictions(path, make_demo_predictions(whole, benchmark, skill=skill, seed=0), benchmark)
        return path

    return file_of


def log_in(page: Page, address: str, name: str, factor: Team | None = None) -> None:
    page.context.clear_cookies()
    page.goto(address)
    page.fill("main [name=login]", name)
    page.fill("main [name=password]", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    if factor:
        page.fill("main [name=code]", code_of(factor))
        page.get_by_role("button", name="Log in", exact=True).click()


def add_the_phase(page: Page, admin: str, labels_file: Path) -> None:
    """Follow the recipe."""
    page.goto(f"{admin}challenge/phase/add/")
    page.fill("[name=name]", "Sealed labels")
    page.fill("[name=opens_at_0]", "2026-01-01")
    page.fill("[name=opens_at_1]", "00:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()

    page.goto(f"{admin}challenge/withhelddataset/add/")
    page.select_option("[name=phase]", label="Sealed labels")
    for name, value in {
        "name": "skinmnist",
        "title": "SkinMNIST",
        "class_names": "\n".join(CLASSES),
        "description": "Photographs of skin.",
        "licence": "CC BY 4.0",
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=task]", "multi-class")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Choose the file of the labels.")).to_be_visible()
    page.set_input_files("[name=labels_file]", labels_file)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()


def submit(page: Page, site: str, name: str, file: Path, submission_name: str) -> None:
    """Send a file in the phase with the form of a team, after the checker has found it valid."""
    log_in(page, f"{site}/accounts/login/", name)
    page.goto(f"{site}/profile/")
    page.set_input_files("[name=upload]", file)
    expect(page.get_by_text("The site would refuse this file")).to_be_visible()
    page.select_option("[name=phase]", label="Sealed labels")
    expect(page.get_by_text("119,380 rows, 13 datasets")).to_be_visible()
    page.select_option("[name=resolution]", "224")
    page.fill("main [name=model_name]", submission_name)
    page.fill("main [name=description]", "A test.")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("was received")).to_be_visible()
    evaluation = Submission.objects.get(model_name=submission_name).evaluations.get()
    evaluations.evaluate(evaluation.pk)
    uncertainty.estimate(evaluation.pk)


def test_an_organizer_sets_up_the_phase_and_entries_are_scored_ranked_and_compared(
    lone_page, live_server, in_role, team, other_team, confirmed, ground_truth, predictions, tmp_path
):
    page, site = lone_page, live_server.url
    Phase.objects.get_or_create(name="Open phase", defaults={"opens_at": "2020-01-01T00:00Z"})
    organizer = with_second_factor(in_role("Organizer"))
    labels_file = tmp_path / "labels.csv"
    labels_file.write_bytes(csv_of(LABELS))
    log_in(page, f"{site}/admin/", "The Organizer", organizer)
    add_the_phase(page, f"{site}/admin/", labels_file)
    assert WithheldDataset.objects.get().n_images == len(LABELS)

    for one, skill in ((team, 1.0), (other_team, 0.5)):
        confirmed(one)
        submit(page, site, str(one), predictions(skill), f"Skill {skill}")

    page.context.clear_cookies()
    page.goto(f"{site}/leaderboard/")
    expect(page.get_by_text("Skill 1.0")).to_have_count(0)
    page.get_by_role("group", name="Phase").get_by_role("link", name="Sealed labels").click()
    rows = page.locator(".board tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Skill 1.0")
    expect(page.get_by_role("columnheader", name="Public minus withheld")).to_be_visible()
    for row in rows.all():
        row.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("region", name="Each dataset", exact=True)).to_contain_text("SkinMNIST")
    expect(
        page.get_by_text("Means over the 13 datasets").or_(page.get_by_text("Mean of 13")).first
    ).to_be_visible()
