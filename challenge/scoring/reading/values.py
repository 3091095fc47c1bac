"""Checks of probabilities: clipped within the tolerance, and problems with their likely cause.

Arrays are (n_test, n_classes); rows with NaN were reported before and are skipped.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..benchmark import Dataset, Task
from .problems import ProblemLog

#: A value outside [0, 1] by at most this is clipped: softmax in single precision gives such values.
VALUE_TOLERANCE = 1e-6
#: Largest allowed distance from 1 of the sum of an image's probabilities (not in multi-label datasets).
SUM_TOLERANCE = 0.01
#: Added to the tolerance of sums, so that rounding cannot push a sum of exactly 0.99 or 1.01 past it.
SUM_SLACK = 1e-9

_PERCENT = 100
#: Multi-label values are taken for percentages if none is negative and the largest is above this: logits are smaller.
_LEAST_PERCENT = 10
#: Numbers of decimals that are too few: sums of so rounded probabilities can miss 1 by more than the tolerance.
_FEW_DECIMALS = {0: "whole numbers", 1: "one decimal", 2: "two decimals"}
#: Largest distance from a number with few decimals, times a power of ten, to a whole number.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Rows:
    """Clipped values of one dataset with their sums, and the rows that break a rule."""

    values: np.ndarray
    sums: np.ndarray
    is_outside: np.ndarray
    is_bad: np.ndarray
    dataset: Dataset

    @property
    def is_multilabel(self) -> bool:
        return self.dataset.task is Task.MULTILABEL


def check_values(
    values: np.ndarray, dataset: Dataset, problems: ProblemLog, lines: np.ndarray | None = None
) -> np.ndarray:
    """Return the values with those that are outside [0, 1] within the tolerance set to 0 or 1; -0.0 stays.

    Rows that are not probabilities are added to `problems`. `lines` (n_test,) are the line numbers of the file.
    """
    rows = _find_bad(values, dataset)
    if rows.is_bad.any():
        kind = _kind_of_all(rows)
        decimals = _decimals(rows)
        for row in np.flatnonzero(rows.is_bad).tolist():
            of_row, message = _problem(rows, row, kind, decimals)
            line = None if lines is None else int(lines[row])
            problems.add(of_row, message, dataset=dataset.name, line=line, index=row)
    return rows.values


def _find_bad(values: np.ndarray, dataset: Dataset) -> _Rows:
    """Clip the values, and find the rows that break a rule."""
    is_outside = np.zeros(len(values), bool)
    if not (values.min() >= 0 and values.max() <= 1):  # nearly all files need no further look
        values = _clip(values)
        is_outside = np.asarray(((values < 0) | (values > 1)).any(axis=1))
    with np.errstate(invalid="ignore"):  # 1e999 and -1e999 in one row
        sums = values.sum(axis=1)
    is_bad = is_outside
    if dataset.task is not Task.MULTILABEL:
        is_bad = is_outside | _misses_one(sums)
    return _Rows(values, sums, is_outside, is_bad, dataset)


def _clip(values: np.ndarray) -> np.ndarray:
    clipped = values.copy(order="K")
    clipped[(values < 0) & (values >= -VALUE_TOLERANCE)] = 0
    clipped[(values > 1) & (values <= 1 + VALUE_TOLERANCE)] = 1
    return clipped


def sums_to_one(values: np.ndarray) -> np.ndarray:
    """Return for each row if its sum is 1 within the tolerance."""
    return ~_misses_one(values.sum(axis=1))


def _misses_one(sums: np.ndarray | float) -> np.ndarray:
    return np.asarray(np.abs(np.asarray(sums) - 1) > SUM_TOLERANCE + SUM_SLACK)


def _kind_of_all(rows: _Rows) -> str | None:
    """Return the kind of problem that most rows of a dataset share; None if most rows are fine."""
    half = len(rows.values) / 2
    if rows.is_multilabel:
        if (
            np.nanmin(rows.values) >= 0
            and _LEAST_PERCENT < np.nanmax(rows.values) <= _PERCENT
            and rows.is_outside.sum() >= half
        ):
            return "percent"
    elif (np.abs(rows.sums - _PERCENT) <= _PERCENT * SUM_TOLERANCE).sum() >= half:
        return "percent"
    if rows.is_outside.sum() >= half:
        return "logits"
    return "not normalized" if rows.is_bad.sum() >= half else None


def _problem(rows: _Rows, row: int, kind_of_all: str | None, decimals: int | None) -> tuple[str, str]:
    """Return the kind and the message of the problem of one row."""
    what, rule = _symptom(rows, row)
    if decimals is not None and _is_rounded(rows, row, decimals):
        return (
            "rounded",
            f"{what}; they were probably rounded to {_FEW_DECIMALS[decimals]}: write at least four decimals",
        )
    if kind_of_all == "percent":
        return "percent", f"{what}; these are probably percentages: divide them by 100"
    if kind_of_all == "logits":
        remedy = "apply a softmax first (to multi-label datasets a sigmoid)"
        return (
            "logits",
            f"{what}; most rows have values below 0 or above 1, so these are probably logits: {remedy}",
        )
    if kind_of_all == "not normalized":
        remedy = "apply a softmax, not a sigmoid, or divide each row by its sum"
        return "not normalized", f"{what}; most rows do not sum to 1: {remedy}"
    activation = "sigmoid" if rows.is_multilabel else "softmax"
    kind = f"outside, {activation}" if rows.is_outside[row] else "sum"
    return kind, f"{what}; {rule} (if these are logits, apply a {activation} first)"


def _symptom(rows: _Rows, row: int) -> tuple[str, str]:
    """Return what breaks a rule in one row, and the rule."""
    if rows.is_outside[row]:
        values = rows.values[row]
        column = int(np.argmax((values < 0) | (values > 1)))
        if rows.dataset.task is Task.BINARY and np.isfinite(values).all() and values[0] == 1 - values[1]:
            column = 1  # p0 may not be in the file: MedMNIST's evaluator may save only the score of class 1
        shown = _shown(
            float(values[column]), lambda value: not -VALUE_TOLERANCE <= value <= 1 + VALUE_TOLERANCE
        )
        return f"the probability of class {column} is {shown}", "expected a value from 0 to 1"
    shown = _shown(float(rows.sums[row]), lambda value: bool(_misses_one(value)))
    return f"the probabilities sum to {shown}", f"expected 1 within {SUM_TOLERANCE}"


def _shown(value: float, is_wrong: Callable[[float], bool]) -> str:
    """Return a wrong number with as many digits as show that it is wrong, at least six."""
    texts = (f"{value:.{digits}g}" for digits in range(6, 18))
    return next((text for text in texts if is_wrong(float(text))), repr(value))


def _decimals(rows: _Rows) -> int | None:
    """Return the number of decimals of the rows that are fine (of all, if none is), if it is two or fewer."""
    if rows.is_multilabel or rows.is_outside.all():
        return None
    is_fine = ~rows.is_bad & ~np.isnan(rows.sums)
    values = rows.values[is_fine if is_fine.any() else ~np.isnan(rows.sums)]
    for decimals in _FEW_DECIMALS:
        if _has_decimals(values, decimals):
            return decimals
    return None


def _is_rounded(rows: _Rows, row: int, decimals: int) -> bool:
    """Return whether rounding to so many decimals explains the sum of a row."""
    largest_error = rows.dataset.n_classes * 0.5 / 10**decimals
    explains = abs(float(rows.sums[row]) - 1) <= largest_error + SUM_SLACK
    return explains and not rows.is_outside[row] and _has_decimals(rows.values[row], decimals)


def _has_decimals(values: np.ndarray, decimals: int) -> bool:
    """Return whether all values have at most so many decimals."""
    scaled = values * 10**decimals
    return bool((np.abs(scaled - np.rint(scaled)) < _ROUNDING).all())
