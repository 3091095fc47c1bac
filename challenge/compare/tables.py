"""Tables of a comparison: one column for each row of the leaderboard, with differences to the first column."""

from collections.abc import Sequence
from dataclasses import dataclass

from challenge.models import Metric
from challenge.results.rows import Row, shared_benchmark
from challenge.results.score import Score


@dataclass(frozen=True)
class Cell:
    """A value of one row; `difference` is the text of its signed difference to the first row."""

    score: Score | None
    difference: str
    is_best: bool


def mean_table(rows: Sequence[Row]) -> list[tuple[str, list[Cell]]]:
    """Return a line for each metric with the means over the datasets."""
    return [(label, _cells([row.scores.get(metric) for row in rows])) for metric, label in Metric.choices]


def dataset_table(rows: Sequence[Row], metric: str) -> list[tuple[str, list[Cell]]]:
    """Return a line for each dataset, for one metric."""
    return [
        (dataset.title, _cells([row.by_dataset.get(dataset.name, {}).get(metric) for row in rows]))
        for dataset in shared_benchmark(rows)
    ]


def _cells(scores: Sequence[Score | None]) -> list[Cell]:
    """Compare the rounded values, so that values that look equal are equally good."""
    printed = [None if score is None else round(score.value, 4) for score in scores]
    best = max((value for value in printed if value is not None), default=None)
    first = printed[0]
    return [
        Cell(
            score,
            _signed(value - first) if number and value is not None and first is not None else "",
            value is not None and value == best,
        )
        for number, (score, value) in enumerate(zip(scores, printed, strict=True))
    ]


def _signed(difference: float) -> str:
    return f"{difference:+.4f}".replace("-", "\N{MINUS SIGN}") if round(difference, 4) else "±0"
