"""One backbone and a linear head for each dataset."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.model.losses import corn_probabilities, uses_corn
from challenge.scoring.benchmark import Dataset, Task


class MultiHeadModel(nn.Module):
    """Shared backbone with one linear head per dataset.

    Attributes:
        backbone: maps images to features.
        heads: map features to logits, by the names of the datasets.

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
        """Map images (b, 3, size, size) of one dataset to its logits (b, n_outputs)."""
        return self.heads[dataset_name](self.backbone(images))

    def probabilities(self, logits: Tensor, dataset: Dataset) -> Tensor:
        """Convert logits (b, n_outputs) to the probabilities (b, n_classes) of a submission, in float32.

        Each is in [0, 1]; the probabilities of an image sum to 1, unless the dataset is multi-label.
        """
        if dataset.task is Task.MULTILABEL:
            return torch.sigmoid(logits.float())
        if uses_corn(dataset, self.ordinal_loss):
            return corn_probabilities(logits)
        return torch.softmax(logits.float(), dim=1)


def n_outputs(dataset: Dataset, ordinal_loss: bool) -> int:
    """Return the number of logits of a dataset's head: one for each class, or one fewer with CORN."""
    return dataset.n_classes - 1 if uses_corn(dataset, ordinal_loss) else dataset.n_classes
