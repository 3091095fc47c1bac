"""One run: epochs of training and validation until it is finished, with a checkpoint after each epoch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from baselines.mmpt.data import sampler
from baselines.mmpt.data.images import Batch, Source
from baselines.mmpt.model.normalization import DatasetStatistics
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import Checkpoint, CheckpointError
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.epoch import DivergedError, estimate, train_epoch, validate
from baselines.mmpt.training.evaluate import mean_loss
from baselines.mmpt.training.learner import Learner
from baselines.mmpt.training.log import Progress, RunLog, Write
from baselines.mmpt.training.runs import BEST, LAST


@dataclass(slots=True)
class Run:
    """State of a training: what an epoch needs and what it changes."""

    config: TrainingConfig
    device: torch.device
    learner: Learner
    train_sources: Mapping[str, Source]
    val_sources: Mapping[str, Source]
    generator: np.random.Generator
    takes_lone_images: bool
    statistics: DatasetStatistics | None = None
    epoch: int = 0
    best_epoch: int = 0
    best_loss: float = math.inf
    git_commit: str | None = field(default_factory=checkpoints.git_commit)

    def checkpoint(self) -> Checkpoint:
        """Return a checkpoint with everything needed to continue."""
        return Checkpoint(
            config=self.config,
            model_state=self.learner.model.state_dict(),
            statistics={} if self.statistics is None else self.statistics.state_dict(),
            epoch=self.epoch,
            best_epoch=self.best_epoch,
            best_loss=self.best_loss,
            optimizer_state={name: each.state_dict() for name, each in self.learner.optimizers.items()},
            rng_state=checkpoints.rng_state(self.device, self.generator),
            versions=checkpoints.versions(),
            git_commit=self.git_commit,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Restore the state of a run with the same configuration; the model already has its weights."""
        if checkpoint.optimizer_state is None or checkpoint.rng_state is None:
            raise CheckpointError("The checkpoint is for predicting only; training continues from last.pt.")
        for name, optimizer in self.learner.optimizers.items():
            optimizer.load_state_dict(checkpoint.optimizer_state[name])
        checkpoints.restore_rng_state(checkpoint.rng_state, self.device, self.generator)
        self.epoch, self.best_epoch = checkpoint.epoch, checkpoint.best_epoch
        self.best_loss = checkpoint.best_loss


def is_finished(config: TrainingConfig, so_far: "Checkpoint | Run | None") -> bool:
    """Return True if all epochs are done, or the last `patience` epochs brought no improvement."""
    if so_far is None:
        return False
    return so_far.epoch >= config.epochs or so_far.epoch - so_far.best_epoch >= config.patience


def go(run: Run, output: Path, write: Write) -> None:
    """Train until the run is finished."""
    log = RunLog(output, run.epoch) if run.learner.world.rank == 0 else None
    try:
        while not is_finished(run.config, run):
            one_epoch(run, output, log, write)
    finally:
        if log is not None:
            log.close()
    if not run.best_epoch:
        raise DivergedError("No epoch had a finite validation loss. Try a smaller --learning-rate.")
    write(f"Finished after epoch {run.epoch}; epoch {run.best_epoch} was best, loss {run.best_loss:.4f}.")


def go_back_to(run: Run, last: Checkpoint, write: Write) -> None:
    """Continue a run from its last checkpoint."""
    run.restore(last)
    write(f"Continuing after epoch {run.epoch}.")
    if last.config.epochs != run.config.epochs:
        write(
            f"So far trained for at most {last.config.epochs} epochs, now for {run.config.epochs}: from here on, the "
            "learning rate is that of the longer training, so the result differs from one of that length."
        )
    for name, now in checkpoints.versions().items():
        if last.versions[name] != now:
            write(
                f"So far trained with {name} {last.versions[name]}, now with {now}: results may differ slightly."
            )


def one_epoch(run: Run, output: Path, log: RunLog | None, write: Write) -> None:
    """Train and validate one epoch; if there is a log, write the results and the checkpoints."""
    config, run.epoch = run.config, run.epoch + 1
    rate = set_learning_rate(run)
    run.learner.world.seed(config.seed, run.epoch)
    batches = epoch_batches(run)
    progress = Progress(write, run.epoch, config.epochs, len(batches))
    results = {"train": train_epoch(run.learner, run.train_sources, batches, progress)}
    if config.batch_norm == "per-dataset" and config.trains_backbone:
        run.statistics = estimate(run.learner, run.train_sources, config.batch_size, config.seed)
    validation_size = config.validation_batch_size or config.batch_size
    results["val"] = validate(run.learner, run.val_sources, run.statistics, validation_size)
    loss = mean_loss(results["val"], config.select_by)
    is_better = loss < run.best_loss
    if is_better:
        run.best_epoch, run.best_loss = run.epoch, loss
    if log is not None:
        log.epoch(run.epoch, results, rate)
        keep_checkpoints(run, output, is_better=is_better)
    progress.finish(results, f"validation loss {loss:.4f}{', the best so far' if is_better else ''}")


def keep_checkpoints(run: Run, output: Path, *, is_better: bool) -> None:
    """Write the last checkpoint, and the best checkpoint if this epoch is the best; log rows up to it are valid."""
    checkpoint = run.checkpoint()
    checkpoints.save(output / LAST, checkpoint)
    if is_better:
        checkpoints.save(output / BEST, checkpoint.for_predicting())


def epoch_batches(run: Run) -> list[Batch]:
    """Draw the batches of the next epoch: each from one dataset, unless batches are mixed."""
    sizes = {name: len(source) for name, source in run.train_sources.items()}
    if run.config.mixed_batches:
        batches: list[Batch] = list(sampler.mixed_batches(sizes, run.config.batch_size, run.generator))
    else:
        batches = [
            {name: indices} for name, indices in sampler.batches(sizes, run.config.batch_size, run.generator)
        ]
    return [batch for batch in batches if sum(map(len, batch.values())) > 1 or run.takes_lone_images]


def learning_rate(config: TrainingConfig, epoch: int) -> float:
    """Return the learning rate of an epoch (from 1), on a cosine from the configured rate to 0 after the last epoch.

    The published code steps its scheduler with the number of the past epoch (from 0): "cosine-late". So epochs 1 and 2
    have the full rate, and each later epoch has the rate that "cosine" has one epoch earlier.
    """
    n_passed = {"cosine": epoch - 1, "cosine-late": max(0, epoch - 2), "none": 0}[config.scheduler]
    return config.learning_rate * (1 + math.cos(math.pi * n_passed / config.epochs)) / 2


def set_learning_rate(run: Run) -> float:
    """Set the learning rate of the current epoch in all optimizers and return it."""
    rate = learning_rate(run.config, run.epoch)
    for optimizer in run.learner.optimizers.values():
        for group in optimizer.param_groups:
            group["lr"] = rate
    return rate
