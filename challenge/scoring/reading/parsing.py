"""What both parsers of a prediction file give, and the grammar of a cell that both obey."""

import re
from dataclasses import dataclass, field

import numpy as np

from ..benchmark import Benchmark, Dataset, Task

#: ASCII digits only. Blanks around a number do no harm; words such as nan and inf are no probabilities.
_NUMBER = re.compile(r"[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*")
_INDEX = re.compile(r"[ \t]*\+?[0-9]+[ \t]*")
_LABEL = re.compile(r"([0-9]{1,3})(?:\.0*)?")

#: In `Parsed.truth`: the file does not state the label.
NOT_STATED = -1


@dataclass(frozen=True, slots=True)
class Parsed:
    """The content of a file, row by row of the test splits.

    For each dataset: `values` (n_test, n_classes) float64, NaN in rows that are missing or unreadable;
    `lines` (n_test,) the line that each row came from, 0 if it is missing; `truth`, shaped like the
    labels, what a thesis file states to be the label, `NOT_STATED` where it does not.
    """

    values: dict[str, np.ndarray]
    lines: dict[str, np.ndarray]
    truth: dict[str, np.ndarray] = field(default_factory=dict)


def n_labels(dataset: Dataset) -> int:
    """How many labels an image of `dataset` has: one, or one per class if it is multi-label."""
    return dataset.n_classes if dataset.task is Task.MULTILABEL else 1


def nothing_parsed(benchmark: Benchmark) -> Parsed:
    """A `Parsed` in which every row is missing.

    Values lie in memory column by column, as `parse_fast` has them: sums then round alike.
    """
    return Parsed(
        values={d.name: np.full((d.n_test, d.n_classes), np.nan, order="F") for d in benchmark},
        lines={d.name: np.zeros(d.n_test, np.int32) for d in benchmark},
        truth={d.name: np.full((d.n_test, n_labels(d)), NOT_STATED, np.int16) for d in benchmark},
    )


def number(text: str) -> float | None:
    """The number that `text` writes, to the last bit as Python reads it; None if it writes none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def index(text: str) -> int | None:
    """The non-negative integer that `text` writes, None if it writes none."""
    return int(text) if _INDEX.fullmatch(text) else None


def stated_labels(text: str, dataset: Dataset) -> list[int] | None:
    """The labels in a `truth` cell such as `3`, `[3]`, `[0, 1, 0]` or `[0 1 0]`; None if it is unreadable.

    A blank cell states nothing: `NOT_STATED` for each label.
    """
    text = text.strip(" \t")
    if not text:
        return [NOT_STATED] * n_labels(dataset)
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    parts = text.replace(",", " ").split()
    if len(parts) != n_labels(dataset):  # before 500 parts a line are looked at
        return None
    matches = [_LABEL.fullmatch(part) for part in parts]
    labels = [int(match[1]) for match in matches if match]
    return labels if len(labels) == len(parts) else None
