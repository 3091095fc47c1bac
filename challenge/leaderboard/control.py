"""Comparison of the highest rows with one chosen row, the control, by their mean ranks over the datasets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from challenge.figures.critical_difference import MAX_ROWS, MIN_ROWS
from challenge.results.over_datasets import score_table
from challenge.results.rows import Row, RowKey
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.critical_difference import (
    ALPHA,
    block_ranks,
    compare_with_control,
    ranks_by_dataset,
)


@dataclass(frozen=True)
class Line:
    """A row compared with the control: the difference of mean ranks is negative if the row is better."""

    row: Row
    mean_rank: float
    difference: float
    p: float

    @property
    def verdict(self) -> str:
        """Verdict of the test in words."""
        if self.p >= ALPHA:
            return "no clear difference"
        return "better" if self.difference < 0 else "worse"


@dataclass(frozen=True)
class Control:
    """The rows to choose from, the chosen row, and the other rows by their mean ranks."""

    choices: Sequence[Row]
    chosen: Row | None = None
    mean_rank: float | None = None
    lines: Sequence[Line] = ()


def control_comparison(rows: Sequence[Row], metric: str, chosen: RowKey | None) -> Control | None:
    """Compare the rows of the critical-difference diagram with one of them; None if there is no diagram.

    The rows must have dataset scores. If the chosen row is not in the diagram, there is nothing to compare with.
    """
    scores = score_table(rows, metric)
    complete = np.flatnonzero(~np.isnan(scores).any(axis=1))[:MAX_ROWS]
    if len(complete) < MIN_ROWS:
        return None
    choices = [rows[place] for place in complete]
    keys = [row.key for row in choices]
    if chosen not in keys:
        return Control(choices)
    ranks = block_ranks(ranks_by_dataset(scores[complete].T), MEDMNIST_PLUS.blocks)
    control, means = keys.index(chosen), ranks.mean(axis=0)
    p = compare_with_control(ranks, control)
    return Control(
        choices,
        choices[control],
        float(means[control]),
        [
            Line(choices[i], float(means[i]), float(means[i] - means[control]), float(p[i]))
            for i in np.argsort(means, kind="stable")
            if i != control
        ],
    )
