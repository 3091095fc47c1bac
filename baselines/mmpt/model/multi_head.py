"""One backbone and a linear head for each dataset."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.model.losses import corn_probabilities, uses_corn
from challenge.scoring.benchmark import Dataset, Task


class MultiHeadModel(nn.Module):
    """A shared backbone with one linear layer per dataset on its features.

    Attributes:
        backbone: from images to features.
        heads: from features to logits, by the names of the datasets.

    """

    def __init__(self, backbone: Backbone, datasets: Iterable[Dataset], ordinal_loss: bool = False):
        super().__init__()
        self.backbone = backbone
        self.ordinal_loss = ordinal_loss
        self.heads = nn.ModuleDict(
            {
                dataset.name: nn.Linear(backbone.num_features, n_outputs(dataset, ordinal_loss))
                for dataset in datasets
            }
        )

    def forward(self, images: Tensor, dataset_name: str) -> Tensor:
        """From images (b, 3, size, size), all of one dataset, to its logits (b, n_outputs)."""
        return self.heads[dataset_name](self.backbone(images))

    def probabilities(self, logits: Tensor, dataset: Dataset) -> Tensor:
        """From logits (b, n_outputs) to probabilities (b, n_classes) in float32, as a submission holds them.

        Each is in [0, 1]; those of an image sum to 1, unless the dataset is multi-label.
        """
        if dataset.task is Task.MULTILABEL:
            return torch.sigmoid(logits.float())
        if uses_corn(dataset, self.ordinal_loss):
            return corn_probabilities(logits)
        return torch.softmax(logits.float(), dim=1)


def n_outputs(dataset: Dataset, ordinal_loss: bool) -> int:
    """The logits of a dataset's head: one for each class, or one less with CORN."""
    return dataset.n_classes - 1 if uses_corn(dataset, ordinal_loss) else dataset.n_classes
