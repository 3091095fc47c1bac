"""Published results as printed in the source files, and the page that shows them."""

import csv
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from challenge.tests.pages import page_of, text_of

REPORTED = Path(settings.BASE_DIR) / "baselines" / "reported"

DOERRICH_SCALE = 0.01  # percent in that file


@pytest.fixture(scope="module")
def printed() -> dict[tuple, tuple[float, float | None]]:
    """Means and deviations from the files, by (scheme, architecture, weighted, resolution, metric)."""
    found: dict[tuple, tuple[float, float | None]] = {}
    for name, scale in (
        ("thesis2024", 1.0),
        ("doerrich2024", DOERRICH_SCALE),
    ):  # if both files have a value, Doerrich's counts
        with (REPORTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["dataset"] == "average":
                    weighted = row.get("weighted_loss") == "true"
                    key = (
                        row["scheme"],
                        row["architecture"],
                        weighted,
                        int(row["resolution"]),
                        row["metric"],
                    )
                    std = float(row["std"]) * scale if row["std"] else None
                    found[key] = (round(float(row["mean"]) * scale, 6), std)
    return found


@pytest.fixture
def imported() -> None:
    call_command("import_reported_baselines", verbosity=0)


@pytest.fixture
def page(imported, client):
    """Return a function that gives the words of the page for a query, without the tables of its figures."""
    return lambda query="": text_of(page_of(client, f"{reverse('baselines')}{query}"), without="details")
