"""Differences between a few rows with their uncertainty from paired replicates, and the best rows of each dataset."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from challenge.models import GroundTruth
from challenge.results.replicates import Replicates
from challenge.results.rows import Row, RowKey
from challenge.results.score import Difference, Score
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.rank_inference import flip_share, paired_difference, significantly_higher


@dataclass(frozen=True)
class Differences:
    """Each row except the first, minus the first; None if one of the two has no score."""

    means: list[Difference | None]
    #: In the official order of the datasets.
    by_dataset: list[list[Difference | None]]


@dataclass(frozen=True)
class Wins:
    """Number of datasets on which a row is the best, and on which all others are significantly lower."""

    best: int
    alone: int


def comparable(
    rows: Sequence[Row], replicates: Replicates, ground_truth: GroundTruth | None
) -> dict[RowKey, np.ndarray]:
    """Return the paired replicates: the replicates of the rows that were scored by the ranked versions."""
    return {
        row.key: replicates[row.key]
        for row in rows
        if row.key in replicates and all(evaluation.is_by(ground_truth) for evaluation in row.evaluations)
    }


def differences(rows: Sequence[Row], metric: str, replicates: Replicates) -> Differences:
    """Return the differences of the means and on each dataset, with intervals if both rows have replicates."""
    scores = [row.scores.get(metric) for row in rows]
    means = [replicates[row.key].mean(axis=0) if row.key in replicates else None for row in rows]
    by_dataset = [
        _differences(
            [row.by_dataset.get(dataset.name, {}).get(metric) for row in rows],
            [replicates[row.key][place] if row.key in replicates else None for row in rows],
        )
        for place, dataset in enumerate(MEDMNIST_PLUS)
    ]
    return Differences(_differences(scores, means), by_dataset)


def _differences(
    scores: Sequence[Score | None], replicates: Sequence[np.ndarray | None]
) -> list[Difference | None]:
    first, first_replicates = scores[0], replicates[0]
    return [
        _difference(score, first, own, first_replicates)
        for score, own in zip(scores[1:], replicates[1:], strict=True)
    ]


def _difference(
    score: Score | None, first: Score | None, own: np.ndarray | None, first_replicates: np.ndarray | None
) -> Difference | None:
    """Return the difference of the rounded values shown in the table, and its uncertainty."""
    if score is None or first is None:
        return None
    printed = round(score.value, 4) - round(first.value, 4)
    if own is None or first_replicates is None:
        return Difference(printed)
    pair = paired_difference(score.value, first.value, own, first_replicates)
    return Difference(
        printed, pair.low, pair.high, flip_share(score.value, first.value, own, first_replicates)
    )


def standings(rows: Sequence[Row], metric: str, replicates: Replicates) -> list[list[str]]:
    """Compare each row with the best row, on each dataset.

    All pairs of a dataset are tested together (`significantly_higher`). The words are "best", "lower" (significantly),
    "close" (not significantly lower), "untested" (without replicates) and "" (without a value).
    """
    return [
        _standings(
            [row.by_dataset.get(dataset.name, {}).get(metric) for row in rows],
            [replicates[row.key][place] if row.key in replicates else None for row in rows],
        )
        for place, dataset in enumerate(MEDMNIST_PLUS)
    ]


def _standings(scores: Sequence[Score | None], replicates: Sequence[np.ndarray | None]) -> list[str]:
    printed = [None if score is None else round(score.value, 4) for score in scores]
    highest = max((value for value in printed if value is not None), default=None)
    tested = [
        i for i, (score, own) in enumerate(zip(scores, replicates, strict=True)) if score and own is not None
    ]
    best = [tested.index(i) for i in tested if printed[i] == highest]
    higher = _significantly_higher([scores[i] for i in tested], [replicates[i] for i in tested])
    words = []
    for i, value in enumerate(printed):
        if value is None:
            words.append("")
        elif value == highest:
            words.append("best")
        elif i not in tested or not best:
            words.append("untested")
        else:
            words.append("lower" if higher[best, tested.index(i)].any() else "close")
    return words


def _significantly_higher(
    scores: Sequence[Score | None], replicates: Sequence[np.ndarray | None]
) -> np.ndarray:
    """Return for each pair of tested entries if the first is significantly higher, (m, m)."""
    if len(scores) < 2:
        return np.zeros((len(scores), len(scores)), dtype=bool)
    return significantly_higher([score.value for score in scores if score], np.array(replicates))


def wins(standings: Sequence[Sequence[str]]) -> list[Wins]:
    """Count the wins of each row from the words of `standings`."""
    return [
        Wins(
            best=sum(words[place] == "best" for words in standings),
            alone=sum(_beats_all_others(words, place) for words in standings),
        )
        for place in range(len(standings[0]))
    ]


def _beats_all_others(words: Sequence[str], place: int) -> bool:
    others = [word for i, word in enumerate(words) if i != place and word]
    return words[place] == "best" and bool(others) and all(word == "lower" for word in others)


def matrix_of_differences(
    rows: Sequence[Row], metric: str, replicates: Replicates
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the differences of means and the ends of their intervals, (m, m) each, row minus column.

    All rows must have replicates.
    """
    means = [replicates[row.key].mean(axis=0) for row in rows]
    values = [row.scores[metric].value for row in rows]
    found = [
        [
            paired_difference(value, other, mean, of_other)
            for other, of_other in zip(values, means, strict=True)
        ]
        for value, mean in zip(values, means, strict=True)
    ]
    cells = np.array([[(one.difference, one.low, one.high) for one in line] for line in found])
    return cells[..., 0], cells[..., 1], cells[..., 2]
