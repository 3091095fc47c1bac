"""Result type of both parsers of a prediction file, and the cell grammar that they share."""

import re
from dataclasses import dataclass, field

import numpy as np

from ..benchmark import Benchmark, Dataset, Task

#: ASCII digits only. Blanks around a number are allowed; words such as nan and inf are not.
_NUMBER = re.compile(r"[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*")
_INDEX = re.compile(r"[ \t]*\+?[0-9]+[ \t]*")
_LABEL = re.compile(r"([0-9]{1,3})(?:\.0*)?")

#: In `Parsed.truth`: the file states no label for this row.
NOT_STATED = -1


@dataclass(frozen=True, slots=True)
class Parsed:
    """Content of a file, in the row order of the test splits.

    For each dataset:

    - `values` (n_test, n_classes) float64; NaN in rows that are missing or unreadable.
    - `lines` (n_test,): line number of each row; 0 if it is missing.
    - `truth`, shaped like the labels: labels stated by a thesis file, or `NOT_STATED`.
    - `predicted`, in the same shape: classes in its column `prediction`, or `NOT_STATED`.
    """

    values: dict[str, np.ndarray]
    lines: dict[str, np.ndarray]
    truth: dict[str, np.ndarray] = field(default_factory=dict)
    predicted: dict[str, np.ndarray] = field(default_factory=dict)


def n_labels(dataset: Dataset) -> int:
    """Return the number of labels per image: one, or one per class if the dataset is multi-label."""
    return dataset.n_classes if dataset.task is Task.MULTILABEL else 1


def nothing_parsed(benchmark: Benchmark) -> Parsed:
    """Return a `Parsed` in which every row is missing.

    Values are stored column by column, as in `parse_fast`, so that sums round in the same way.
    """
    return Parsed(
        values={d.name: np.full((d.n_test, d.n_classes), np.nan, order="F") for d in benchmark},
        lines={d.name: np.zeros(d.n_test, np.int32) for d in benchmark},
        truth=_nothing_stated(benchmark),
        predicted=_nothing_stated(benchmark),
    )


def _nothing_stated(benchmark: Benchmark) -> dict[str, np.ndarray]:
    return {d.name: np.full((d.n_test, n_labels(d)), NOT_STATED, np.int16) for d in benchmark}


def number(text: str) -> float | None:
    """Return the number in `text`, bit for bit as Python reads it; None if it is not a number."""
    return float(text) if _NUMBER.fullmatch(text) else None


def index(text: str) -> int | None:
    """Return the non-negative integer in `text`; None if it is not such an integer."""
    return int(text) if _INDEX.fullmatch(text) else None


def stated_labels(text: str, dataset: Dataset) -> list[int] | None:
    """Return the labels in a cell such as `3`, `[3]`, `[0, 1, 0]` or `[0 1 0]`; None if it is unreadable.

    A blank cell gives `NOT_STATED` for each label.
    """
    text = text.strip(" \t")
    if not text:
        return [NOT_STATED] * n_labels(dataset)
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    parts = text.replace(",", " ").split()
    if len(parts) != n_labels(dataset):  # checked first: a line may have 500 parts
        return None
    matches = [_LABEL.fullmatch(part) for part in parts]
    labels = [int(match[1]) for match in matches if match]
    return labels if len(labels) == len(parts) else None
