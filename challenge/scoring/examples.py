"""Example files: a template to fill in, and a valid file of random probabilities."""

from pathlib import Path

import numpy as np

from .benchmark import Benchmark, Task
from .reading.layouts import canonical_columns
from .reading.predictions import write_predictions

#: Enough for an example; all digits of a float32 would double the file size.
_DECIMALS = 4


def write_template(target: Path, benchmark: Benchmark) -> None:
    """Write the canonical layout with every dataset and index, and blank probabilities."""
    blank = "," * benchmark.max_classes
    with target.open("w", newline="\n") as file:
        file.write(",".join(canonical_columns(benchmark)) + "\n")
        for dataset in benchmark:
            file.write("".join(f"{dataset.name},{index}{blank}\n" for index in range(dataset.n_test)))


def write_random_example(target: Path, benchmark: Benchmark) -> None:
    """Write a valid file of random probabilities from a fixed seed, with an AUC of about 0.5."""
    rng = np.random.default_rng(0)
    predictions = {}
    for dataset in benchmark:
        values = rng.random((dataset.n_test, dataset.n_classes))
        if dataset.task is not Task.MULTILABEL:
            values /= values.sum(axis=1, keepdims=True)
        predictions[dataset.name] = values.round(_DECIMALS)
    write_predictions(target, predictions, benchmark)
