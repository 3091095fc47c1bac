"""Means over resampled datasets, compared with a naive computation."""

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.over_datasets import (
    SEED,
    draws,
    resampled_means,
    resampled_means_of_scores,
)

ORGANS = ("organamnist", "organcmnist", "organsmnist")
NAMES = [dataset.name for dataset in MEDMNIST_PLUS]


def drawn_datasets(n_replicates: int) -> list[list[int]]:
    """Draw ten blocks with replacement, and list the datasets of each draw, an organ block as its three datasets."""
    blocks = [[place] for place, name in enumerate(NAMES) if name not in ORGANS]
    blocks.append([place for place, name in enumerate(NAMES) if name in ORGANS])
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(n_replicates):
        times = rng.multinomial(10, [0.1] * 10)
        found.append([place for block, n in zip(blocks, times, strict=True) for place in block * int(n)])
    return found


def test_means_with_replicates_are_those_of_the_drawn_datasets_in_the_same_replicate():
    replicates = np.random.default_rng(0).uniform(size=(12, 4, 50))
    found = resampled_means(replicates, MEDMNIST_PLUS)
    assert found.shape == (4, 50)
    for b, places in enumerate(drawn_datasets(50)):
        for metric in range(4):
            values = [replicates[place, metric, b] for place in places]
            assert found[metric, b] == pytest.approx(sum(values) / len(values))


def test_means_without_replicates_are_those_of_the_same_datasets():
    scores = np.random.default_rng(0).uniform(size=(3, 12))
    scores[1, 5] = np.nan
    found = resampled_means_of_scores(scores, 50, MEDMNIST_PLUS)
    for b, places in enumerate(drawn_datasets(50)):
        for method in (0, 2):
            assert found[method, b] == pytest.approx(np.mean([scores[method, place] for place in places]))
    assert np.isnan(found[1]).all()


def test_the_organs_are_drawn_together_and_each_dataset_is_drawn_once_on_average():
    """All methods share a draw, so a common factor of its weights changes no order: the numbers of draws count."""
    weights = draws(2000, MEDMNIST_PLUS)
    assert weights.sum(axis=1) == pytest.approx(1)
    organs = weights[:, [NAMES.index(name) for name in ORGANS]]
    assert (organs == organs[:, :1]).all()
    times = weights * [[len(places)] for places in drawn_datasets(2000)]
    assert times.mean(axis=0) == pytest.approx(1, abs=0.1)


def test_a_draw_does_not_depend_on_the_number_of_draws():
    assert (draws(1000, MEDMNIST_PLUS)[:10] == draws(10, MEDMNIST_PLUS)).all()
