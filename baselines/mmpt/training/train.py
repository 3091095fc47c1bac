"""Training runs: from a configuration and a folder of data to the best checkpoint."""

from pathlib import Path

import numpy as np
import torch

from baselines.mmpt.data.images import Source
from baselines.mmpt.data.splits import DataError, Split, check_folder, load_split, take_share
from baselines.mmpt.model.architectures import ArchitectureError
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import runs
from baselines.mmpt.training.checkpoint import BEST, LAST, CheckpointError
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.device import DeviceError, choose_device, make_repeatable, memory_for_images
from baselines.mmpt.training.distributed import ALONE, World, joined, size_of_world
from baselines.mmpt.training.epoch import DivergedError
from baselines.mmpt.training.frozen import evaluate_neighbours, with_features
from baselines.mmpt.training.learner import build_model, make_learner, preprocess_for, takes_lone_images
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.run import Run, go, go_back_to, is_finished
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

#: What a user can mend: shown as a message.
ERRORS = (
    ArchitectureError, CheckpointError, ConfigError, DataError, DeviceError, DivergedError, runs.OutputError, OSError,
)  # fmt: skip


def train(
    config: TrainingConfig,
    folder: Path,
    output: Path,
    *,
    benchmark: Benchmark = MEDMNIST_PLUS,
    resume: bool = False,
    write: Write = print,
) -> Path:
    """Train what `config` says with the files in `folder`. Nothing starts unless everything is in order.

    A scheme of one model per dataset takes all datasets in turn, unless `config` names one. Returns the best
    checkpoint, or, where there are several, `output`. Raises one of `ERRORS`.

    Processes that torchrun has started train together; one of them writes.
    """
    config.validate(benchmark)
    if size_of_world() > 1 and config.scheme in ("linear-probing", "knn"):
        raise ConfigError(f"{config.scheme} trains no backbone: run it in one process, without torchrun")
    check_folder(folder, config.datasets(benchmark), config.resolution, ("train", "val"))
    planned = list(runs.folders(config, output, benchmark))
    with joined(choose_device(config.device)) as (world, device):
        runs.check_output(config, output, benchmark, resume=resume)
        world.wait()  # before one of them writes there
        tell = write if world.rank == 0 else _silent
        for number, (one, where) in enumerate(planned, start=1):
            if len(planned) > 1:
                tell(f"{one.dataset}, {number} of {len(planned)}")
            train_run(one, folder, where, device, benchmark, tell, world)
    return output if len(planned) > 1 else output / BEST


def _silent(line: str) -> None:
    """Tell nothing: another process does."""


def train_run(
    config: TrainingConfig,
    folder: Path,
    output: Path,
    device: torch.device,
    benchmark: Benchmark,
    write: Write,
    world: World = ALONE,
) -> None:
    """Do, or finish, one run in its own folder."""
    last = checkpoints.load(output / LAST) if (output / LAST).exists() else None
    if last and last.best_epoch == last.epoch and world.rank == 0:
        # the run may have ended between writing the last and the best one
        checkpoints.save(output / BEST, last.for_predicting())
    if is_finished(config, last) or (config.scheme == "knn" and (output / BEST).exists()):
        write("Nothing is left to do.")
        return
    make_repeatable(config.seed, deterministic=config.deterministic)
    model = build_model(config, config.datasets(benchmark), initial=last is None)
    if last:
        last.load_into(model)
    if config.scheme in ("linear-probing", "knn"):
        model.backbone.freeze()
    model.to(device)
    if world.rank == 0:
        runs.write_config(output, config)
    train_sources, val_sources = load_sources(config, folder, model, benchmark, device)
    write(
        f"{config.architecture} on {device}: {sum(p.numel() for p in model.parameters()):,} parameters, "
        f"{sum(map(len, train_sources.values())):,} training images"
    )
    if config.scheme == "knn":
        evaluate_neighbours(config, model, train_sources, val_sources, output, write)
        return
    if config.scheme == "linear-probing":
        train_sources = with_features(config, model, train_sources)
        val_sources = with_features(config, model, val_sources)
    lone_image, _ = next(iter(train_sources.values())).take(np.arange(1))
    takes_lone = config.scheme == "linear-probing" or takes_lone_images(model.backbone, lone_image)
    learner = make_learner(config, model, train_sources, world)
    run = Run(
        config, device, learner, train_sources, val_sources, np.random.default_rng(config.seed), takes_lone
    )
    if last:
        go_back_to(run, last, write)
        last = None  # its memory is of use
    go(run, output, write)


def load_sources(
    config: TrainingConfig, folder: Path, model: MultiHeadModel, benchmark: Benchmark, device: torch.device
) -> tuple[dict[str, Source], dict[str, Source]]:
    """The training and the validation images, in the device's memory as far as they fit."""
    prepare = preprocess_for(config, model, device)
    room = memory_for_images(device)
    sources: dict[Split, dict[str, Source]] = {"train": {}, "val": {}}
    for split, by_name in sources.items():
        for dataset in config.datasets(benchmark):
            data = load_split(folder, dataset, config.resolution, split)
            if split == "train" and config.training_share < 1:
                data = take_share(data, config.training_share)
            fits = data.images.nbytes <= room
            room -= data.images.nbytes if fits else 0
            by_name[dataset.name] = Source.of(data, device, prepare, resident=fits)
    return sources["train"], sources["val"]
