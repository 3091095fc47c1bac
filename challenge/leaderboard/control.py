"""Comparison of the highest rows with one chosen row, the control, by their mean ranks over the datasets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.http import QueryDict

from challenge.figures.critical_difference import MAX_ROWS, MIN_ROWS
from challenge.leaderboard.filters import Filters, usual_rankings
from challenge.leaderboard.highest import Choice
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import Result
from challenge.models import ranked_versions
from challenge.results.over_datasets import score_table
from challenge.results.rows import shared_benchmark, with_dataset_scores
from challenge.scoring.statistics.critical_difference import (
    ALPHA,
    block_ranks,
    compare_with_control,
    ranks_by_dataset,
)

#: Number of top rows in the tables of the figures over datasets; the figures draw fewer.
ROWS_WITH_DATASETS = 60


@dataclass(frozen=True)
class Line:
    """A row compared with the control: the difference of mean ranks is negative if the row is better."""

    row: Choice
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

    choices: Sequence[Choice]
    chosen: Choice | None = None
    mean_rank: float | None = None
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class BlockRanks:
    """The rows of the critical-difference diagram, and their ranks on each block of datasets, (10, m)."""

    rows: Sequence[Choice]
    ranks: np.ndarray


def control_comparison(filters: Filters, chosen: str) -> Control | None:
    """Compare the rows of the critical-difference diagram with one of them; None if there is no diagram.

    If the chosen row is not in the diagram, there is nothing to compare with.
    """
    found = BLOCK_RANKS.value(filters.ranking_values, None)
    if found is None:
        return None
    rows, ranks = found.rows, found.ranks
    keys = [row.key for row in rows]
    if chosen not in keys:
        return Control(rows)
    control, means = keys.index(chosen), ranks.mean(axis=0)
    p = compare_with_control(ranks, control)
    return Control(
        rows,
        rows[control],
        float(means[control]),
        [
            Line(rows[i], float(means[i]), float(means[i] - means[control]), float(p[i]))
            for i in np.argsort(means, kind="stable")
            if i != control
        ],
    )


def _block_ranks(parameters: QueryDict) -> BlockRanks | None:
    filters = Filters.from_query(parameters)
    ranked = [row for row in leaderboard(filters, ranked_versions()) if row.rank is not None]
    rows = with_dataset_scores(ranked[:ROWS_WITH_DATASETS])
    scores = score_table(rows, filters.metric)
    complete = np.flatnonzero(~np.isnan(scores).any(axis=1))[:MAX_ROWS]
    if len(complete) < MIN_ROWS:
        return None
    ranks = block_ranks(ranks_by_dataset(scores[complete].T), shared_benchmark(rows).blocks)
    return BlockRanks([Choice.of(rows[place]) for place in complete], ranks)


BLOCK_RANKS = Result("block-ranks", _block_ranks, usual=usual_rankings)
