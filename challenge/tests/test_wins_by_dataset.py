"""Wins by dataset: the best of the compared rows, and those that are lower or close."""

from dataclasses import replace

import numpy as np

from challenge.compare.pairs import pairs_by_dataset
from challenge.compare.wins import Wins, standings, wins
from challenge.models import PublishedMethod, PublishedScore, Submission
from challenge.results.replicates import with_dataset_intervals
from challenge.results.rows import Kind, Row, RowKey
from challenge.results.score import Score
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.comparisons import FIRST, compared
from challenge.tests.pages import table_of


def row_with(key: int, values: dict[str, float]) -> Row:
    by_dataset = {name: {"auc": Score(value)} for name, value in values.items()}
    return Row(Submission(pk=key, resolution=224), {}, by_dataset=by_dataset)


def key_of(number: int) -> RowKey:
    return RowKey(Kind.ENTRY, number)


def replicates_around(value: float, spread: float, seed: int) -> np.ndarray:
    return value + spread * np.random.default_rng(seed).standard_normal((12, 1000))


def words_by_dataset(rows: list[Row], replicates: dict[RowKey, np.ndarray]) -> list[list[str]]:
    return [standings(pairs) for pairs in pairs_by_dataset(rows, "auc", replicates)]


def test_the_best_of_a_dataset_and_what_is_lower_or_close():
    three = [row_with(n, {FIRST.name: value}) for n, value in enumerate((0.9, 0.95, 0.949), start=1)]
    replicates = {
        row.key: replicates_around(row.by_dataset[FIRST.name]["auc"].value, 0.002, n)
        for n, row in enumerate(three)
    }
    assert words_by_dataset(three, replicates)[0] == ["lower", "best", "close"]
    without_the_best = {key: value for key, value in replicates.items() if key != key_of(2)}
    assert words_by_dataset(three, without_the_best)[0] == ["untested", "best", "untested"]
    without_another = {key: value for key, value in replicates.items() if key != key_of(1)}
    assert words_by_dataset(three, without_another)[0] == ["untested", "best", "close"]
    assert words_by_dataset(three, {})[0] == ["untested", "best", "untested"]
    assert words_by_dataset(three, replicates)[1] == ["", "", ""], "nobody has a value there"


def test_what_is_printed_alike_is_equally_good():
    two = [row_with(1, {FIRST.name: 0.90001}), row_with(2, {FIRST.name: 0.90002})]
    replicates = {row.key: replicates_around(0.9, 0.01, n) for n, row in enumerate(two)}
    assert words_by_dataset(two, replicates)[0] == ["best", "best"]


def test_pairs_of_a_dataset_are_tested_together():
    """With five rows, a difference just above 1.96 standard errors is no longer significant."""
    error = 0.002 * 2**0.5
    lead = 2.1 * error
    two = [row_with(1, {FIRST.name: 0.9}), row_with(2, {FIRST.name: 0.9 + lead})]
    replicates = {
        key_of(1): replicates_around(0.9, 0.002, 1),
        key_of(2): replicates_around(0.9 + lead, 0.002, 2),
    }
    assert words_by_dataset(two, replicates)[0] == ["lower", "best"]
    more = [row_with(n, {FIRST.name: 0.9 + lead / 2}) for n in (3, 4, 5)]
    replicates |= {
        row.key: replicates_around(0.9 + lead / 2, 0.002, n) for n, row in enumerate(more, start=3)
    }
    assert words_by_dataset([*two, *more], replicates)[0][:2] == ["close", "best"]


def test_datasets_are_tested_together():
    """A difference that is clear on one dataset alone can be the largest of twelve by chance."""
    error = 0.002 * 2**0.5
    lead = 2.5 * error
    replicates = {key_of(n): replicates_around(0.9, 0.002, n) for n in (1, 2)}
    alone = [row_with(1, {FIRST.name: 0.9}), row_with(2, {FIRST.name: 0.9 + lead})]
    assert words_by_dataset(alone, replicates)[0] == ["lower", "best"]
    equal = {dataset.name: 0.9 for dataset in MEDMNIST_PLUS}
    everywhere = [row_with(1, equal), row_with(2, equal | {FIRST.name: 0.9 + lead})]
    assert words_by_dataset(everywhere, replicates)[0] == ["close", "best"]


def test_wins_are_counted():
    lines = [
        ["best", "lower", "lower"],
        ["best", "close", "lower"],
        ["", "best", ""],
        ["best", "best", "lower"],
    ]
    assert wins(lines) == [Wins(best=3, alone=1), Wins(best=2, alone=0), Wins(best=0, alone=0)]


def test_the_page_says_who_wins_where(client, uncertain_entry, team):
    low, high, close = (uncertain_entry(team, auc) for auc in (0.85, 0.9301, 0.93))
    page = compared(client, *(f"s{one.pk}" for one in (low, high, close)))
    table = table_of(page, "Best row on each dataset")
    assert table["PathMNIST"] == ["▼ lower", "★ best", "≈ close"]
    assert table["Best on"] == [
        "0 of 12 0 with all others lower", "12 of 12 0 with all others lower", "0 of 12 0 with all others lower",
    ]  # fmt: skip


def test_a_dataset_that_is_not_published_has_no_standing(client, uncertain_entry, team):
    method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=224)
    for dataset in ("pathmnist", PublishedScore.AVERAGE):
        method.scores.create(source="doerrich2024", dataset=dataset, metric="auc", mean=0.999)
    first, second = uncertain_entry(team, 0.9), uncertain_entry(team, 0.93)
    page = compared(client, f"s{first.pk}", f"s{second.pk}", f"p{method.pk}")
    table = table_of(page, "Best row on each dataset")
    assert table["PathMNIST"] == ["not tested", "not tested", "★ best"]
    assert table["OCTMNIST"] == ["▼ lower", "★ best", "–"]


def test_a_score_without_an_interval_keeps_none():
    row = row_with(1, {FIRST.name: 0.9})
    before = replace(row.by_dataset[FIRST.name]["auc"])
    (row,) = with_dataset_intervals([row], "auc", {})
    assert row.by_dataset[FIRST.name]["auc"] == before
