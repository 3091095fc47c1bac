"""Evaluation of model weights with all metrics, averaged over seeds as in the published tables.

The score of a dataset is the mean over the seeds, with the standard deviation over the seeds (ddof 0). The average is
the mean of the dataset means, and its deviation is the mean of the dataset deviations.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import torch

from baselines.mmpt.data import splits
from baselines.mmpt.model.architectures import ArchitectureError
from baselines.mmpt.studies.description import differences
from baselines.mmpt.studies.published_weights import Weights, WeightsError, find_weights
from baselines.mmpt.training import predict
from baselines.mmpt.training.checkpoint import CheckpointError
from baselines.mmpt.training.config import ConfigError
from baselines.mmpt.training.device import DeviceError, choose_device
from baselines.mmpt.training.evaluate import metrics
from baselines.mmpt.training.inference import predict_datasets
from baselines.mmpt.training.log import Write
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.metrics.ranked import METRICS, DatasetScores

AVERAGE = "average"


class ReevaluationError(ValueError):
    """Weights cannot be evaluated together; the message says why."""


#: Errors that a user can fix; commands show their message.
ERRORS = (
    ArchitectureError, CheckpointError, ConfigError, splits.DataError, DeviceError, predict.PredictError,
    ReevaluationError, WeightsError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Method:
    """A method, trained once with each seed; `weighted_loss` is None for single-dataset schemes."""

    scheme: str
    architecture: str
    resolution: int
    weighted_loss: bool | None = None


#: The scores of a method, by dataset and seed.
Scores = Mapping[str, Mapping[int, DatasetScores]]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of results with the columns of `reported/thesis2024.csv`: scores in [0, 1], kappa in [-1, 1].

    The standard deviation is None if there is only one seed. Single-dataset schemes have no weighted loss.
    """

    scheme: str
    architecture: str
    weighted_loss: bool | None
    resolution: int
    dataset: str
    metric: str
    mean: float
    std: float | None


def reevaluate(
    folder: Path,
    data_folder: Path,
    *,
    split: splits.Split = "test",
    benchmark: Benchmark = MEDMNIST_PLUS,
    device: str = "auto",
    batch_size: int = 64,
    write: Write = print,
) -> dict[Method, Scores]:
    """Evaluate all weights in a folder on a split of their datasets.

    Everything except the weights themselves is checked before the first image is read. Raises one of `ERRORS`.
    """
    where = choose_device(device)
    found = find_weights(folder, benchmark)
    _check_together(found)
    for resolution in {weights.config.resolution for weights in found}:
        of_resolution = [weights for weights in found if weights.config.resolution == resolution]
        needed: list[splits.Split] = [split]
        if any(weights.config.predicts_by_votes for weights in of_resolution):
            needed.append("train")
        datasets = {weights.dataset.name: weights.dataset for weights in of_resolution}
        splits.check_folder(data_folder, list(datasets.values()), resolution, needed)
    results: dict[Method, dict[str, dict[int, DatasetScores]]] = {}
    for number, weights in enumerate(found, start=1):
        scores = evaluate_weights(weights, data_folder, split, where, batch_size)
        of_dataset = results.setdefault(_method(weights), {}).setdefault(weights.dataset.name, {})
        of_dataset[weights.config.seed] = scores
        write(
            f"{number} of {len(found)}: {weights.path.relative_to(folder)}, {weights.dataset.name}, "
            f"AUC {scores.auc:.4f}"
        )
    return dict(sorted(results.items()))


def _method(weights: Weights) -> Method:
    config = weights.config
    weighted = config.weighted_loss if config.is_multi_domain else None
    return Method(config.scheme, config.architecture, config.resolution, weighted)


def _check_together(found: Sequence[Weights]) -> None:
    """Refuse two models of the same seed, and models of one method with different training settings."""
    first: dict[Method, Weights] = {}
    seen: dict[tuple[Method, str, int], Path] = {}
    for weights in found:
        method = _method(weights)
        one = first.setdefault(method, weights)
        if differing := differences(
            one.config, weights.config, apart_from=("dataset", "seed", "weights", "device")
        ):
            raise ReevaluationError(
                f"{one.path} and {weights.path} were trained differently: {', '.join(differing)}. "
                "Put them in separate folders and evaluate each folder."
            )
        key = method, weights.dataset.name, weights.config.seed
        if key in seen:
            raise ReevaluationError(
                f"{seen[key]} and {weights.path} have the same dataset, method and seed; keep one of them."
            )
        seen[key] = weights.path


def evaluate_weights(
    weights: Weights, folder: Path, split: splits.Split, device: torch.device, batch_size: int
) -> DatasetScores:
    """Evaluate one model. Raises one of `ERRORS`."""
    config, dataset = weights.config, weights.dataset
    ((_, probabilities),) = predict_datasets(
        weights.checkpoint(), [dataset], folder, device, batch_size, split
    )
    path = folder / splits.file_name(dataset.name, config.resolution)
    labels = splits.load_labels(path, dataset, split, n_images=len(probabilities))  # checked with the folder
    scores = metrics(labels, probabilities, dataset)
    if math.isnan(scores.auc):
        raise ReevaluationError(
            f"{weights.path} cannot be scored: it predicts values that are not finite, or a class is missing from "
            f"the {split} split of {dataset.name}."
        )
    return scores


def missing_weights(scores: Scores, benchmark: Benchmark) -> str:
    """List the datasets and seeds that are missing for an average of a method; empty if none is missing."""
    seeds = {seed for of_dataset in scores.values() for seed in of_dataset}
    missing = [
        f"{dataset.name} (seed {', '.join(map(str, without))})"
        for dataset in benchmark
        if (without := sorted(seeds - set(scores.get(dataset.name, {}))))
    ]
    return ", ".join(missing)


def result_rows(method: Method, scores: Scores, benchmark: Benchmark = MEDMNIST_PLUS) -> Iterator[ResultRow]:
    """Yield a method's scores by every metric: the average, if all datasets are there, and each dataset.

    Further datasets follow those of the benchmark, and do not count for the average.
    """
    official = [dataset.name for dataset in benchmark if dataset.name in scores]
    further = [name for name in scores if name not in official]
    for metric in METRICS:
        by_dataset = {
            name: _over_seeds([getattr(s, metric) for s in scores[name].values()])
            for name in (*official, *further)
        }
        if not missing_weights(scores, benchmark):
            average = _over_datasets([by_dataset[name] for name in official])
            by_dataset = {AVERAGE: average} | by_dataset
        for name, (mean, std) in by_dataset.items():
            yield ResultRow(
                method.scheme,
                method.architecture,
                method.weighted_loss,
                method.resolution,
                name,
                metric,
                mean,
                std,
            )


def _over_seeds(values: Sequence[float]) -> tuple[float, float | None]:
    return float(np.mean(values)), float(np.std(values)) if len(values) > 1 else None


def _over_datasets(values: Iterable[tuple[float, float | None]]) -> tuple[float, float | None]:
    means, deviations = zip(*values, strict=True)
    return float(np.mean(means)), None if None in deviations else float(np.mean(deviations))


def write_csv(path: Path, rows: Iterable[ResultRow]) -> None:
    """Write results in the layout of the files in `reported/`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(ResultRow))
        writer.writerows(
            (*astuple(row)[:-2], f"{row.mean:.6f}", "" if row.std is None else f"{row.std:.6f}")
            for row in rows
        )


def table(rows: Sequence[ResultRow]) -> Iterator[str]:
    """Format a method's results as lines of text: a line per dataset, a column per metric."""
    yield f"{'dataset':16}" + "".join(f"{metric.replace('_', ' '):>19}" for metric in METRICS)
    cells = {(row.dataset, row.metric): row for row in rows}
    for name in dict.fromkeys(row.dataset for row in rows):
        yield f"{name:16}" + "".join(f"{_cell(cells[name, metric]):>19}" for metric in METRICS)


def _cell(row: ResultRow) -> str:
    return f"{row.mean:.4f}" + ("" if row.std is None else f" +- {row.std:.4f}")
