"""Scores of the experiments' trainings on the test splits: computed, stored, and averaged over datasets and seeds."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

from baselines.mmpt.data import splits
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import predict
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import choose_device
from baselines.mmpt.training.evaluate import metrics
from baselines.mmpt.training.history import HistoryError
from baselines.mmpt.training.inference import predict_datasets
from challenge.formats.atomic import atomic_write
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.metrics.ranked import METRICS, DatasetScores

SCORES_FILE = "test.csv"

#: Scores by dataset and metric, without those that are undefined.
Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Average:
    """A metric's mean over datasets and seeds.

    The deviation is computed as in the published tables: the mean over the datasets of the standard deviation over the
    seeds (ddof 0). It is None if there is only one seed.
    """

    mean: float
    std: float | None
    n_seeds: int


def score(
    config: TrainingConfig, run_folder: Path, folder: Path, benchmark: Benchmark = MEDMNIST_PLUS
) -> dict[str, DatasetScores]:
    """Score the best models of a training on the test splits, by dataset. Raises one of `predict.ERRORS`."""
    device = choose_device(config.device)
    scores = {}
    names = [dataset.name for dataset in config.datasets(benchmark)]
    for part in predict.find_checkpoints(run_folder, benchmark, names):
        predictions = predict_datasets(
            checkpoints.load(part.path), part.datasets, folder, device, config.batch_size
        )
        for dataset, probabilities in predictions:
            path = folder / splits.file_name(dataset.name, config.resolution)
            labels = splits.load_labels(path, dataset, "test", n_images=len(probabilities))
            scores[dataset.name] = metrics(labels, probabilities, dataset)
    return scores


def means(scores: Mapping[str, DatasetScores]) -> Iterator[str]:
    """Yield each metric's mean over the datasets as text."""
    for metric in METRICS:
        yield f"{metric.replace('_', ' ')} {fmean(getattr(each, metric) for each in scores.values()):.4f}"


def write_scores(run_folder: Path, scores: Mapping[str, DatasetScores]) -> None:
    """Write the scores of a training, atomically."""
    with (
        atomic_write(run_folder / SCORES_FILE) as draft,
        draft.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("dataset", *METRICS))
        for name, of_dataset in scores.items():
            values = [getattr(of_dataset, metric) for metric in METRICS]
            writer.writerow((name, *("" if math.isnan(value) else repr(value) for value in values)))


def read_scores(run_folder: Path) -> Scores:
    """Read the scores of a training; empty if it is not finished. Raises `HistoryError` if the file is damaged."""
    path = run_folder / SCORES_FILE
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                line["dataset"]: {metric: float(line[metric]) for metric in METRICS if line[metric]}
                for line in csv.DictReader(file)
            }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryError(
            f"{path} cannot be read: {error!r}. Delete it to score the training again."
        ) from error


def read_averages(run_folders: Iterable[Path]) -> dict[str, Average]:
    """Average the finished trainings of the same kind, one for each seed, by metric.

    Metrics that are missing for a dataset are left out. Raises `HistoryError` if a file is damaged.
    """
    by_seed = [scores for folder in run_folders if (scores := read_scores(folder))]
    averages = {}
    for metric in METRICS if by_seed else ():
        if all(metric in of_dataset for scores in by_seed for of_dataset in scores.values()):
            by_dataset = [[scores[name][metric] for scores in by_seed] for name in by_seed[0]]
            averages[metric] = Average(
                fmean(map(fmean, by_dataset)),
                fmean(map(pstdev, by_dataset)) if len(by_seed) > 1 else None,
                len(by_seed),
            )
    return averages
