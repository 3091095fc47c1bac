"""What is learned without training a backbone: a linear layer on its features, and votes of the nearest images.

Both use the features before the classifier. For linear probing, `Backbone.freeze` keeps the backbone in evaluation
mode, so that neither its BatchNorm buffers nor dropout change its features from one epoch to the next.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from challenge.scoring.benchmark import Dataset, Task

#: Neighbours that vote, as in the published baselines.
N_NEIGHBOURS = 11

#: Bytes that the distances of one chunk of queries may take.
DISTANCE_BYTES = 256 * 2**20


@torch.no_grad()
def extract_features(backbone: nn.Module, batches: Iterable[Tensor]) -> Tensor:
    """From batches of images (b, 3, size, size) to the features (n, n_features) of all, in float32.

    The backbone works in evaluation mode and is then put back into the mode it was in.
    """
    was_training = backbone.training
    backbone.eval()
    try:
        return torch.cat([backbone(images).float() for images in batches])
    finally:
        backbone.train(was_training)


class NearestNeighbours:
    """Classifies by the `k` nearest training images in the Euclidean distance of their features.

    The probability of a class is the share of the neighbours that have it: of their votes, or for a multi-label
    dataset of those that have the label. The class of the largest share is that of the majority vote; among equal
    shares, `argmax` gives the class of the lowest number. Which of several training images at exactly the same
    distance as the last neighbour is taken is left open.
    """

    def __init__(self, features: Tensor, labels: Tensor, dataset: Dataset, k: int = N_NEIGHBOURS) -> None:
        """Take training features (n, n_features) and labels (n,) or, if multi-label, (n, n_classes)."""
        if len(features) < k:
            raise ValueError(f"{dataset.name}: {len(features)} training images are fewer than {k} neighbours")
        # Distances are computed through products, which are the more exact the nearer to 0 the features are.
        self.mean = features.float().mean(dim=0)
        self.features = features.float() - self.mean
        self.k = k
        if dataset.task is Task.MULTILABEL:
            self.votes = labels.float()
        else:
            self.votes = functional.one_hot(labels, dataset.n_classes).float()

    def probabilities(self, features: Tensor) -> Tensor:
        """From the features (m, n_features) of other images to their probabilities (m, n_classes), in float32."""
        chunk = max(1, DISTANCE_BYTES // (4 * len(self.features)))
        queries = features.float() - self.mean
        return torch.cat([self._shares(part) for part in queries.split(chunk)])

    def _shares(self, queries: Tensor) -> Tensor:
        distances = torch.cdist(queries, self.features)
        nearest = distances.topk(self.k, dim=1, largest=False, sorted=False).indices
        return self.votes[nearest].mean(dim=1)
