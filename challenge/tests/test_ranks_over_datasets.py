"""Ranges of ranks over resampled datasets: for entries, groups and published results."""

import numpy as np
import pytest
from django.core.management import call_command
from django.urls import reverse

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import (
    Metric,
    PublishedMethod,
    PublishedScore,
    Submission,
    Uncertainty,
    ranked_versions,
    unpack_dataset_replicates,
)
from challenge.results.rows import Row
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.over_datasets import draws
from challenge.services import groups
from challenge.tests.pages import element, elements, page_of, region, text_of


def ranked_rows(metric: Metric = Metric.AUC, **about) -> list[Row]:
    filters = Filters(metric=metric, all_entries=True, **about)
    return with_rank_ranges(leaderboard(filters, ranked_versions()), metric)


def range_of(row: Row) -> tuple[int, int]:
    assert row.rank_range_over_datasets
    return row.rank_range_over_datasets


def publish(architecture: str, scores: dict[str, float]) -> PublishedMethod:
    method = PublishedMethod.objects.create(scheme="end-to-end", architecture=architecture, resolution=224)
    for dataset, value in scores.items():
        method.scores.create(source="doerrich2024", dataset=dataset, metric="auc", mean=value)
    return method


def ranges_by_hand(means: np.ndarray) -> list[tuple[int, int]]:
    """Return the ranges of ranks of rows from their means in each draw, (m, B), one draw at a time."""
    ranks = np.array([[1 + sum(other > own for other in draw) for own in draw] for draw in means.T])
    return [
        (int(np.quantile(of, 0.025, method="lower")), int(np.quantile(of, 0.975, method="higher")))
        for of in ranks.T
    ]


def resampled_by_hand(submission: Submission) -> np.ndarray:
    """Return the mean AUC of an entry in each draw, (1000,), from its stored replicates of single datasets."""
    stored = Uncertainty.objects.get(evaluation__submission=submission).dataset_replicates
    replicates = unpack_dataset_replicates(bytes(stored))[:, 0]
    return np.array(
        [weights @ of_draw for weights, of_draw in zip(draws(1000, MEDMNIST_PLUS), replicates.T, strict=True)]
    )


@pytest.fixture
def close_methods(db) -> dict[PublishedMethod, np.ndarray]:
    """Five published methods with different strengths."""
    rng = np.random.default_rng(0)
    found = {}
    for name in ("vgg16", "alexnet", "resnet18", "densenet121", "vit_base"):
        scores = np.round(rng.uniform(0.7, 0.95, 12), 3)
        by_dataset = dict(zip((d.name for d in MEDMNIST_PLUS), scores.tolist(), strict=True))
        found[publish(name, by_dataset | {"average": float(scores.mean())})] = scores
    return found


def test_published_results_have_a_range_as_computed_by_hand(close_methods):
    rows = ranked_rows()
    weights = draws(1000, MEDMNIST_PLUS)
    means = np.array([weights @ close_methods[row.method] for row in rows if row.method])
    ranges = ranges_by_hand(means)
    assert [row.rank_range_over_datasets for row in rows] == ranges
    assert any(low < high for low, high in ranges)
    assert {row.rank_range for row in rows} == {None}


def test_an_entry_is_resampled_over_images_and_datasets_a_published_result_over_datasets(
    close_methods, uncertain_entry, team
):
    first, second = uncertain_entry(team, 0.83, spread=0.05), uncertain_entry(team, 0.85, spread=0.05)
    rows = ranked_rows()
    weights = draws(1000, MEDMNIST_PLUS)
    means = []
    for row in rows:
        if row.method:
            means.append(weights @ close_methods[row.method])
            continue
        assert row.submission
        assert row.submission in (first, second)
        means.append(resampled_by_hand(row.submission))
    assert [row.rank_range_over_datasets for row in rows] == ranges_by_hand(np.array(means))


def test_an_entry_without_replicates_of_this_kind_is_resampled_over_datasets_only(
    close_methods, uncertain_entry, entry_by_dataset, team
):
    """As after an update of the site: replicates of an earlier version, or none yet."""
    old, new = uncertain_entry(team, 0.85), entry_by_dataset(team, 0.86)
    Uncertainty.objects.update(resampled_dataset_means=b"")
    rows = {row.submission: row for row in ranked_rows() if row.submission}
    alone = {row.submission: row for row in ranked_rows(baselines=False)}
    assert rows[old].rank_range
    assert rows[new].rank_range is None
    low, high = range_of(rows[old])
    assert low < high
    assert (alone[new].rank_range_over_datasets, alone[old].rank_range_over_datasets) == ((1, 1), (2, 2))


def test_a_row_without_a_dataset_has_no_range_and_keeps_its_value(close_methods, uncertain_entry, team):
    first = MEDMNIST_PLUS.datasets[0].name
    publish("clip", {"average": 0.999, first: 0.999})
    publish("eva", {"average": 0.001})
    uncertain_entry(team, 0.85)
    rows = ranked_rows()
    assert [rows[0].rank_range_over_datasets, rows[-1].rank_range_over_datasets] == [None, None]
    others = [range_of(row) for row in rows[1:-1]]
    assert min(low for low, _ in others) == 2
    assert max(high for _, high in others) == len(rows) - 1


def test_an_entry_that_lacks_a_dataset_has_no_range(entry_by_dataset, team):
    whole, part = entry_by_dataset(team, 0.9), entry_by_dataset(team, 0.8)
    part.evaluations.get().dataset_scores.filter(dataset="octmnist").delete()
    rows = {row.submission: row.rank_range_over_datasets for row in ranked_rows()}
    assert rows == {whole: (1, 1), part: None}


def test_a_group_with_replicates_is_the_mean_of_its_seeds(close_methods, uncertain_entry, team):
    seeds = [uncertain_entry(team, 0.85, spread=0.05, sha256=f"{n}") for n in range(2)]
    groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    weights = draws(1000, MEDMNIST_PLUS)
    rows = ranked_rows()
    means = [
        weights @ close_methods[row.method]
        if row.method
        else np.mean([resampled_by_hand(seed) for seed in seeds], axis=0)
        for row in rows
    ]
    assert [row.rank_range_over_datasets for row in rows] == ranges_by_hand(np.array(means))


def test_a_group_without_replicates_is_the_mean_of_its_seeds(close_methods, entry_by_dataset, team):
    seeds = [entry_by_dataset(team, auc, sha256=f"{auc}") for auc in (0.88, 0.92)]
    group = groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    (of_group,) = (row.rank_range_over_datasets for row in ranked_rows() if row.group == group)
    groups.dissolve_group(group)
    for seed in seeds:
        seed.delete()
    entry_by_dataset(team, 0.9)
    assert [row.rank_range_over_datasets for row in ranked_rows() if row.submission] == [of_group]


def test_a_metric_that_was_not_published_by_dataset(close_methods, uncertain_entry, team):
    uncertain_entry(team, 0.9)
    (row,) = [row for row in ranked_rows(Metric.COHEN_KAPPA) if row.rank]
    assert row.rank_range_over_datasets == (1, 1)


@pytest.mark.parametrize("address", [reverse("leaderboard"), reverse("home")])
def test_pages_show_the_range_of_every_row_and_say_what_it_is(client, close_methods, address):
    page = page_of(client, address)
    cells = [text_of(element(row, ".rank")) for row in elements(region(page, "Ranking"), "tbody tr")]
    assert len(cells) == 5
    assert all("moves over resamples of the datasets" in cell for cell in cells)
    assert "if the datasets are resampled, too; the three organ sets are drawn as one" in text_of(page)
    assert "It is no confidence interval of the rank." in text_of(page)


def test_the_published_results_of_the_site_have_ranges(db):
    call_command("import_reported_baselines", verbosity=0)
    rows = [row for row in ranked_rows() if row.rank]
    complete = [row for row in rows if row.rank_range_over_datasets]
    assert len(complete) >= 20
    for row in complete:
        low, high = range_of(row)
        assert 1 <= low <= (row.rank or 0) <= high <= len(rows)


def test_few_queries_whatever_the_number_of_rows(
    close_methods, uncertain_entry, entry_by_dataset, team, django_assert_max_num_queries
):
    for auc in (0.8, 0.81, 0.82):
        uncertain_entry(team, auc)
        entry_by_dataset(team, auc)
    rows = leaderboard(Filters(all_entries=True), ranked_versions())
    assert PublishedScore.objects.exists()
    with django_assert_max_num_queries(4):
        with_rank_ranges(rows, Metric.AUC)
