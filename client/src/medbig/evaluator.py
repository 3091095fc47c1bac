"""Evaluation of predictions on one's own computer, as the site does it."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medbig.errors import InvalidFileError, MedbigError, needs_score
from medbig.labels import read_labels
from medbig.packing import pack
from medbig.result import Result

if TYPE_CHECKING:
    from medbig.scoring.benchmark import Benchmark, Dataset

try:
    from medbig.scoring.benchmark import MEDMNIST_PLUS, Task
except ImportError as error:  # pragma: no cover - a broken installation
    raise ImportError(
        "The scorer is missing: install medbig with pip, from a checkout of the benchmark."
    ) from error


class Evaluator:
    """Scores predictions for the datasets at one size, against the official labels in a folder.

    Args:
        size: resolution of the images: 28, 64, 128 or 224.
        root: folder with MedMNIST's npz files, by default that of the package medmnist.
        split: `test`, or `val` while a method is being developed.

    """

    def __init__(
        self, size: int = 224, root: str | os.PathLike[str] = "~/.medmnist", split: str = "test"
    ) -> None:
        if size not in MEDMNIST_PLUS.resolutions:
            raise MedbigError(
                f"size is {size}; it must be one of {', '.join(map(str, MEDMNIST_PLUS.resolutions))}."
            )
        if split not in ("test", "val"):
            raise MedbigError(f"split is {split}; it must be test or val.")
        self.size, self.root, self.split = size, Path(root).expanduser(), split
        self._predictions: dict[str, np.ndarray] = {}

    def add(self, name: str, y_score: np.ndarray) -> "Evaluator":
        """Add the predictions of one dataset, in the order of the split.

        Args:
            name: name of the dataset, such as `pathmnist`.
            y_score: probabilities (n, n_classes). Of a binary dataset, also (n,) or (n, 1): those of class 1.

        Raises:
            MedbigError: there is no such dataset, or the array has another shape.

        """
        dataset = _dataset(name)
        self._predictions[name] = _as_probabilities(np.asarray(y_score), dataset)
        return self

    def evaluate(
        self, predictions: Mapping[str, np.ndarray] | None = None, *, intervals: bool = True
    ) -> Result:
        """Score the predictions that were added and those that are given; some datasets may be missing.

        Args:
            predictions: arrays by dataset, as for `add`.
            intervals: false to leave the intervals out, which need some seconds the first time.

        Raises:
            InvalidFileError: the values are no probabilities; in the words of the site.
            MedbigError: labels are missing, or arrays do not fit them.

        """
        for name, y_score in (predictions or {}).items():
            self.add(name, y_score)
        if not self._predictions:
            raise MedbigError("There are no predictions yet. Pass a dictionary from dataset name to array.")
        benchmark = self._benchmark()
        labels = {dataset.name: self.labels_of(dataset) for dataset in benchmark}
        values = _checked(self._predictions, benchmark)
        result = score_values(values, labels, benchmark, self.size, intervals=intervals)
        return replace(result, split=self.split)

    def read_evaluator_files(self, folder: str | os.PathLike[str], run: str | None = None) -> "Evaluator":
        """Add the twelve files that the evaluator of the package medmnist wrote into a folder, one for each dataset.

        Args:
            folder: folder with the files, also in folders below it.
            run: the run behind the `@` in their names, such as a seed; needed if there are files of several.

        Raises:
            InvalidFileError: files are missing, there are several of a dataset, or one is damaged.

        """
        if self.split != "test":
            raise MedbigError("Files of MedMNIST's evaluator are read for the test split only.")
        self._predictions |= _values_of_files(Path(folder), self.size, run)
        return self

    def _benchmark(self) -> "Benchmark":
        from medbig.scoring.benchmark import Benchmark

        chosen = [dataset for dataset in MEDMNIST_PLUS if dataset.name in self._predictions]
        if self.split == "val":  # of another length
            chosen = [replace(dataset, n_test=len(self.labels_of(dataset))) for dataset in chosen]
        return Benchmark(MEDMNIST_PLUS.name, tuple(chosen), MEDMNIST_PLUS.resolutions)

    def labels_of(self, dataset: "Dataset") -> np.ndarray:
        """Return the labels of a dataset, (n,), or (n, n_labels) if it is multi-label."""
        found = read_labels(self.root, dataset.name, self.size, self.split)
        if self.split == "test" and len(found) != dataset.n_test:
            raise MedbigError(
                f"{self.root} has {len(found):,} test labels of {dataset.name}; "
                f"the official file has {dataset.n_test:,}."
            )
        return found.astype(np.int64) if dataset.task is Task.MULTILABEL else found[:, 0].astype(np.int64)


def score_values(
    values: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    benchmark: "Benchmark",
    size: int,
    *,
    intervals: bool,
    warnings: Sequence[str] = (),
) -> Result:
    """Score checked probabilities with the site's code; arrays by dataset."""
    try:
        from medbig.scoring.metrics.evaluator import evaluate
        from medbig.scoring.metrics.warnings import warnings_of_scores
        from medbig.scoring.reading.warnings import warnings_of_values
        from medbig.scoring.statistics.estimates import estimate
    except ImportError as error:
        raise needs_score(error) from error
    scores = evaluate(values, labels, benchmark)
    found = (
        *warnings,
        *warnings_of_values(values, benchmark),
        *warnings_of_scores(scores, labels, benchmark),
    )
    estimates = estimate(values, labels, benchmark) if intervals else None
    return Result(
        size=size,
        values=dict(values),
        scores=scores,
        estimates=estimates,
        warnings=list(dict.fromkeys(found)),
    )


def _values_of_files(folder: Path, size: int, run: str | None) -> dict[str, np.ndarray]:
    try:
        from medbig.scoring.reading.predictions import PredictionsError, read_predictions
    except ImportError as error:
        raise needs_score(error) from error
    with tempfile.TemporaryDirectory() as temporary:
        packed = pack(folder, Path(temporary) / "predictions.zip", run)
        try:
            return read_predictions(packed, MEDMNIST_PLUS, resolution=size).values
        except PredictionsError as error:
            raise InvalidFileError([str(problem) for problem in error.problems]) from error


def _dataset(name: str) -> "Dataset":
    try:
        return MEDMNIST_PLUS[name]
    except KeyError:
        known = ", ".join(dataset.name for dataset in MEDMNIST_PLUS)
        raise MedbigError(f"There is no dataset {name}. The datasets are {known}.") from None


def _as_probabilities(y_score: np.ndarray, dataset: "Dataset") -> np.ndarray:
    """Return (n, n_classes)."""
    y_score = y_score.astype(np.float64)
    if dataset.task is Task.BINARY and y_score.size == len(y_score):
        positive = y_score.reshape(-1)
        y_score = np.column_stack([1 - positive, positive])
    if y_score.ndim != 2 or y_score.shape[1] != dataset.n_classes:
        raise MedbigError(
            f"{dataset.name}: the array has the shape {y_score.shape}; expected (n, {dataset.n_classes})."
        )
    return y_score


def _checked(predictions: Mapping[str, np.ndarray], benchmark: "Benchmark") -> dict[str, np.ndarray]:
    """Return the probabilities as the site reads them, or raise its problems."""
    try:
        from medbig.scoring.reading.problems import PredictionsError, ProblemLog
        from medbig.scoring.reading.values import check_values
    except ImportError as error:
        raise needs_score(error) from error
    problems = ProblemLog()
    found = {}
    for dataset in benchmark:
        values = predictions[dataset.name]
        if len(values) != dataset.n_test:
            raise MedbigError(
                f"{dataset.name}: the array has {len(values):,} rows; the split has {dataset.n_test:,}."
            )
        if not np.isfinite(values).all():
            problems.add("not finite", "some values are not finite", dataset=dataset.name)
        found[dataset.name] = check_values(values, dataset, problems)
    try:
        problems.raise_if_any()
    except PredictionsError as error:
        raise InvalidFileError([str(problem) for problem in error.problems]) from error
    return found
