"""Intervals of scores as error bars, as text, and as columns of tables; scores without intervals show none."""

from collections.abc import Iterable, Sequence
from typing import Any

from challenge.results.score import Score, Series

#: Sentence for the notes of figures.
BARS = "Bars of entries are 95 % intervals."


def has_interval(score: Score | None) -> bool:
    """Return True if a score has both ends of an interval."""
    return score is not None and score.low is not None and score.high is not None


def any_interval(scores: Iterable[Score | None]) -> bool:
    """Return True if one of the scores has an interval."""
    return any(map(has_interval, scores))


def bars(scores: Sequence[Score | None]) -> dict[str, Any] | None:
    """Return error bars: intervals, otherwise standard deviations; None if no score has either."""
    ends = [_reach(score) for score in scores]
    if not any(up or down for up, down in ends):
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [up for up, _ in ends],
        "arrayminus": [down for _, down in ends],
        "thickness": 1.2,
        "width": 3,
    }


def in_words(score: Score | None) -> str:
    """Return the text after the value in a hover label."""
    if score is None:
        return ""
    if score.low is not None and score.high is not None:
        return f" ({score.low:.4f} to {score.high:.4f})"
    return f" ± {score.std:.4f}" if score.std is not None else ""


def heads(title: str, *, with_interval: bool) -> list[str]:
    """Return the column headers for `cells`."""
    return [title, f"{title}: low", f"{title}: high"] if with_interval else [title]


def cells(score: Score | None, *, with_interval: bool) -> list[float | None]:
    """Return the value and the ends of its interval."""
    values = (score.value, score.low, score.high) if score else (None, None, None)
    rounded = [None if value is None else round(value, 6) for value in values]
    return rounded if with_interval else rounded[:1]


def heads_of(series: Sequence[Series]) -> list[str]:
    """Return the column headers of a table with a row for each dataset and columns for each series."""
    return [head for one in series for head in heads(one.label, with_interval=_has_intervals(one))]


def cells_of(series: Sequence[Series], dataset: str) -> list[float | None]:
    """Return the cells of that table for one dataset."""
    return [
        cell for one in series for cell in cells(one.scores.get(dataset), with_interval=_has_intervals(one))
    ]


def _has_intervals(series: Series) -> bool:
    return any_interval(series.scores.values())


def _reach(score: Score | None) -> tuple[float, float]:
    """Return the length of a score's error bar, up and down."""
    if score is None:
        return 0, 0
    if score.low is not None and score.high is not None:
        return round(score.high - score.value, 6), round(score.value - score.low, 6)
    return score.std or 0, score.std or 0
