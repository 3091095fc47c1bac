"""Copies and mixtures are found among honest entries, and honest entries are not."""

import numpy as np
import pytest

from challenge.integrity.mixtures import find_mixture
from challenge.integrity.similarity import CANDIDATE, COPY, similarity
from challenge.integrity.sketches import n_informative, similarities, sketch, standardized, values_hash
from challenge.tests.integrity.generated import (
    LABELS,
    constant,
    hard,
    honest,
    mixed,
    noise,
    noisy_labels,
    with_noise,
    with_permuted_ties,
    with_temperature,
)

N_HONEST = 100
COPIES = {
    "1 % noise": lambda one: with_noise(one, 0.01),
    "5 % noise": lambda one: with_noise(one, 0.05),
    "flatter": lambda one: with_temperature(one, 2),
    "much flatter": lambda one: with_temperature(one, 4),
    "sharper": lambda one: with_temperature(one, 0.5),
    "flatter, with noise": lambda one: with_noise(with_temperature(one, 1.7), 0.01),
    "permuted ties": with_permuted_ties,
    "half of the datasets": lambda one: {**honest(500), **dict(list(one.items())[::2])},
    "one decimal": lambda one: {name: np.round(values, 1) for name, values in one.items()},
}


@pytest.fixture(scope="module")
def entries():
    """Twenty honest entries of many qualities."""
    return [of_any_quality(seed) for seed in range(1, 21)]


def of_any_quality(seed: int):
    rng = np.random.default_rng(seed)
    return honest(seed, quality=rng.uniform(0.15, 1.4), own=rng.uniform(0.4, 1.2))


@pytest.fixture(scope="module")
def sketches(entries):
    more = (of_any_quality(seed) for seed in range(21, N_HONEST + 1))
    return np.array([sketch(one, LABELS) for one in [*entries, *more]])


@pytest.fixture(scope="module")
def seeds():
    """Five seeds of one method."""
    method = noise(1000)
    return [honest(1000 + seed, own=0.5, method=method) for seed in range(1, 6)]


def nearness(own, others):
    return similarities(standardized(own)[0], standardized(others))


def between(sketches):
    found = np.array([nearness(own, sketches) for own in sketches])
    np.fill_diagonal(found, 0)
    return found


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_a_candidate_and_then_found(how, entries, sketches):
    for original in (entries[0], entries[7]):
        copy = COPIES[how](original)
        found = nearness(sketch(copy, LABELS), sketches)
        assert found.max() > CANDIDATE
        nearest = entries[int(found.argmax())]
        assert nearest is original
        assert similarity(copy, nearest, LABELS) > COPY


def test_the_same_values_in_another_type_have_the_same_hash(entries):
    again = {name: values.astype(np.float32) for name, values in entries[0].items()}
    assert values_hash(entries[0]) == values_hash(again)
    assert values_hash(entries[0]) != values_hash(entries[1])


def test_sketches_of_honest_entries_are_far_from_those_of_copies(sketches):
    assert between(sketches).max() < 0.9
    assert len(sketches) == N_HONEST


def test_the_most_similar_honest_entries_are_no_copies(sketches):
    found = np.triu(between(sketches))
    for pair in np.argsort(found, axis=None)[-5:]:
        one, other = np.unravel_index(pair, found.shape)
        compared = of_any_quality(int(one) + 1), of_any_quality(int(other) + 1)
        assert similarity(*compared, LABELS) < COPY - 0.1


def test_seeds_and_an_ensemble_of_them_are_no_copies(seeds):
    ensemble = mixed([0.2] * 5, seeds)
    assert similarity(seeds[0], seeds[1], LABELS) < COPY - 0.05
    assert similarity(ensemble, seeds[0], LABELS) < COPY


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.7, 0.3), (0.9, 0.1), (0.4, 0.3, 0.3), (0.6, 0.3, 0.1)])
@pytest.mark.parametrize("size", [0, 0.01])
def test_a_mixture_is_found_with_its_weights(weights, size, entries, sketches):
    parts = [3, 9, 14][: len(weights)]
    made = mixed(weights, [entries[k] for k in parts])
    own = sketch(with_noise(made, size) if size else made, LABELS)
    found = find_mixture(own, sketches, nearness(own, sketches))
    assert found.is_found
    planted = dict(zip(parts, weights, strict=True))
    assert {part for part, weight in planted.items() if weight >= 0.3} <= set(found.weights)
    for part, weight in found.weights.items():
        assert planted[part] == pytest.approx(weight, abs=0.06)


def test_honest_entries_are_no_mixtures_of_others(sketches):
    explained = []
    for place, own in enumerate(sketches):
        others = np.delete(sketches, place, axis=0)
        found = find_mixture(own, others, nearness(own, others))
        explained.append(found.explained)
        assert not found.is_found
    assert max(explained) < 0.9


def test_a_seed_is_no_mixture_of_other_seeds(seeds, sketches):
    own = sketch(seeds[0], LABELS)
    others = np.concatenate([sketches, [sketch(one, LABELS) for one in seeds[1:]]])
    assert not find_mixture(own, others, nearness(own, others)).is_found


def test_constant_predictions_are_similar_to_nothing(entries, sketches):
    nothing = sketch(constant(), LABELS)
    assert n_informative(nothing) == 0
    assert not nearness(nothing, sketches).any()
    assert similarity(constant(), constant(), LABELS) == 0
    assert not find_mixture(nothing, sketches, nearness(nothing, sketches)).is_found
    own = sketches[0]
    assert np.isfinite(nearness(own, np.array([nothing, own]))).all()


def test_without_other_entries_nothing_is_found(sketches):
    nobody = sketches[:0]
    assert not find_mixture(sketches[0], nobody, nearness(sketches[0], nobody)).is_found
    one = sketches[1:2]
    assert not find_mixture(sketches[0], one, nearness(sketches[0], one)).is_found


def test_honest_files_of_zeros_and_ones_are_no_copies(entries):
    assert similarity(hard(entries[0]), hard(entries[1]), LABELS) < COPY - 0.1
    assert similarity(hard(entries[0]), entries[0], LABELS) > 0.8


def test_perfect_labels_have_no_residuals():
    assert n_informative(sketch(noisy_labels(0, 1), LABELS)) == 0
