"""The four experiments of Bachmeier (2024), and a fifth: their trainings, the progress, and the remaining work.

A training that several experiments need is done once: the name of its folder identifies its configuration and data.
Finished trainings are skipped, and unfinished trainings continue after their last epoch. A training is finished when
its test splits are scored.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product
from pathlib import Path

from baselines.mmpt.data import splits
from baselines.mmpt.model.architectures import ARCHITECTURES, create_backbone
from baselines.mmpt.studies.experiment_scores import SCORES_FILE, means, score, write_scores
from baselines.mmpt.training import predict, train
from baselines.mmpt.training.config import PLACES, ConfigError, TrainingConfig
from baselines.mmpt.training.device import choose_device
from baselines.mmpt.training.history import HistoryError, read_rows, run_folders, title
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.protocols import PRESCRIBED, follow
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

#: The experiments by their numbers.
EXPERIMENTS = {
    1: "CNNs against ViTs",
    2: "Effects of the resolution",
    3: "Effects of weighting the loss",
    4: "Training on each dataset alone against mm-PT",
}
#: Suffixes of files with weights.
WEIGHTS_SUFFIXES = (".safetensors", ".pth")

#: Errors that a user can fix; commands show their message.
ERRORS = (*train.ERRORS, *predict.ERRORS, HistoryError)


@dataclass(frozen=True, slots=True, order=True)
class Training:
    """Settings that an experiment compares; all other settings are the same."""

    scheme: str
    architecture: str
    weighted_loss: bool
    resolution: int


def trainings(experiment: int, architectures: Sequence[str], resolutions: Sequence[int]) -> list[Training]:
    """List the trainings of an experiment."""
    ways = {
        1: [("mm-pt", False)],
        2: [("mm-pt", False), ("mm-pt", True)],
        3: [("mm-pt", False), ("mm-pt", True)],
        4: [("end-to-end", False), ("mm-pt", False)],
    }[experiment]
    return [
        Training(scheme, architecture, weighted, resolution)
        for architecture in architectures
        for scheme, weighted in ways
        for resolution in resolutions
    ]


def comparisons(
    experiment: int, architectures: Sequence[str], resolutions: Sequence[int]
) -> Iterator[tuple[Training, Training]]:
    """Yield the pairs that an experiment compares; a table shows the second minus the first."""
    listed = trainings(experiment, architectures, resolutions)
    match experiment:
        case 1:
            for one, other in combinations(architectures, 2):
                for resolution in resolutions:
                    first = Training("mm-pt", one, False, resolution)
                    yield first, replace(first, architecture=other)
        case 2:
            for low, high in pairwise(listed):
                if replace(low, resolution=high.resolution) == high:
                    yield low, high
        case 3:
            yield from ((one, replace(one, weighted_loss=True)) for one in listed if not one.weighted_loss)
        case 4:
            for architecture, resolution in product(architectures, resolutions):
                alone = Training("end-to-end", architecture, False, resolution)
                yield alone, replace(alone, scheme="mm-pt")


@dataclass(frozen=True)
class Study:
    """Experiments to do, with their architectures and resolutions, on the files in `data`.

    `common` has the settings of all trainings. If its `weights` is a folder, the folder has a file for each
    architecture. Settings that are not `chosen` follow the protocol, which may distinguish trainings. Each training is
    done with each of the seeds.
    """

    experiments: Sequence[int]
    common: TrainingConfig
    architectures: Sequence[str]
    resolutions: Sequence[int]
    data: Path
    output: Path
    seeds: Sequence[int] = (TrainingConfig.seed,)
    chosen: Collection[str] = PRESCRIBED


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A training with its configuration and folder, and the experiments that need it."""

    training: Training
    config: TrainingConfig
    folder: Path
    experiments: tuple[int, ...]

    @property
    def is_done(self) -> bool:
        """True if the training is finished and scored."""
        return (self.folder / SCORES_FILE).exists()

    def progress(self, benchmark: Benchmark = MEDMNIST_PLUS) -> str:
        """Return a text about the progress. Raises `HistoryError` if the files are damaged."""
        if self.is_done:
            return "done"
        begun = [rows for folder in run_folders(self.folder) if (rows := read_rows(folder))]
        if not begun:
            return "to do"
        if self.config.is_multi_domain:
            return f"begun, epoch {begun[0][-1].epoch} is done"
        return f"begun, {len(begun)} of {len(benchmark.datasets)} datasets"


def plan(study: Study) -> list[PlannedRun]:
    """Plan the trainings that the experiments need, each once with each seed.

    Raises `DataError` if the marker of the data is damaged, `ConfigError` if weights of an architecture are missing.
    """
    marker = splits.read_marker(study.data)
    weights = weights_by_architecture(study.common.weights, study.architectures)
    needed: dict[Training, list[int]] = {}
    for experiment in study.experiments:
        for training in trainings(experiment, study.architectures, study.resolutions):
            needed.setdefault(training, []).append(experiment)
    return [
        PlannedRun(training, config, study.output / "runs" / name, tuple(by))
        for training, by in needed.items()
        for seed in study.seeds
        for config in [_config_of(training, seed, study, weights[training.architecture])]
        for name in [folder_name(config, marker.get(str(config.resolution)))]
    ]


def weights_by_architecture(path: Path | None, architectures: Sequence[str]) -> dict[str, Path | None]:
    """Find the initial weights of each architecture: `path`, or ARCHITECTURE.safetensors or .pth in that folder.

    Raises `ConfigError` that names each architecture whose file is missing.
    """
    if path is None:
        return dict.fromkeys(architectures)
    if not path.is_dir():
        if len(architectures) > 1:
            raise ConfigError(
                f"{path} is not a folder: for several architectures, give a folder with a file for each, "
                f"named {architectures[0]}.safetensors or {architectures[0]}.pth and so on"
            )
        return {architectures[0]: path}
    found: dict[str, Path | None] = {}
    problems = []
    for name in architectures:
        there = [
            path / f"{name}{suffix}" for suffix in WEIGHTS_SUFFIXES if (path / f"{name}{suffix}").exists()
        ]
        if len(there) == 1:
            found[name] = there[0]
        elif there:
            problems.append(f"{path} holds {there[0].name} and {there[1].name}: keep only one of them")
        else:
            problems.append(
                f"{path} holds no weights of {name}: {' or '.join(name + s for s in WEIGHTS_SUFFIXES)}"
            )
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _config_of(training: Training, seed: int, study: Study, weights: Path | None) -> TrainingConfig:
    config = replace(
        study.common,
        scheme=training.scheme,
        architecture=training.architecture,
        weighted_loss=training.weighted_loss,
        resolution=training.resolution,
        seed=seed,
        weights=weights,
    )
    config = follow(config, study.chosen)
    # only mm-PT has several datasets to take a mean over
    return config if config.is_multi_domain else replace(config, select_by="batches")


def folder_name(config: TrainingConfig, synthetic: object = None) -> str:
    """Return the folder name of a configuration and, if the data are synthetic, of their marker."""
    default = TrainingConfig(config.scheme, config.architecture, config.resolution).to_dict()
    named = {
        name: value
        for name, value in config.to_dict().items()
        if name not in PLACES and value != default[name]
    }
    if config.from_run is not None:
        named["from_run"] = config.from_run.name  # the experiments may move to another folder
    digest = hashlib.sha256(json.dumps([named, synthetic], sort_keys=True).encode()).hexdigest()[:8]
    marks = [*(["weighted"] if config.weighted_loss else []), *(["synthetic"] if synthetic else [])]
    if config.dataset or config.without:
        marks.insert(0, config.dataset or f"without-{'-'.join(config.without)}")
    return "_".join((config.scheme, config.architecture, str(config.resolution), *marks, digest))


def check(planned: Sequence[PlannedRun], folder: Path, benchmark: Benchmark = MEDMNIST_PLUS) -> None:
    """Raise one of `ERRORS` if a remaining training is not possible, rather than stop after days of training."""
    check_configs([run.config for run in planned if not run.is_done], folder, benchmark)


def check_configs(remaining: Sequence[TrainingConfig], folder: Path, benchmark: Benchmark) -> None:
    """Raise one of `ERRORS` if one of the trainings is not possible."""
    for config in remaining:
        config.validate(benchmark)
        choose_device(config.device)
    for name, weights in {(config.architecture, config.weights) for config in remaining}:
        if weights is not None or name not in ARCHITECTURES:
            create_backbone(name, pretrained=False, weights=weights, input_size=remaining[0].input_size)
    for resolution in sorted({config.resolution for config in remaining}):
        splits.check_folder(folder, tuple(benchmark), resolution)


def carry_out(
    planned: Sequence[PlannedRun],
    folder: Path,
    *,
    benchmark: Benchmark = MEDMNIST_PLUS,
    after_each: Callable[[], object] = lambda: None,
    write: Write = print,
) -> None:
    """Do and score the remaining trainings; call `after_each` after each of them. Raises one of `ERRORS`."""
    remaining = [run for run in planned if not run.is_done]
    for number, run in enumerate(remaining, start=1):
        write(f"Training {number} of {len(remaining)}: {title(run.config)}, seed {run.config.seed}")
        train.train(run.config, folder, run.folder, benchmark=benchmark, resume=True, write=write)
        scores = score(run.config, run.folder, folder, benchmark)
        write_scores(run.folder, scores)
        write(f"Test splits: {', '.join(means(scores))}")
        after_each()
