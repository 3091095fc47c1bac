"""Warnings about valid files: signs of mistakes that need no labels. They never stop a file."""

from collections.abc import Mapping

import numpy as np

from ..benchmark import Benchmark, Dataset, Task
from .parsing import NOT_STATED
from .problems import named
from .values import sums_to_one


def warnings_of_values(values: Mapping[str, np.ndarray], benchmark: Benchmark) -> list[str]:
    """Return a sentence for each kind of suspicious values; arrays are (n_test, n_classes)."""
    constant = [d.name for d in benchmark if _is_constant(values[d.name])]
    binary = [d.name for d in benchmark if d.name not in constant and _is_zeros_and_ones(values[d.name])]
    softmaxed = [
        d
        for d in benchmark
        if d.task is Task.MULTILABEL and d.name not in binary and _is_softmaxed(values[d.name])
    ]
    warnings = [
        f"Every row of {dataset.name} sums to 1, as after a softmax; "
        f"its {dataset.n_classes} labels are independent and want a sigmoid."
        for dataset in softmaxed
    ]
    if binary:
        warnings.append(
            f"All values of {named(binary)} are 0 or 1; write probabilities, because the AUC needs their order."
        )
    if constant:
        warnings.append(f"All rows of {named(constant)} are equal; the AUC of equal rows is 0.5.")
    return warnings


def warnings_of_predicted(
    predicted: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray], benchmark: Benchmark
) -> list[str]:
    """Return a warning if stated classes are not those of the highest probabilities.

    `predicted[name]` is (n_test, n labels), with `NOT_STATED` where the file states nothing.
    """
    counts = {
        d.name: _contradictions(predicted[d.name], values[d.name], d)
        for d in benchmark
        if d.name in predicted
    }
    names = [name for name, count in counts.items() if count]
    if not names:
        return []
    n_rows = sum(counts.values())
    rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows"
    return [f"The column prediction is not the class of the highest probability on {rows} of {named(names)}."]


def _contradictions(predicted: np.ndarray, values: np.ndarray, dataset: Dataset) -> int:
    """Return the number of rows whose stated classes contradict the probabilities; ties contradict nothing."""
    is_stated = (predicted != NOT_STATED).all(axis=1)
    if dataset.task is Task.MULTILABEL:
        differs = _contradicts_half(predicted, values).any(axis=1)
    elif dataset.task is Task.BINARY:
        differs = _contradicts_half(predicted[:, 0], values[:, 1])
    else:
        stated = predicted[:, 0]
        is_class = stated < dataset.n_classes
        of_stated = values[np.arange(len(values)), np.where(is_class, stated, 0)]
        differs = ~is_class | (of_stated < values.max(axis=1))
    return int((differs & is_stated).sum())


def _contradicts_half(predicted: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return where a stated label is not the side of 0.5 that its probability is on."""
    return np.where(predicted == 1, p < 0.5, p > 0.5) | (predicted > 1)


def _is_constant(values: np.ndarray) -> bool:
    return bool((values[:_GLANCE] == values[0]).all() and (values == values[0]).all())


def _is_zeros_and_ones(values: np.ndarray) -> bool:
    glance = values[:_GLANCE]
    return bool(((glance == 0) | (glance == 1)).all() and ((values == 0) | (values == 1)).all())


def _is_softmaxed(values: np.ndarray) -> bool:
    return bool(sums_to_one(values[:_GLANCE]).all() and sums_to_one(values).all())


#: Rows that are looked at first: nearly all files show there that nothing is suspicious.
_GLANCE = 16
