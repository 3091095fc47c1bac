"""Experiment 5: fine-tuning on each dataset in turn, from a backbone that was trained on all others.

For each dataset, mm-PT pre-trains a backbone on the other datasets. End-to-end training on the left-out dataset then
starts from this backbone, from the published weights (ImageNet for a ResNet-18) and from scratch, with some numbers of
training images of each class. Trainings that were stopped continue, and finished ones are skipped.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from baselines.mmpt.data import splits
from baselines.mmpt.studies.experiment_scores import SCORES_FILE, score, write_scores
from baselines.mmpt.studies.experiments import check_configs, folder_name, weights_by_architecture
from baselines.mmpt.training import train
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.history import read_rows
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.protocols import PRESCRIBED, follow
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

TITLE = "Pre-training on the other datasets, for a dataset that was left out"
#: Starts of a fine-tuning by name.
STARTS = {
    "scratch": "from scratch",
    "published": "from published weights",
    "mm-pt": "from mm-PT on the other datasets",
}

#: Number of training images of each class; None for all images.
Shots = int | None


@dataclass(frozen=True)
class LeaveOneOut:
    """The study: configurations that all pre-trainings and all fine-tunings share, and what they vary.

    Attributes:
        pretraining: settings of mm-PT; its initial weights are also those of "published".
        fine_tuning: settings of end-to-end training.
        architectures, resolutions, shots, seeds: varied settings.
        data: folder of the MedMNIST files.
        output: folder of the trainings and tables.
        chosen: settings that the protocol does not replace.

    """

    pretraining: TrainingConfig
    fine_tuning: TrainingConfig
    architectures: Sequence[str]
    resolutions: Sequence[int]
    shots: Sequence[Shots]
    seeds: Sequence[int]
    data: Path
    output: Path
    chosen: Collection[str] = PRESCRIBED

    @property
    def starts(self) -> tuple[str, ...]:
        """Names of the starts to compare; without published weights there is nothing to start from."""
        has_published = self.pretraining.pretrained or self.pretraining.weights is not None
        return tuple(start for start in STARTS if start != "published" or has_published)


@dataclass(frozen=True, slots=True)
class FineTuning:
    """One fine-tuning, and the pre-training that it starts from, if there is one."""

    dataset: str
    start: str
    config: TrainingConfig
    folder: Path
    source: TrainingConfig | None = None

    @property
    def is_done(self) -> bool:
        """True if the fine-tuning is finished and scored."""
        return (self.folder / SCORES_FILE).exists()

    def progress(self) -> str:
        """Return a text about the progress. Raises `HistoryError` if the files are damaged."""
        if self.is_done:
            return "done"
        rows = read_rows(self.folder)
        return f"begun, epoch {rows[-1].epoch} is done" if rows else "to do"


def plan(study: LeaveOneOut, benchmark: Benchmark = MEDMNIST_PLUS) -> list[FineTuning]:
    """Plan the fine-tunings; those of one seed and dataset follow each other.

    Raises `DataError` if the marker of the data is damaged, `ConfigError` if weights of an architecture are missing.
    """
    marker = splits.read_marker(study.data)
    weights = weights_by_architecture(study.pretraining.weights, study.architectures)
    planned = []
    for architecture, resolution, seed, dataset in product(
        study.architectures, study.resolutions, study.seeds, benchmark
    ):
        varied = replace(
            study.pretraining, architecture=architecture, resolution=resolution, seed=seed,
            weights=weights[architecture],
        )  # fmt: skip
        source = follow(replace(varied, scheme="mm-pt", without=(dataset.name,)), study.chosen)
        place = study.output / "runs"
        synthetic = marker.get(str(resolution))
        for shots, start in product(study.shots, study.starts):
            config = fine_tuning(
                study, source, start, dataset=dataset.name, shots=shots,
                source_folder=place / folder_name(source, synthetic),
            )  # fmt: skip
            planned.append(
                FineTuning(
                    dataset.name,
                    start,
                    config,
                    place / folder_name(config, synthetic),
                    source if start == "mm-pt" else None,
                )
            )
    return planned


def fine_tuning(
    study: LeaveOneOut, source: TrainingConfig, start: str, *, dataset: str, shots: Shots, source_folder: Path
) -> TrainingConfig:
    """Return the configuration of a fine-tuning; `source` is that of the pre-training without its dataset."""
    config = replace(
        study.fine_tuning,
        scheme="end-to-end",
        architecture=source.architecture,
        resolution=source.resolution,
        seed=source.seed,
        dataset=dataset,
        shots=shots,
        training_share=1.0 if shots else study.fine_tuning.training_share,
        pretrained=start == "published",
        weights=source.weights if start == "published" else None,
        from_run=source_folder if start == "mm-pt" else None,
    )
    return replace(follow(config, study.chosen), select_by="batches")  # there is one dataset


def check(planned: Sequence[FineTuning], folder: Path, benchmark: Benchmark = MEDMNIST_PLUS) -> None:
    """Raise an error if a remaining training is not possible, rather than stop after days of training."""
    check_configs(list(_configs(one for one in planned if not one.is_done)), folder, benchmark)


def _configs(planned: Iterator[FineTuning]) -> Iterator[TrainingConfig]:
    for one in planned:
        yield one.config
        if one.source is not None:
            yield one.source


def carry_out(
    planned: Sequence[FineTuning],
    folder: Path,
    *,
    benchmark: Benchmark = MEDMNIST_PLUS,
    after_each: Callable[[], object] = lambda: None,
    write: Write = print,
) -> None:
    """Do and score the remaining fine-tunings, each after its pre-training; call `after_each` after each of them."""
    remaining = [one for one in planned if not one.is_done]
    for number, one in enumerate(remaining, start=1):
        write(f"Fine-tuning {number} of {len(remaining)}: {describe(one)}")
        if one.source is not None and one.config.from_run is not None:
            write(f"Pre-training without {one.dataset}")
            train.train(
                one.source, folder, one.config.from_run, benchmark=benchmark, resume=True, write=write
            )
        train.train(one.config, folder, one.folder, benchmark=benchmark, resume=True, write=write)
        scores = score(one.config, one.folder, folder, benchmark)
        write_scores(one.folder, scores)
        write(f"Test split of {one.dataset}: AUC {scores[one.dataset].auc:.4f}")
        after_each()


def describe(one: FineTuning) -> str:
    """Return a line about a fine-tuning."""
    config = one.config
    return (
        f"{one.dataset}, {config.architecture}, {config.resolution} px, {shots_title(config.shots)}, "
        f"{STARTS[one.start]}, seed {config.seed}"
    )


def shots_title(shots: Shots) -> str:
    """Return a number of shots in words."""
    return "all images" if shots is None else f"{shots} shot{'' if shots == 1 else 's'}"
