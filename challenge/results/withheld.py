"""Difference between the means over the public and over the withheld datasets of a phase, with its interval.

The public labels can be looked up, the withheld labels cannot. Replicate b of both means comes from replicate b of an
entry; the datasets have no image in common, so their resamples are independent. docs/statistics.md has the method.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from challenge.results.replicates import dataset_replicates
from challenge.results.rows import Row
from challenge.results.score import Difference
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.gaps import gap, gap_interval


def with_gaps(rows: Sequence[Row]) -> list[Row]:
    """Add the differences to rows with dataset scores; rows without withheld datasets stay as they are."""
    with_withheld = [row for row in rows if row.benchmark.has_withheld and row.by_dataset]
    replicates = dataset_replicates(with_withheld, METRICS) if with_withheld else {}
    found = {row.key: _gaps(row, replicates.get(row.key)) for row in with_withheld}
    return [replace(row, gaps=found[row.key]) if row.key in found else row for row in rows]


def _gaps(row: Row, replicates: np.ndarray | None) -> dict[str, Difference]:
    """Return the differences of a row by metric, with intervals if it has replicates, (D, metrics, B)."""
    is_withheld = np.array(row.benchmark.withheld)
    scores = [row.by_dataset.get(dataset.name, {}) for dataset in row.benchmark]
    gaps = {}
    for place, metric in enumerate(METRICS):
        if not all(metric in of_dataset for of_dataset in scores):
            continue
        value = float(gap(np.array([of_dataset[metric].value for of_dataset in scores]), is_withheld))
        if replicates is None:
            gaps[metric] = Difference(value)
        else:
            gaps[metric] = Difference(value, *gap_interval(value, replicates[:, place], is_withheld))
    return gaps
