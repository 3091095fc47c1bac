"""A plain training loop, the reference of `benchmarks.training`.

Workers of a DataLoader turn each image into a PIL image and transform it. Each batch goes to the device, and its logits
come back for the metrics of scikit-learn. One optimizer has all parameters.
"""

import random
import warnings
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from sklearn import metrics
from torch import Tensor, nn

from baselines.mmpt.data.splits import DatasetImages
from baselines.mmpt.model.torchvision_shim import torchvision
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.learner import build_model


class _Images(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """Images of a split, transformed one by one."""

    def __init__(self, data: DatasetImages, transform: Callable[[Image.Image], Tensor]) -> None:
        self.data = data
        self.transform = transform

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.data.images[index]).convert("RGB")
        return self.transform(image), int(self.data.labels[index])


class PlainTraining:
    """A network of the same architecture, with everything that its loop needs."""

    def __init__(
        self, data: list[DatasetImages], config: TrainingConfig, device: torch.device, workers: int
    ) -> None:
        self.device = device
        self.model = build_model(config, tuple(each.dataset for each in data)).to(device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=config.learning_rate)
        self.loss = nn.CrossEntropyLoss()
        backbone, padding = self.model.backbone, (config.input_size - config.resolution) // 2
        transforms = torchvision.transforms
        transform = transforms.Compose(
            [
                transforms.ToTensor(),
                transforms.Normalize(backbone.mean, backbone.std),
                transforms.Pad(padding),
            ]
        )
        self.loaders = {
            each.dataset.name: torch.utils.data.DataLoader(
                _Images(each, transform), config.batch_size, shuffle=True, num_workers=workers
            )
            for each in data
        }

    def epoch(self) -> None:
        """Train on each batch once; the datasets take turns at random."""
        self.model.train()
        iterators = {name: iter(loader) for name, loader in self.loaders.items()}
        turns = [name for name, loader in self.loaders.items() for _ in loader]
        random.shuffle(turns)
        for name in turns:
            images, labels = next(iterators[name])
            self.optimizer.zero_grad()
            logits = self.model(images.to(self.device), name)
            loss = self.loss(logits, labels.to(self.device))
            loss.backward()
            self.optimizer.step()
            loss.item()
            score(labels.numpy(), logits.detach().softmax(dim=1).cpu().numpy())


def score(labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Compute the metrics of a batch; classes that are missing from it have no AUC."""
    for label in np.unique(labels):
        metrics.roc_auc_score(labels == label, probabilities[:, label])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class that is predicted but does not occur
        metrics.balanced_accuracy_score(labels, probabilities.argmax(axis=1))
    metrics.accuracy_score(labels, probabilities.argmax(axis=1))
