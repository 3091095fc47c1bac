"""Writers of prediction files for tests and benchmarks, independent of the code under test."""

from collections.abc import Mapping

import numpy as np

from challenge.scoring.benchmark import Benchmark


def canonical_text(predictions: Mapping[str, np.ndarray], benchmark: Benchmark) -> str:
    """Return predictions in the canonical layout, with values as in Python's `repr`."""
    width = benchmark.max_classes
    lines = [",".join(["dataset", "index", *(f"p{j}" for j in range(width))])]
    for dataset in benchmark:
        for index, row in enumerate(predictions[dataset.name].tolist()):
            cells = [dataset.name, str(index), *map(repr, row), *[""] * (width - len(row))]
            lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def thesis_text(
    predictions: Mapping[str, np.ndarray],
    benchmark: Benchmark,
    labels: Mapping[str, np.ndarray] | None = None,
) -> str:
    """Return predictions in the thesis layout, with lists as Python prints them, and a `truth` column for `labels`."""
    lines = ["dataset_name,truth,prediction,probability" if labels else "dataset_name,prediction,probability"]
    for dataset in benchmark:
        for index, row in enumerate(predictions[dataset.name].tolist()):
            cells = [dataset.name, str(int(np.argmax(row))), f'"{row}"']
            if labels:
                truth = str(labels[dataset.name][index].tolist())
                cells.insert(1, f'"{truth}"' if "," in truth else truth)
            lines.append(",".join(cells))
    return "\n".join(lines) + "\n"
