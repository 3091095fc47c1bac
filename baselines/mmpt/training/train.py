"""Training runs: from a configuration and a folder of data to the best checkpoint."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from baselines.mmpt.data.images import Source
from baselines.mmpt.data.splits import DataError, check_folder
from baselines.mmpt.model import cost
from baselines.mmpt.model.architectures import ArchitectureError
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import protocols, runs
from baselines.mmpt.training.checkpoint import Checkpoint, CheckpointError
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.device import DeviceError, choose_device, make_repeatable, use_tf32
from baselines.mmpt.training.distributed import World, joined, size_of_world
from baselines.mmpt.training.epoch import DivergedError
from baselines.mmpt.training.faults import explained
from baselines.mmpt.training.frozen import adapt_statistics, evaluate_neighbours, with_features
from baselines.mmpt.training.learner import build_model, make_learner, takes_lone_images
from baselines.mmpt.training.log import Write
from baselines.mmpt.training.run import Run, go, go_back_to, is_finished
from baselines.mmpt.training.runs import BEST, LAST, claimed
from baselines.mmpt.training.sources import load_sources, place_of_images
from baselines.mmpt.training.validation import ESTIMATED
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

#: Errors that a user can fix; commands show their message.
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
    """Do the training of `config` with the files in `folder`; everything is checked before it starts.

    A scheme with one model per dataset trains on all datasets in turn, unless `config` names one. Returns the best
    checkpoint, or `output` if there are several. Raises one of `ERRORS`.

    Processes started by torchrun train together; one of them writes.
    """
    config.validate(benchmark)
    if size_of_world() > 1 and not config.trains_backbone:
        raise ConfigError(f"{config.scheme} trains no backbone: run it in one process, without torchrun")
    check_folder(folder, config.datasets(benchmark), config.resolution, ("train", "val"))
    planned = list(runs.folders(config, output, benchmark))
    with joined(choose_device(config.device)) as (world, device):
        runs.check_output(config, output, benchmark, resume=resume)
        world.wait()  # until all processes have checked the output, before one of them writes there
        write_once = write if world.rank == 0 else _silent
        for number, (run_config, run_folder) in enumerate(planned, start=1):
            if len(planned) > 1:
                write_once(f"{run_config.dataset}, {number} of {len(planned)}")
            with explained(run_config, run_folder):
                train_run(RunSpec(run_config, folder, run_folder, benchmark, device, write_once, world))
    return output if len(planned) > 1 else output / BEST


def _silent(line: str) -> None:
    """Write nothing, because another process writes."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Specification of one run.

    Attributes:
        config: configuration of one model.
        folder: folder of the MedMNIST files.
        output: folder of this run alone.
        benchmark: all datasets.
        device: device of this process.
        write: function that prints a line for the user.
        world: the processes that train together.

    """

    config: TrainingConfig
    folder: Path
    output: Path
    benchmark: Benchmark
    device: torch.device
    write: Write
    world: World


def train_run(spec: RunSpec) -> None:
    """Do or finish one run in its own folder."""
    config, output, write = spec.config, spec.output, spec.write
    last = last_checkpoint(spec)
    if is_finished(config, last) or (not config.has_epochs and (output / BEST).exists()):
        write("Nothing is left to do.")
        return
    size = cost.describe(config.architecture, config.input_size, config.timm_kwargs)
    make_repeatable(config.seed, deterministic=config.deterministic)
    use_tf32(config.tf32)
    with claimed(output, config, size) if spec.world.rank == 0 else nullcontext():
        model = model_to_train(spec, last)
        train_sources, val_sources = load(spec, model)
        write(
            f"{config.architecture} on {spec.device}: {size['backbone_parameters']:,} parameters without heads, "
            f"{size['backbone_operations'] / 1e9:.2f} GFLOPs for an image"
        )
        if not config.has_epochs:
            evaluate_neighbours(config, model, train_sources, val_sources, output, write)
            return
        run = make_run(spec, model, train_sources, val_sources)
        if last:
            go_back_to(run, last, write)
            last = None  # free its memory
        go(run, output, write)


def load(spec: RunSpec, model: MultiHeadModel) -> tuple[dict[str, Source], dict[str, Source]]:
    """Load the training and validation splits, and tell the user about the training."""
    config, write = spec.config, spec.write
    train_sources, val_sources = load_sources(
        config, spec.folder, model, spec.benchmark, spec.device, spec.world, write
    )
    if config.from_statistics == ESTIMATED:
        adapt_statistics(config, model, train_sources)
    write(protocols.title(config))
    n_images = [sum(map(len, sources.values())) for sources in (train_sources, val_sources)]
    write(f"{n_images[0]:,} training images, {n_images[1]:,} validation images")
    if spec.device.type == "cuda":
        write(place_of_images([*train_sources.values(), *val_sources.values()]))
    if config.has_epochs and config.has_fixed_features:  # features replace the images, and free their memory
        return with_features(config, model, train_sources), with_features(config, model, val_sources)
    return train_sources, val_sources


def last_checkpoint(spec: RunSpec) -> Checkpoint | None:
    """Read the last checkpoint of a run, if there is one, and make sure that the best one exists."""
    path = spec.output / LAST
    if not path.exists():
        return None
    last = checkpoints.load(path)
    if last.best_epoch == last.epoch and spec.world.rank == 0:
        # the run may have ended between writing the last and the best one
        checkpoints.save(spec.output / BEST, last.for_predicting())
    return last


def model_to_train(spec: RunSpec, last: Checkpoint | None) -> MultiHeadModel:
    """Build the model on its device, in its initial state or from the last checkpoint."""
    model = build_model(
        spec.config, spec.config.datasets(spec.benchmark), initial=last is None, write=spec.write
    )
    if last:
        last.load_into(model)
    if spec.config.has_fixed_features:
        model.backbone.freeze()
    elif not spec.config.trains_backbone:
        model.backbone.requires_grad_(False)
    return model.to(spec.device)


def make_run(
    spec: RunSpec, model: MultiHeadModel, train_sources: dict[str, Source], val_sources: dict[str, Source]
) -> Run:
    """Make the state of a run from its model and data."""
    config = spec.config
    lone_image, _ = next(iter(train_sources.values())).take(np.arange(1))
    takes_lone = config.has_fixed_features or takes_lone_images(model.backbone, lone_image)
    learner = make_learner(config, model, train_sources, spec.world)
    generator = np.random.default_rng(config.seed)
    return Run(config, spec.device, learner, train_sources, val_sources, generator, takes_lone)
