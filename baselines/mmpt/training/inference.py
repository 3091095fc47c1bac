"""Class probabilities that the model of a checkpoint predicts for a split."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from baselines.mmpt.data import splits
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.normalization import DatasetStatistics
from baselines.mmpt.training.checkpoint import Checkpoint
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

    def prepared(dataset: Dataset, split: splits.Split) -> Iterator[Tensor]:
        for images in splits.stream_images(folder, dataset, config.resolution, split, batch_size):
            yield prepare(torch.from_numpy(images).to(device))

    with torch.no_grad(), autocast(device, config.precision):
        for dataset in datasets:
            if checkpoint.statistics:
                statistics.apply(model, dataset.name)
            if config.predicts_by_votes:
                n_images = splits.n_images(folder, dataset, config.resolution, split)
                queries = extract_features(model.backbone, prepared(dataset, split), n_images)
                labels = _training_labels(folder, dataset, config.resolution, device)
                found = [vote(model.backbone, queries, prepared(dataset, "train"), labels, dataset)]
            else:
                found = [_probabilities(model, dataset, images) for images in prepared(dataset, split)]
            yield dataset, np.concatenate([part.cpu().numpy() for part in found])


def load_model(checkpoint: Checkpoint, datasets: Sequence[Dataset]) -> MultiHeadModel:
    """Load the model of a checkpoint, ready to evaluate. Raises `CheckpointError`."""
    model = build_model(checkpoint.config, tuple(datasets), initial=False)
    checkpoint.load_into(model)
    return model.eval()


def _probabilities(model: MultiHeadModel, dataset: Dataset, images: Tensor) -> Tensor:
    return model.probabilities(model(images, dataset.name), dataset)


def _training_labels(folder: Path, dataset: Dataset, resolution: int, device: torch.device) -> Tensor:
    path = folder / splits.file_name(dataset.name, resolution)
    n_images = splits.n_images(folder, dataset, resolution, "train")
    return torch.from_numpy(splits.load_labels(path, dataset, "train", n_images=n_images)).to(device)
