"""Files that people really make, each of one cause, and what must become of them."""

from collections.abc import Mapping

import numpy as np

from challenge.tests.scoring import archives
from challenge.tests.scoring.odd_files import (
    Case,
    below_header,
    canonical,
    evaluator_file,
    listed,
    printed_by_numpy,
    thesis,
)

TAKEN, WARNED, REFUSED = "taken", "taken with a warning", "refused"
Predictions = Mapping[str, np.ndarray]


def changed(predictions: Predictions, name: str, values: np.ndarray) -> str:
    return canonical({**predictions, name: values})


def with_row(predictions: Predictions, name: str, *cells: str) -> str:
    """Return the canonical layout with other cells in the first row of a dataset."""
    lines = canonical(predictions).split("\n")
    place = next(i for i, line in enumerate(lines) if line.startswith(f"{name},0,"))
    rest = lines[place].split(",")[2 + len(cells) :]
    lines[place] = ",".join([name, "0", *cells, *rest])
    return "\n".join(lines)


def of_four(predictions: Predictions, *values: float) -> str:
    """Return a file in which all rows of octmnist are these four values."""
    return changed(predictions, "octmnist", np.tile(values, (len(predictions["octmnist"]), 1)))


def contradicted(predictions: Predictions) -> str:
    lines = ["dataset_name,prediction,probability"]
    for name, values in predictions.items():
        for p in values:
            worst = [1 - int(v > 0.5) for v in p] if name == "chestmnist" else int(np.argmin(p))
            lines.append(f'{name},"{worst}","{listed(p)}"')
    return "\n".join(lines) + "\n"


def softmaxed(predictions: Predictions) -> str:
    chest = predictions["chestmnist"].astype(float)
    return changed(predictions, "chestmnist", chest / chest.sum(axis=1, keepdims=True))


def ended_by_commas(predictions: Predictions) -> str:
    return canonical(predictions, end=",")


#: By name of the file: its writer, and what must become of it when it is checked without labels.
CASES: dict[str, tuple[Case, str]] = {
    "arrays-in-cells.csv": (lambda p: thesis(p, printed_by_numpy), REFUSED),
    "one-hair-above-one.csv": (lambda p: with_row(p, "octmnist", "1.0000000000000002", "0", "0", "0"), TAKEN),
    "one-hair-below-zero.csv": (lambda p: with_row(p, "breastmnist", "-1e-9", "1.0"), TAKEN),
    "two-decimals.csv": (lambda p: canonical(p, lambda n, row: [f"{v:.2f}" for v in row]), REFUSED),
    "sums-of-099.csv": (lambda p: of_four(p, 0.33, 0.33, 0.33, 0), WARNED),
    "sums-of-101.csv": (lambda p: of_four(p, 0.34, 0.34, 0.33, 0), WARNED),
    "classes-swapped.csv": (lambda p: changed(p, "breastmnist", p["breastmnist"][:, ::-1]), TAKEN),
    "prediction-contradicts.csv": (contradicted, WARNED),
    "chest-softmaxed.csv": (softmaxed, WARNED),
    "no-header.csv": (lambda p: below_header(canonical(p)), REFUSED),
    "sep-line-first.csv": (lambda p: "sep=,\n" + canonical(p), TAKEN),
    "comma-at-every-end.csv": (ended_by_commas, REFUSED),
    "carriage-returns-only.csv": (lambda p: canonical(p).replace("\n", "\r"), REFUSED),
    "blank-after-comma.csv": (lambda p: canonical(p).replace(",", ", "), TAKEN),
    "pathmnist_224_test_[AUC]0.912_[ACC]0.834@run1.csv": (lambda p: evaluator_file(p["pathmnist"]), REFUSED),
    "evaluator-12-files.zip": (lambda p: archives.zipped(archives.evaluator_files(p, 224)), TAKEN),
}
