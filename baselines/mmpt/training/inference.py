"""Class probabilities that the model of a checkpoint predicts for a split."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from baselines.mmpt.data import splits
from baselines.mmpt.data.parts import part
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.normalization import DatasetStatistics
from baselines.mmpt.training.checkpoint import Checkpoint
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import autocast, use_tf32
from baselines.mmpt.training.learner import build_model, preprocess_for
from baselines.mmpt.training.probing import extract_features, vote
from challenge.scoring.benchmark import Dataset


def predict_datasets(
    checkpoint: Checkpoint,
    datasets: Sequence[Dataset],
    folder: Path,
    device: torch.device,
    batch_size: int,
    split: splits.Split = "test",
) -> Iterator[tuple[Dataset, np.ndarray]]:
    """Predict splits with one model; yield probabilities (n, n_classes), float32, in the order of the images."""
    config = checkpoint.config
    use_tf32(config.tf32)
    model = load_model(checkpoint, datasets).to(device)
    prepare = preprocess_for(config, model, device)
    statistics = DatasetStatistics()
    statistics.load_state_dict(checkpoint.statistics)

    def prepared(dataset: Dataset, split: splits.Split, kept: np.ndarray | None = None) -> Iterator[Tensor]:
        start = 0
        for images in splits.stream_images(folder, dataset, config.resolution, split, batch_size):
            some = images if kept is None else images[kept[start : start + len(images)]]
            start += len(images)
            if len(some):
                yield prepare(torch.from_numpy(some).to(device))

    with torch.no_grad(), autocast(device, config.precision):
        for dataset in datasets:
            if checkpoint.statistics:
                statistics.apply(model, dataset.name)
            if config.predicts_by_votes:
                n_images = splits.n_images(folder, dataset, config.resolution, split)
                queries = extract_features(model.backbone, prepared(dataset, split), n_images)
                labels, kept = _voters(config, folder, dataset)
                voters = prepared(dataset, "train", kept)
                found = [vote(model.backbone, queries, voters, labels.to(device), dataset)]
            else:
                found = [_probabilities(model, dataset, images) for images in prepared(dataset, split)]
            yield dataset, np.concatenate([part.cpu().numpy() for part in found])


def load_model(checkpoint: Checkpoint, datasets: Sequence[Dataset]) -> MultiHeadModel:
    """Load the model of a checkpoint with the heads of some of its datasets, ready to evaluate.

    Raises `CheckpointError`.
    """
    model = build_model(checkpoint.config, tuple(datasets), initial=False)
    others = set(checkpoint.heads()) - {dataset.name for dataset in datasets}
    state = {
        name: value
        for name, value in checkpoint.model_state.items()
        if not name.startswith(tuple(f"heads.{other}." for other in others))
    }
    replace(checkpoint, model_state=state).load_into(model)
    return model.eval()


def _probabilities(model: MultiHeadModel, dataset: Dataset, images: Tensor) -> Tensor:
    return model.probabilities(model(images, dataset.name), dataset)


def _voters(config: TrainingConfig, folder: Path, dataset: Dataset) -> tuple[Tensor, np.ndarray]:
    """Return the labels of the training images that vote, and a mask (n_train,) of these images."""
    path = folder / splits.file_name(dataset.name, config.resolution)
    n_images = splits.n_images(folder, dataset, config.resolution, "train")
    labels = splits.load_labels(path, dataset, "train", n_images=n_images)
    kept = np.full(n_images, config.uses_all_images)
    if not config.uses_all_images:
        kept[part(labels, dataset, config.training_share, config.shots, config.seed)] = True
    return torch.from_numpy(labels[kept]), kept
