"""Submissions from checkpoints: the class probabilities of every test image.

Images are read batch by batch. At any resolution, memory holds only a model, a batch and the probabilities; with k-NN
also the features of the test images.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from baselines.mmpt.data import splits
from baselines.mmpt.model.architectures import ArchitectureError
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import CheckpointError
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.device import DeviceError, choose_device
from baselines.mmpt.training.inference import predict_datasets
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.runs import BEST
from challenge.formats.atomic import atomic_write
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset
from challenge.scoring.reading.predictions import PredictionsError, write_predictions

#: Images per batch. With twice as many, VGG16 takes 0.8 GB more memory and is no faster on a CPU.
BATCH_SIZE = 32


class PredictError(Exception):
    """No submission can be made from the input; the message says why."""


#: Errors that a user can fix; commands show their message.
ERRORS = (
    ArchitectureError, CheckpointError, ConfigError, splits.DataError, DeviceError, PredictError, PredictionsError,
    OSError,
)  # fmt: skip


def predict(
    path: Path,
    folder: Path,
    output: Path,
    *,
    datasets: Sequence[str] = (),
    benchmark: Benchmark = MEDMNIST_PLUS,
    device: str = "auto",
    batch_size: int = BATCH_SIZE,
    write: Write = print,
) -> None:
    """Write the submission file of a checkpoint, or of the folder of a run, for the test images in `folder`.

    With `datasets`, the file has only these, with any number of images; it is then no submission. `output` ends in .csv
    or .csv.gz. Everything is checked before the first image is read. Raises one of `ERRORS`.
    """
    where = choose_device(device)
    if not output.name.endswith((".csv", ".csv.gz")):
        raise PredictError(
            f"The name of the submission file is {output.name}; it must end in .csv or .csv.gz."
        )
    if not output.parent.is_dir():
        raise PredictError(f"There is no folder {output.parent} to write {output.name} to.")
    parts = find_checkpoints(path, benchmark, datasets)
    for part in parts:
        check_data(part, folder, benchmark, any_size=bool(datasets))
    predictions: dict[str, np.ndarray] = {}
    for part in parts:
        for dataset, values in predict_datasets(
            checkpoints.load(part.path), part.datasets, folder, where, batch_size
        ):
            predictions[dataset.name] = values
            write(f"{dataset.name:15} {len(values):7,} test images")
    found = [
        replace(dataset, n_test=len(predictions[dataset.name])) for part in parts for dataset in part.datasets
    ]
    with atomic_write(output) as draft:
        write_predictions(
            draft, predictions, replace(benchmark, datasets=tuple(found)) if datasets else benchmark
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A checkpoint, and the datasets that it predicts."""

    path: Path
    config: TrainingConfig
    datasets: tuple[Dataset, ...]


def find_checkpoints(path: Path, benchmark: Benchmark, datasets: Sequence[str] = ()) -> list[Part]:
    """Find the checkpoints of datasets: a file, the best one of a run, or the best ones of all runs in a folder.

    `datasets` are names of the benchmark or of further datasets; by default, all of the benchmark. Raises
    `PredictError` unless each dataset has exactly one, `CheckpointError` if a checkpoint cannot be read.
    """
    wanted = datasets or [dataset.name for dataset in benchmark]
    parts = []
    for file in _files(path):
        config = checkpoints.load_config(file)
        if its := tuple(each for each in config.datasets(benchmark) if each.name in wanted):
            parts.append(Part(file, config, its))
    found: dict[str, Path] = {}
    for part in parts:
        for dataset in part.datasets:
            if dataset.name in found:
                raise PredictError(
                    f"{found[dataset.name]} and {part.path} are both for {dataset.name}; keep the runs of each "
                    "seed, architecture and resolution in a separate folder."
                )
            found[dataset.name] = part.path
    missing = [name for name in wanted if name not in found]
    if missing and datasets:
        raise PredictError(f"{path} was not trained on: {', '.join(missing)}.")
    if missing:
        raise PredictError(
            f"{path} predicts {len(found)} of {len(benchmark.datasets)} datasets; a submission needs all of them. "
            f"Train the missing datasets ({', '.join(missing)}), or predict only some with --datasets."
        )
    return parts


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [path / BEST] if (path / BEST).exists() else sorted(path.glob(f"*/{BEST}"))
    if not files:
        raise PredictError(f"{path} holds no {BEST}: no run has finished an epoch there.")
    return files


def check_data(part: Part, folder: Path, benchmark: Benchmark, *, any_size: bool = False) -> None:
    """Raise `DataError` or `PredictError` if images are missing or, unless `any_size`, not as many as the site's."""
    resolution = part.config.resolution
    found = splits.benchmark_of(folder, resolution, benchmark)
    for dataset in () if any_size else part.datasets:
        n_found = found[dataset.name].n_test
        if n_found != dataset.n_test:
            raise PredictError(
                f"{folder} is a synthetic collection with {n_found:,} test images of {dataset.name}, but the site "
                f"scores {dataset.n_test:,}. Use a collection with a scale of 1."
            )
    needed: tuple[splits.Split, ...] = ("train", "test") if part.config.predicts_by_votes else ("test",)
    splits.check_folder(folder, part.datasets, resolution, needed)
