"""Labels of rows in figures."""

from collections.abc import Sequence
from typing import Any

from challenge.figures.figure import as_text
from challenge.results.score import Series

LABEL_LENGTH = 38
SHORT_LABEL_LENGTH = 24  # for places where pixels or bytes are scarce


def unique_labels(series: Sequence[Series], length: int = LABEL_LENGTH) -> list[str]:
    """Return short, unique labels for an axis, because entries may share a name."""
    seen: dict[str, int] = {}
    labels = []
    for one in series:
        label = as_text(one.label, length)
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return labels


def value_on(dataset: str, series: Series) -> float | None:
    """Return the score on a dataset, rounded to six digits."""
    score = series.scores.get(dataset)
    return round(score.value, 6) if score else None


def names_axis(labels: list[str]) -> dict[str, Any]:
    """Return an axis of names with the first name at the top."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": labels,
        "range": [len(labels) - 0.5, -0.5],
        "dtick": 1,
    }
