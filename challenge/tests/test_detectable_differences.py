"""Differences that the test sets can show, on the page of the metrics; and the calibration error of a perfect model."""

from itertools import combinations

import numpy as np
import pytest

from challenge.content.calibration_floors import CALIBRATION_FLOORS
from challenge.models import Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.metrics.curves import reliability
from challenge.services import groups
from challenge.tests.pages import page_of, region, rows_of, text_of

NAME = "Smallest differences that are seen"


def by_hand(stored: list[np.ndarray]) -> np.ndarray:
    """Return the medians over the pairs, (12 + 1, 4), from replicates (12, 4, B) of each entry."""
    errors = []
    for one, other in combinations(stored, 2):
        by_dataset = (one - other).std(axis=2, ddof=1)
        of_means = (one - other).mean(axis=0).std(axis=1, ddof=1)
        errors.append([*by_dataset, of_means])
    return 2.80158 * np.median(errors, axis=0)


def test_the_table_is_made_from_the_entries_that_are_there(client, uncertain_entry, team, other_team):
    for spread, whose in [(0.01, team), (0.02, other_team)]:
        uncertain_entry(whose, 0.9, spread=spread)
    page = page_of(client, "/metrics/")
    stored = [
        np.frombuffer(one, "<f4").reshape(12, 4, -1).astype(float)
        for one in Uncertainty.objects.values_list("dataset_replicates", flat=True)
    ]
    _, *lines = rows_of(region(page, NAME))
    assert [line[0] for line in lines] == [*(dataset.title for dataset in MEDMNIST_PLUS), "Mean of 12"]
    found = np.array([line[1:5] for line in lines], dtype=float)
    assert found == pytest.approx(by_hand(stored), abs=6e-5)
    shares = [float(line[5].removesuffix(" %")) for line in lines[:-1]]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert "medians over 1 pair of the highest entries of one run" in text_of(page)


def test_pairs_are_made_within_a_resolution(client, uncertain_entry, team, other_team):
    for resolution in (28, 224):
        for whose in (team, other_team):
            uncertain_entry(whose, 0.9, resolution=resolution)
    assert "medians over 2 pairs" in text_of(page_of(client, "/metrics/"))


def test_groups_are_left_out_because_they_also_vary_between_seeds(client, uncertain_entry, team, other_team):
    uncertain_entry(team, 0.9)
    seeds = [uncertain_entry(other_team, auc, sha256=f"{auc}") for auc in (0.7, 0.8)]
    assert NAME in page_of(client, "/metrics/")
    groups.create_group(team=other_team, name="Seeds", members=[seed.pk for seed in seeds])
    assert NAME not in page_of(client, "/metrics/")


def test_without_two_entries_the_page_says_what_is_missing(
    client, uncertain_entry, entry_by_dataset, team, other_team
):
    uncertain_entry(team, 0.9)
    entry_by_dataset(other_team, 0.8)
    page = page_of(client, "/metrics/")
    assert NAME not in page
    assert "The table appears when two entries of one run at one resolution have resamples." in text_of(page)


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_the_calibration_error_of_a_perfect_model(client, db, dataset):
    """Simulated again: every prediction is right with the probability that it states."""
    rng = np.random.default_rng(1)
    is_multilabel = dataset.task is Task.MULTILABEL
    n = dataset.n_test * dataset.n_classes if is_multilabel else dataset.n_test
    errors = []
    for _ in range(max(30, min(3000, 1_000_000 // n))):
        confidence = rng.uniform(0 if is_multilabel else 0.5, 1, n)
        errors.append(reliability(rng.random(n) < confidence, confidence)["ece"])
    floor = CALIBRATION_FLOORS[dataset.name]
    assert floor == pytest.approx(np.mean(errors), abs=0.0005 + 3 * np.std(errors) / len(errors) ** 0.5)
    assert f"{dataset.title} {floor:.3f}" in text_of(page_of(client, "/metrics/"))
