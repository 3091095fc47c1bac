"""Uncertainty of differences between compared rows: intervals, flips, and words."""

import re

import numpy as np
import pytest
from django.core.management import call_command

from accounts.models import Team
from challenge.compare.pairs import comparable, pairs_by_dataset, pairs_of_means
from challenge.compare.selection import find_rows
from challenge.models import MethodGroup, PublishedMethod, Submission, Uncertainty, ranked_versions
from challenge.results.replicates import metric_replicates, with_dataset_intervals
from challenge.results.rows import Row, RowKey
from challenge.results.score import Difference
from challenge.scoring.ground_truth import GroundTruth
from challenge.services import groups
from challenge.tests.comparisons import ADDRESS, FIRST, compared
from challenge.tests.pages import attribute, page_of, table_of, text_of
from challenge.tests.scoring.naive_intervals import naive_interval, naive_losses

MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def rows(ground_truth):
    """Return a function that gives the rows of submissions and groups."""

    def rows_of(*about: Submission | MethodGroup) -> list[Row]:
        keys = [str(RowKey.of(one)) for one in about]
        return list(find_rows(keys, Team(), ranked_versions()).values())

    return rows_of


@pytest.fixture
def vgg16(db) -> PublishedMethod:
    call_command("import_reported_baselines", verbosity=0)
    return PublishedMethod.objects.get(architecture="vgg16", scheme="end-to-end", resolution=224)


def replicates_by_hand(submission: Submission) -> np.ndarray:
    """Return the stored replicates of AUC, (12, B)."""
    stored = Uncertainty.objects.get(evaluation__submission=submission).dataset_replicates
    return np.frombuffer(stored, "<f4").reshape(12, 4, -1)[:, 0].astype(float)


def interval_by_hand(replicates: np.ndarray, value: float, labels: GroundTruth) -> tuple[float, float]:
    """Return the interval of an AUC on the first dataset."""
    losses = naive_losses(labels.labels[FIRST.name], FIRST)[:, 0]
    return naive_interval(value, replicates, losses)


def margins_by_hand(differences: np.ndarray) -> np.ndarray:
    """Return half the width of each interval, (n,), from replicates of n differences, (n, B), that hold together."""
    errors = differences.std(axis=1, ddof=1)
    ratios = np.abs(differences - differences.mean(axis=1, keepdims=True)) / errors[:, None]
    return np.quantile(ratios.max(axis=0), 0.95) * errors


def test_differences_are_those_of_replicates_in_pairs(uncertain_entry, team, rows):
    first, second = uncertain_entry(team, 0.9), uncertain_entry(team, 0.905)
    both = rows(first, second)
    found = pairs_of_means(both, "auc", metric_replicates(both, "auc")).difference(1, 0)
    assert found
    assert found.low is not None
    assert found.high is not None
    assert found.flips is not None
    by_hand = (replicates_by_hand(second) - replicates_by_hand(first)).mean(axis=0)
    (margin,) = margins_by_hand(by_hand[None])
    assert found.value == pytest.approx(0.005)
    assert (found.low, found.high) == pytest.approx((0.005 - margin, 0.005 + margin), abs=1e-6)
    assert found.flips == pytest.approx(np.mean(by_hand < 0))
    assert 0 < found.flips < 0.2
    assert found.verdict == "no clear difference"
    assert found.detectable == pytest.approx(margin + 0.8416 * by_hand.std(ddof=1), rel=1e-3)
    unpaired = np.hypot(*(replicates_by_hand(one).mean(axis=0).std() for one in (first, second)))
    assert found.high - found.low < 3.92 * unpaired * 0.8, "what is the same for both does not count"


def test_each_dataset_has_a_difference_of_its_own_and_all_hold_together(uncertain_entry, team, rows):
    first, second = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93)
    both = rows(first, second)
    lines = pairs_by_dataset(both, "auc", metric_replicates(both, "auc"))
    margins = margins_by_hand(replicates_by_hand(second) - replicates_by_hand(first))
    assert len(lines) == 12
    for line, margin in zip(lines, margins, strict=True):
        found = line.difference(1, 0)
        assert found
        assert found.value == pytest.approx(0.03)
        assert (found.low, found.high) == pytest.approx((0.03 - margin, 0.03 + margin), abs=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.001, 0.02, "better"),
        (-0.02, -0.001, "worse"),
        (-0.001, 0.02, "no clear difference"),
        (0.0, 0.0, "no clear difference"),
        (0.0, 0.02, "no clear difference"),
        (None, None, ""),
    ],
)
def test_words_about_a_difference(low, high, words):
    assert Difference(0.01, low, high).verdict == words


def test_the_page_says_which_is_better(client, uncertain_entry, team):
    first, better, close = (uncertain_entry(team, auc) for auc in (0.9, 0.93, 0.9001))
    page = compared(client, f"s{first.pk}", f"s{better.pk}", f"s{close.pk}")
    table = table_of(page, "Differences of the means")
    difference, words, interval, flips, detectable = table["Model 1 (Team Alpha)"]
    assert (difference, words, flips) == ("+0.0300", "better", "< 0.1 %")
    low, high = (float(end) for end in interval.split(" to "))
    assert float(detectable) == pytest.approx((high - low) / 2 * (1 + 0.8416 / 2.3), rel=0.05)
    assert re.fullmatch(r"\+0\.02\d\d to \+0\.03\d\d", interval)
    difference, words, interval, flips, _ = table["Model 2 (Team Alpha)"]
    assert (difference, words) == ("+0.0001", "no clear difference")
    assert re.fullmatch(rf"{MINUS}0\.00\d\d to \+0\.00\d\d", interval)
    assert 20 < float(flips.removesuffix(" %")) < 80
    turned = table_of(compared(client, f"s{better.pk}", f"s{first.pk}"), "Differences of the means")
    assert turned["Model 0 (Team Alpha)"][:2] == [f"{MINUS}0.0300", "worse"]
    pair = compared(client, f"s{first.pk}", f"s{better.pk}")
    cell = table_of(pair, "Differences on each dataset")["BloodMNIST"][0]
    assert re.fullmatch(r"\+0\.0300 better \+0\.0\d+ to \+0\.0\d+ flips in [<.\d ]+ %", cell)
    cell = table_of(page, "Differences on each dataset")["BloodMNIST"][0]
    assert "no clear difference" in cell, "three rows have 36 differences, and all intervals hold together"


def test_the_page_says_what_holds_together_and_what_a_single_run_hides(client, uncertain_entry, team):
    first, second = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93)
    page = page_of(client, ADDRESS, {"e": [f"s{first.pk}", f"s{second.pk}"]})
    text = text_of(page)
    assert "the intervals of all pairs of these rows hold together" in text
    assert "All pairs on all 12 datasets are tested together" in text
    assert "at most 5 % of such pages would say “lower” anywhere" in text
    assert "“One run”: another seed of the same method could change the order." in text
    assert "Team Alpha, one run, 224 × 224" in text


def test_a_difference_is_between_the_values_as_shown(client, uncertain_entry, team):
    """Without rounding, these values differ by 0.00002."""
    first, second = uncertain_entry(team, 0.90004), uncertain_entry(team, 0.90006)
    page = compared(client, f"s{first.pk}", f"s{second.pk}")
    assert table_of(page, "Means over the 12 datasets")["AUC"][1].endswith("+0.0001")
    assert table_of(page, "Differences of the means")["Model 1 (Team Alpha)"][0] == "+0.0001"


def test_values_are_shown_with_their_intervals(client, uncertain_entry, team, labels):
    first, second = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93)
    page = compared(client, f"s{first.pk}", f"s{second.pk}")
    ends = Uncertainty.objects.get(evaluation__submission=first).intervals
    means, datasets = table_of(page, "Means over the 12 datasets"), table_of(page, "Each dataset")
    low, high = ends["average"]["auc"]
    assert means["AUC"][0] == f"0.9000 95 % interval {low:.4f}–{high:.4f}"
    low, high = ends["average"]["cohen_kappa"]
    assert f"{low:.4f}–{high:.4f}" in means["Cohen's kappa"][0]
    low, high = interval_by_hand(replicates_by_hand(first)[0], 0.9, labels)
    assert f"{low:.4f}–{high:.4f}" in datasets["PathMNIST"][0]
    figures = attribute(page, "figure", "id")
    assert len(figures) == 5
    assert {"auc-paired-differences", "auc-paired-by-dataset"} < set(figures)


def test_published_results_have_a_difference_and_no_interval(client, uncertain_entry, team, vgg16):
    first, second = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93)
    page = compared(client, f"s{first.pk}", f"s{second.pk}", f"p{vgg16.pk}")
    assert table_of(page, "Differences of the means")["VGG16, end-to-end"] == ["+0.0530", "", "none", "", ""]
    assert "No intervals for the differences of: VGG16, end-to-end." in page
    assert "Published results have no predictions to resample" in page
    mean = table_of(page, "Means over the 12 datasets")["AUC"][2]
    assert mean == "0.9530 (best) ± 0.0022 +0.0530"
    first_published = compared(client, f"p{vgg16.pk}", f"s{first.pk}")
    assert table_of(first_published, "Differences of the means")["Model 0 (Team Alpha)"][2] == "none"
    assert "Best row on each dataset" not in first_published


def test_entries_at_different_resolutions_are_paired(client, uncertain_entry, team):
    first, small = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93, resolution=28)
    page = compared(client, f"s{first.pk}", f"s{small.pk}")
    assert (
        "All rows are compared on the same 1,000 bootstrap resamples of the test images, at every resolution"
        in page
    )
    assert table_of(page, "Differences of the means")["Model 1 (Team Alpha), 28 px"][1] == "better"


def test_what_was_scored_by_other_versions_is_not_paired(client, uncertain_entry, team, ground_truth, rows):
    """Its own interval is shown, but its replicates come from other labels."""
    first, old = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93)
    old.evaluations.update(scorer_version="0")
    both = rows(first, old)
    assert list(comparable(both, metric_replicates(both, "auc"), ranked_versions())) == [RowKey.of(first)]
    page = compared(client, f"s{first.pk}", f"s{old.pk}")
    assert table_of(page, "Differences of the means")["Model 1 (Team Alpha)"] == [
        "+0.0300",
        "",
        "none",
        "",
        "",
    ]
    assert "95 % interval 0.9" in table_of(page, "Means over the 12 datasets")["AUC"][1]


def test_an_entry_whose_intervals_follow_has_none_yet(client, uncertain_entry, entry_by_dataset, team):
    first, new = uncertain_entry(team, 0.9), entry_by_dataset(team, 0.93)
    page = compared(client, f"s{first.pk}", f"s{new.pk}")
    assert table_of(page, "Means over the 12 datasets")["AUC"][1] == "0.9300 (best) +0.0300"
    assert "the resamples of an entry follow a moment after its scores" in page


def test_the_replicates_of_a_group_are_the_means_over_its_seeds(client, uncertain_entry, team, rows, labels):
    alone = uncertain_entry(team, 0.9)
    seeds = [uncertain_entry(team, auc, sha256=f"{auc}") for auc in (0.930, 0.932)]
    group = groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    both = rows(alone, group)
    replicates = metric_replicates(both, "auc")
    by_hand = np.mean([replicates_by_hand(seed) for seed in seeds], axis=0)
    noise = replicates[RowKey.of(group)] - by_hand
    assert abs(np.corrcoef(noise[0], by_hand[0])[0, 1]) < 0.1, "seeds vary independently of the images"
    assert (abs(noise.mean(axis=1)) < 0.1 * noise.std(axis=1)).all()
    both = with_dataset_intervals(both, "auc", replicates)
    score = both[1].by_dataset["pathmnist"]["auc"]
    assert score.value == pytest.approx(0.931)
    assert score.low < np.quantile(by_hand[0], 0.025)
    page = compared(client, f"s{alone.pk}", f"g{group.pk}")
    assert table_of(page, "Differences of the means")["Seeds (Team Alpha)"][1] == "better"
    assert "the effect of other test images and of other seeds" in page
