"""What is learned without training a backbone: a linear layer on its features, and votes of the nearest images.

Both use the features before the classifier. For linear probing, `Backbone.freeze` keeps the backbone in evaluation
mode, so that neither its BatchNorm buffers nor dropout change its features from one epoch to the next. For the votes,
the features of the training images pass by and are not kept: of 165,466 images with 4,096 features, they would take
2.7 GB.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from challenge.scoring.benchmark import Dataset, Task

#: Neighbours that vote, as in the published baselines.
N_NEIGHBOURS = 11

#: Distances are computed between so many images and so many others at a time.
CHUNK = 2048


def extract_features(backbone: nn.Module, batches: Iterable[Tensor], n_images: int) -> Tensor:
    """From batches of images (b, 3, size, size), `n_images` in all, to their features (n_images, n_features), float32.

    The backbone works in evaluation mode and is then put back into the mode it was in.
    """
    features, n_done = torch.empty(0), 0
    for part in _features(backbone, batches):
        if not n_done:  # one piece of memory: joining the parts at the end would take it twice
            features = part.new_empty((n_images, part.shape[1]))
        features[n_done : n_done + len(part)] = part
        n_done += len(part)
    return features[:n_done]


@torch.no_grad()
def _features(backbone: nn.Module, batches: Iterable[Tensor]) -> Iterator[Tensor]:
    """The features of each batch (b, n_features), float32."""
    was_training = backbone.training
    backbone.eval()
    try:
        for images in batches:
            yield backbone(images).float()
    finally:
        backbone.train(was_training)


def vote(
    backbone: nn.Module, queries: Tensor, batches: Iterable[Tensor], labels: Tensor, dataset: Dataset
) -> Tensor:
    """From features (m, n_features) to the probabilities (m, n_classes) that their nearest training images give.

    `batches` are the training images (b, 3, size, size), in the order of `labels`. 11 of them vote, or all where a
    tiny collection has fewer.
    """
    neighbours = NearestNeighbours(queries, min(N_NEIGHBOURS, len(labels)))
    waiting: list[Tensor] = []
    for features in _features(backbone, batches):
        waiting.append(features)
        if sum(map(len, waiting)) >= CHUNK:
            neighbours.add(torch.cat(waiting))
            waiting.clear()
    if waiting:
        neighbours.add(torch.cat(waiting))
    return neighbours.probabilities(labels, dataset)


class NearestNeighbours:
    """Finds the `k` nearest training images of others, in the Euclidean distance of their features.

    Training images come in parts, in their order; of each part only the distances and numbers of those that are among
    the nearest so far are kept. Distances are those of float32: which of several training images at the same
    distance, but for rounding, is taken is left open.
    """

    def __init__(self, queries: Tensor, k: int = N_NEIGHBOURS) -> None:
        """Take the features (m, n_features) of the images to classify."""
        self.queries = queries
        # Distances are computed through products, which are the more exact the nearer to 0 the features are.
        self.mean = queries.mean(dim=0)
        self.k = k
        self.n_seen = 0
        self.distances = queries.new_empty((len(queries), 0))
        self.nearest = torch.empty((len(queries), 0), dtype=torch.int64, device=queries.device)

    def add(self, features: Tensor) -> None:
        """Compare with the features (n, n_features) of the next training images."""
        for part in features.split(CHUNK):
            centred = part - self.mean
            found = [self._nearest_so_far(at, centred) for at in range(0, len(self.queries), CHUNK)]
            distances, nearest = zip(*found, strict=True)
            self.distances, self.nearest = torch.cat(distances), torch.cat(nearest)
            self.n_seen += len(part)

    def _nearest_so_far(self, at: int, features: Tensor) -> tuple[Tensor, Tensor]:
        """Distances and numbers (c, up to k) of the nearest of some queries, those of `features` among them."""
        some = slice(at, at + CHUNK)
        new = torch.cdist(self.queries[some] - self.mean, features)
        numbers = torch.arange(self.n_seen, self.n_seen + len(features), device=new.device)
        distances = torch.cat([self.distances[some], new], dim=1)
        numbers = torch.cat([self.nearest[some], numbers.expand(len(new), -1)], dim=1)
        nearest = distances.topk(min(self.k, distances.shape[1]), dim=1, largest=False, sorted=False)
        return nearest.values, numbers.gather(1, nearest.indices)

    def probabilities(self, labels: Tensor, dataset: Dataset) -> Tensor:
        """Let the nearest vote by the labels (n,) or, if multi-label, (n, n_classes) of all training images.

        The probability of a class is the share of the neighbours that have it: of their votes, or for a multi-label
        dataset of those that have the label. The class of the largest share is that of the majority vote; among
        equal shares, `argmax` gives the class of the lowest number. Returns float32 (m, n_classes).
        """
        if self.n_seen < self.k:
            raise ValueError(
                f"{dataset.name}: {self.n_seen} training images are fewer than {self.k} neighbours"
            )
        if dataset.task is Task.MULTILABEL:
            votes = labels.float()
        else:
            votes = functional.one_hot(labels, dataset.n_classes).float()
        return votes[self.nearest].mean(dim=1)
