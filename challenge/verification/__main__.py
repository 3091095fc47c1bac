"""Scores of a valid submission file as JSON: `python -m challenge.verification FILE LABELS [WITHHELD]`.

LABELS is one npz of label arrays, as the site keeps it. WITHHELD is a JSON list of the withheld datasets of a phase:
the fields of `Dataset`, and the path of the file of labels.
"""

import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task
from challenge.scoring.withheld import LabelFile, read_withheld
from challenge.verification.metrics import medmnist_evaluator, metrics_by_sklearn
from challenge.verification.reading import read_with_pandas


def scores_of(
    path: Path, labels: Mapping[str, np.ndarray], benchmark: Benchmark = MEDMNIST_PLUS
) -> dict[str, Any]:
    """Return the versions of the libraries, and the metrics of each dataset by each library."""
    predictions = read_with_pandas(path, benchmark)
    by_medmnist = medmnist_evaluator()
    scores = {
        "scikit-learn": {
            d.name: metrics_by_sklearn(labels[d.name], predictions[d.name], d.task) for d in benchmark
        }
    }
    if by_medmnist:
        scores["medmnist"] = {d.name: by_medmnist(labels[d.name], predictions[d.name], d) for d in benchmark}
    return {"versions": {library: version(library) for library in scores}, "scores": scores}


def withheld_of(text: str) -> list[LabelFile]:
    """Return the withheld datasets in a JSON list."""
    return [
        LabelFile(Dataset(**{**one, "task": Task(one["task"]), "classes": tuple(one["classes"])}), Path(path))
        for one, path in json.loads(text)
    ]


if __name__ == "__main__":
    file_path, labels_path, *further = sys.argv[1:]
    withheld = withheld_of(further[0]) if further else []
    with np.load(labels_path) as archive:
        file_labels = {**archive, **read_withheld(withheld)}
    whole = MEDMNIST_PLUS.with_withheld(one.dataset for one in withheld)
    json.dump(scores_of(Path(file_path), file_labels, whole), sys.stdout)
