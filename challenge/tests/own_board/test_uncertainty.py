"""Intervals, ranges of ranks and the leader's group of a reader's own board."""

from collections.abc import Sequence

import numpy as np
import pytest

from challenge.leaderboard import own
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.own import Line, own_board
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import ranked_versions
from challenge.results.replicates import dataset_replicates, with_dataset_intervals
from challenge.results.rows import with_dataset_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.ranking import rank
from challenge.services import groups
from challenge.tests.own_board.boards import ADDRESS, ORGAN_WEIGHTS, ORGANS, board_of, publish
from challenge.tests.pages import elements, page_of, region, text_of

EVERY = (1,) * 12


def ranges_by_hand(
    weights: Sequence[int], rows: Sequence[Line], fixed: Sequence[float]
) -> list[tuple[int, int]]:
    """Return the ranges of entries in the order of the rows, from their stored replicates, one replicate at a time."""
    found = dataset_replicates([line.row for line in rows], METRICS)
    means = [
        [
            sum(w * float(v) for w, v in zip(weights, of, strict=True)) / sum(weights)
            for of in found[line.row.key][:, 0].T
        ]
        for line in rows
    ]
    ranks = [rank([*of_draw, *fixed])[: len(rows)] for of_draw in zip(*means, strict=True)]
    return [
        (int(np.quantile(of, 0.025, method="lower")), int(np.quantile(of, 0.975, method="higher")))
        for of in zip(*ranks, strict=True)
    ]


@pytest.mark.parametrize("weights", [ORGAN_WEIGHTS, (10, 0, 1, 0, 0, 7, 0, 0, 2, 1, 1, 0)])
def test_ranges_are_those_of_the_replicates_by_hand(specialist, team, weights):
    for organs in (0.8, 0.802, 0.805, 0.81):
        specialist(team, 0.801, organs, spread=0.01)
    specialist(team, 0.803, 0.803)  # no replicates yet
    publish("vgg16", {d.name: 0.804 for d in MEDMNIST_PLUS} | {"average": 0.804})
    lines = board_of(weights, all_entries=True)
    uncertain = [line for line in lines if line.row.rank_range]
    assert len(uncertain) == 4
    assert [line.row.rank_range for line in uncertain] == ranges_by_hand(weights, uncertain, [0.803, 0.804])
    assert all(line.row.rank_range_over_datasets is None for line in lines)
    assert [line.row.is_with_leader is None for line in lines] == [
        line.row.rank_range is None for line in lines
    ]


def test_equal_weights_give_the_official_ranks_and_ranges(specialist, team):
    for others, organs in ((0.8, 0.81), (0.803, 0.802), (0.79, 0.84), (0.805, 0.805), (0.7, 0.7)):
        specialist(team, others, organs, spread=0.01)
    publish("vgg16", {d.name: 0.804 for d in MEDMNIST_PLUS} | {"average": 0.804})
    filters = Filters(all_entries=True)
    official = with_rank_ranges(leaderboard(filters, ranked_versions()), "auc")
    lines = own_board(filters, EVERY).highest
    assert [line.row.key for line in lines] == [row.key for row in official]
    assert [(line.row.rank, line.row.rank_range, line.row.is_with_leader) for line in lines] == [
        (row.rank, row.rank_range, row.is_with_leader) for row in official
    ]
    assert [line.gain for line in lines] == [0] * 6


def test_one_dataset_has_the_interval_of_that_dataset(specialist, team):
    specialist(team, 0.9, 0.8, spread=0.01)
    (line,) = board_of((0, 0, 0, 1, *[0] * 8))
    (row,) = with_dataset_scores([line.row])
    replicates = {row.key: dataset_replicates([row], ["auc"])[row.key][:, 0]}
    (row,) = with_dataset_intervals([row], "auc", replicates)
    expected = row.by_dataset["octmnist"]["auc"]
    score = line.row.scores["auc"]
    assert (score.low, score.high, score.error) == pytest.approx(
        (expected.low, expected.high, expected.error)
    )


def test_the_leader_s_group_is_marked_and_counted(client, specialist, team, other_team):
    for others, organs in ((0.9, 0.9), (0.9, 0.9001), (0.95, 0.5)):
        specialist(team, others, organs, spread=0.01)
    page = page_of(client, f"{ADDRESS}?entries=all&{ORGANS}")
    marks = [bool(elements(row, ".level")) for row in elements(region(page, "Your ranking"), "tbody tr")]
    assert marks == [True, True, False]
    assert "2 of 3 compared entries cannot be distinguished from the leading entry" in text_of(page)
    assert "Ranges over resampled datasets are left out." in text_of(page)


def test_seeds_are_one_row_with_their_variation(specialist, team):
    seeds = [specialist(team, 0.8, organs, spread=0.001, sha256=f"{organs}") for organs in (0.8, 0.82, 0.84)]
    (alone, *_) = [
        line for line in board_of(ORGAN_WEIGHTS, all_entries=True) if line.row.submission == seeds[1]
    ]
    groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    (line,) = board_of(ORGAN_WEIGHTS)
    score, of_one = line.row.scores["auc"], alone.row.scores["auc"]
    assert score.value == pytest.approx(0.82)
    assert score.error
    assert of_one.error
    assert score.error > 3 * of_one.error


def test_only_the_highest_rows_have_ranges_and_the_page_says_so(client, specialist, team, monkeypatch):
    monkeypatch.setattr(own, "MOST_WITH_RANGES", 2)
    for organs in (0.8, 0.81, 0.82, 0.83):
        specialist(team, 0.8, organs, spread=0.001)
    page = page_of(client, f"{ADDRESS}?entries=all&{ORGANS}")
    assert len(elements(region(page, "Your ranking"), "tbody tr")) == 2
    assert "The highest 2 of 4 rows are shown; the CSV has all." in text_of(page)
    assert [line.row.rank_range is None for line in board_of(ORGAN_WEIGHTS, all_entries=True)] == [
        *(False, False, True, True)
    ]
