"""The intervals of scores: as bars, in words, and as columns of tables; where there are none, none are shown."""

from collections.abc import Iterable, Sequence
from typing import Any

from challenge.results.score import Score, Series

#: What notes say.
BARS = "Bars of entries are 95 % bootstrap intervals."


def has_interval(score: Score | None) -> bool:
    """Tell whether a score has both ends of an interval."""
    return score is not None and score.low is not None and score.high is not None


def any_interval(scores: Iterable[Score | None]) -> bool:
    """Tell whether one of the scores has an interval."""
    return any(map(has_interval, scores))


def bars(scores: Sequence[Score | None]) -> dict[str, Any] | None:
    """Return the error bars of scores: the interval, else the standard deviation; None if there are none."""
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
    """Return what stands behind the value where a figure is pointed at."""
    if score is None:
        return ""
    if score.low is not None and score.high is not None:
        return f" ({score.low:.4f} to {score.high:.4f})"
    return f" ± {score.std:.4f}" if score.std is not None else ""


def heads(title: str, *, with_interval: bool) -> list[str]:
    """Return the heads of the columns of `cells`."""
    return [title, f"{title}: low", f"{title}: high"] if with_interval else [title]


def cells(score: Score | None, *, with_interval: bool) -> list[float | None]:
    """Return the value, and the ends of its interval."""
    values = (score.value, score.low, score.high) if score else (None, None, None)
    rounded = [None if value is None else round(value, 6) for value in values]
    return rounded if with_interval else rounded[:1]


def heads_of(series: Sequence[Series]) -> list[str]:
    """Return the heads of a table that has a row for each dataset and columns for each series."""
    return [head for one in series for head in heads(one.label, with_interval=_has_intervals(one))]


def cells_of(series: Sequence[Series], dataset: str) -> list[float | None]:
    """Return the cells of such a table for the dataset of that name."""
    return [
        cell for one in series for cell in cells(one.scores.get(dataset), with_interval=_has_intervals(one))
    ]


def _has_intervals(series: Series) -> bool:
    return any_interval(series.scores.values())


def _reach(score: Score | None) -> tuple[float, float]:
    """Return how far a score's bar reaches up and down."""
    if score is None:
        return 0, 0
    if score.low is not None and score.high is not None:
        return round(score.high - score.value, 6), round(score.value - score.low, 6)
    return score.std or 0, score.std or 0
