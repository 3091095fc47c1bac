"""Schemes with fixed features: they are computed once and replace the images.

Linear probing (unless its statistics drift) then trains the head with the protocol of the other schemes. A frozen
backbone always gives the same features, so computing them in each epoch would give the same result. k-NN has nothing to
train: its checkpoint has the backbone, and predicting computes the features of the training images again.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from torch import Tensor

from baselines.mmpt.data.images import Source
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.normalization import DatasetStatistics, estimate_statistics
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import Checkpoint
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import autocast
from baselines.mmpt.training.epoch import images_for_statistics
from baselines.mmpt.training.evaluate import Result, metrics
from baselines.mmpt.training.log import RunLog, Write
from baselines.mmpt.training.probing import extract_features, vote
from baselines.mmpt.training.runs import BEST


def adapt_statistics(
    config: TrainingConfig, model: MultiHeadModel, train_sources: Mapping[str, Source]
) -> None:
    """Give the backbone the BatchNorm statistics of the training images of its only dataset; its weights stay."""
    ((name, source),) = train_sources.items()
    images = images_for_statistics(source, config.batch_size, config.seed)
    statistics = DatasetStatistics()
    with autocast(source.labels.device, config.precision):
        statistics.add(estimate_statistics(model, name, images))
    statistics.apply(model, name)


def with_features(
    config: TrainingConfig, model: MultiHeadModel, sources: Mapping[str, Source]
) -> dict[str, Source]:
    """Return the same splits with features (n, n_features) instead of images."""
    return {
        name: Source(
            source.dataset, features_of(config, model, source), source.labels, prepare=lambda same: same
        )
        for name, source in sources.items()
    }


def features_of(config: TrainingConfig, model: MultiHeadModel, source: Source) -> Tensor:
    """Compute the features (n, n_features) of a split, float32, on the device."""
    with autocast(source.labels.device, config.precision):
        return extract_features(model.backbone, images_of(source, config.batch_size), len(source))


def images_of(source: Source, batch_size: int) -> Iterator[Tensor]:
    """Yield batches of a split's images, in order."""
    return (images for images, _ in source.in_order(batch_size))


def evaluate_neighbours(
    config: TrainingConfig,
    model: MultiHeadModel,
    train_sources: Mapping[str, Source],
    val_sources: Mapping[str, Source],
    output: Path,
    write: Write,
) -> None:
    """Do a complete k-NN run: write the metrics of the validation split as epoch 0, and the checkpoint."""
    results = {}
    for name, source in val_sources.items():
        of_training = train_sources[name]
        queries = features_of(config, model, source)
        with autocast(source.labels.device, config.precision):
            images = images_of(of_training, config.batch_size)
            shares = vote(model.backbone, queries, images, of_training.labels, source.dataset)
        scores = metrics(source.labels.cpu().numpy(), shares.cpu().numpy(), source.dataset)
        results[name] = Result(
            math.nan, 0, scores.auc, scores.balanced_accuracy, scores.cohen_kappa, scores.accuracy
        )
        write(
            f"  {name:15} validation: {scores.balanced_accuracy:.3f} balanced accuracy, {scores.auc:.3f} AUC"
        )
    log = RunLog(output, 0)
    log.epoch(0, {"val": results}, None)
    log.close()
    checkpoints.save(output / BEST, untrained(config, model))


def untrained(config: TrainingConfig, model: MultiHeadModel) -> Checkpoint:
    """Return the checkpoint of an untrained model."""
    return Checkpoint(
        config=config,
        model_state=model.state_dict(),
        statistics={},
        epoch=0,
        best_epoch=0,
        best_loss=math.inf,
        optimizer_state=None,
        rng_state=None,
        versions=checkpoints.versions(),
        git_commit=checkpoints.git_commit(),
    )
