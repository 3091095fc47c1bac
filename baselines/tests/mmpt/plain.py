"""Plain trainings, written from the published descriptions and code; they share nothing with `baselines.mmpt`.

Sources: Bachmeier (2024), sections 2.3 and 3.3 and the code of the thesis; the code of Doerrich et al. (2025). Only the
order of the batches and the initial weights are given, because published random numbers come from other generators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from baselines.mmpt.model.torchvision_shim import torchvision  # before timm, which imports torchvision

import timm  # isort: skip
from timm.scheduler import CosineLRScheduler  # isort: skip

#: One step: its dataset, and the numbers of its images.
Step = tuple[str, np.ndarray]


@dataclass
class Record:
    """Course of a training: losses of all steps (weighted, if the loss is), and values of each epoch."""

    losses: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    best_epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)


class Split:
    """Images as the published code prepares them: RGB, normalised, then zero-padded to the centre."""

    def __init__(self, folder: Path, name: str, split: str, *, mean, std, input_size: int):
        with np.load(folder / f"{name}.npz") as arrays:
            self.images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
        self.is_multi_label = labels.shape[1] > 1
        self.labels = torch.from_numpy(labels.astype(np.float32 if self.is_multi_label else np.int64))
        total = input_size - self.images.shape[1]
        left = total // 2
        self.transform = torchvision.transforms.Compose(
            [
                torchvision.transforms.ToTensor(),
                torchvision.transforms.Normalize(mean, std),
                torchvision.transforms.Pad(
                    (left, left, total - left, total - left), fill=0, padding_mode="constant"
                ),
            ]
        )

    def batch(self, indices) -> tuple[Tensor, Tensor]:
        images = [self.transform(Image.fromarray(self.images[number]).convert("RGB")) for number in indices]
        labels = self.labels[indices]
        return torch.stack(images), labels if self.is_multi_label else labels.squeeze(1)

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        return (nn.BCEWithLogitsLoss() if self.is_multi_label else nn.CrossEntropyLoss())(logits, labels)

    def in_batches(self, size: int) -> list[range]:
        return [range(at, min(at + size, len(self.labels))) for at in range(0, len(self.labels), size)]


def expected_images(architecture: str) -> dict[str, Any]:
    """Mean and deviation of the images that a pretrained network expects, as timm states them."""
    config = cast(Any, timm.create_model(architecture)).default_cfg
    return {"mean": config["mean"], "std": config["std"]}


def classifier(architecture: str, n_classes: int) -> nn.Linear:
    """The classifier of a network that timm makes for these classes and images of 224 pixels."""
    size: dict[str, Any] = {"img_size": 224} if architecture == "test_vit" else {}
    return cast(Any, timm.create_model(architecture, num_classes=n_classes, **size)).get_classifier()


class MultiNet(nn.Module):
    """A timm network without classifier, and a linear head for each dataset."""

    def __init__(self, architecture: str, n_classes: Mapping[str, int]):
        super().__init__()
        backbone = cast(Any, timm.create_model(architecture, num_classes=10))
        n_features = backbone.get_classifier().in_features
        backbone.reset_classifier(0)
        self.backbone = backbone
        self.heads = nn.ModuleDict({name: nn.Linear(n_features, k) for name, k in n_classes.items()})

    def forward(self, images: Tensor, name: str) -> Tensor:
        return self.heads[name](self.backbone(images))


def load(model: MultiNet, state: Mapping[str, Tensor]) -> None:
    """Start from the weights of a model of `baselines.mmpt`, whose network has another prefix."""
    model.load_state_dict({key.replace("backbone.network.", "backbone."): v for key, v in state.items()})


def mean_loss(
    model: MultiNet, splits: Mapping[str, Split], weights: Mapping[str, float], batch_size: int
) -> float:
    """Mean over all batches of the (weighted) loss, in evaluation mode."""
    model.eval()
    losses = []
    with torch.no_grad():
        for name, split in splits.items():
            for numbers in split.in_batches(batch_size):
                images, labels = split.batch(numbers)
                losses.append(weights[name] * split.loss(model(images, name), labels).item())
    return float(np.mean(losses))


def weights_of(splits: Mapping[str, Split], batch_size: int, *, weighted: bool) -> dict[str, float]:
    """Batches of the smallest dataset / batches of the dataset; 1 without weighting."""
    n_batches = {name: len(split.in_batches(batch_size)) for name, split in splits.items()}
    return {name: min(n_batches.values()) / n if weighted else 1.0 for name, n in n_batches.items()}


def rates(max_epochs: int, rate: float) -> list[float]:
    """The learning rate of each epoch, with a scheduler that is stepped after it."""
    optimizer = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = CosineLRScheduler(optimizer, t_initial=max_epochs, cycle_limit=1, t_in_epochs=True)
    found = []
    for epoch in range(max_epochs):
        found.append(optimizer.param_groups[0]["lr"])
        scheduler.step(epoch=epoch)
    return found


def train(
    model: MultiNet,
    train_splits: Mapping[str, Split],
    val_splits: Mapping[str, Split],
    epochs: Sequence[Sequence[Step]],
    *,
    max_epochs: int,
    patience: int,
    rate: float,
    batch_size: int,
    val_batch_size: int,
    weighted: bool = False,
    probing: bool = False,
) -> Record:
    """Train with one AdamW for everything; only the backbone and the head of a step have gradients.

    In probing, the backbone has no gradients, but stays in training mode. The scheduler is stepped after each epoch,
    with the number of that epoch.
    """
    record, best_loss, n_without = Record(), np.inf, 0
    train_weights = weights_of(train_splits, batch_size, weighted=weighted)
    val_weights = weights_of(val_splits, val_batch_size, weighted=weighted)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    scheduler = CosineLRScheduler(optimizer, t_initial=max_epochs, cycle_limit=1, t_in_epochs=True)
    for epoch, steps in enumerate(epochs):
        model.train()
        record.rates.append(optimizer.param_groups[0]["lr"])
        for name, indices in steps:
            model.requires_grad_(False)
            model.backbone.requires_grad_(not probing)
            model.heads[name].requires_grad_(True)
            images, labels = train_splits[name].batch(indices)
            loss = train_weights[name] * train_splits[name].loss(model(images, name), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            record.losses.append(loss.item())
        scheduler.step(epoch=epoch)
        record.validation.append(mean_loss(model, val_splits, val_weights, val_batch_size))
        if record.validation[-1] < best_loss:
            best_loss, record.best_epoch, n_without = record.validation[-1], epoch + 1, 0
            record.best = {name: value.clone() for name, value in model.state_dict().items()}
        else:
            n_without += 1
        if n_without == patience:
            break
    return record
