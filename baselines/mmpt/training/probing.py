"""Features of a frozen backbone, and k-NN: votes of the nearest training images.

Linear probing and k-NN use the features before the classifier. For linear probing, `Backbone.freeze` keeps the backbone
in evaluation mode, so BatchNorm buffers and dropout do not change its features between epochs. (With `--probing
drifting` they do, so that no features are computed in advance.) k-NN does not keep the features of the training images:
165,466 images with 4,096 features would take 2.7 GB.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from challenge.scoring.benchmark import Dataset, Task

#: Number of neighbours that vote, as in the published baselines.
N_NEIGHBOURS = 11

#: Numbers of queries and of training images whose distances are computed at a time.
CHUNK = 2048


def extract_features(backbone: nn.Module, batches: Iterable[Tensor], n_images: int) -> Tensor:
    """Compute features (n_images, n_features), float32, of batches of images (b, 3, size, size), `n_images` in all.

    The backbone works in evaluation mode and returns to its previous mode afterwards.
    """
    features, n_done = torch.empty(0), 0
    for part in _features(backbone, batches):
        if not n_done:  # allocate once: joining the parts at the end would take twice the memory
            features = part.new_empty((n_images, part.shape[1]))
        features[n_done : n_done + len(part)] = part
        n_done += len(part)
    return features[:n_done]


@torch.no_grad()
def _features(backbone: nn.Module, batches: Iterable[Tensor]) -> Iterator[Tensor]:
    """Yield the features of each batch (b, n_features), float32."""
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
    """Predict probabilities (m, n_classes) for features (m, n_features) by votes of the nearest training images.

    `batches` are the training images (b, 3, size, size), in the order of `labels`. 11 images vote, or all if a tiny
    collection has fewer.
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
    """Search for the `k` training images that are nearest to each query, by Euclidean distance of features.

    Training images come in parts, in order. Only the distances and indices of the nearest images so far are kept.
    Distances are float32: among training images whose distances differ only by rounding, the choice is undefined.
    """

    def __init__(self, queries: Tensor, k: int = N_NEIGHBOURS) -> None:
        """Start a search for the features (m, n_features) of the images to classify."""
        self.queries = queries
        # Features are centred because distances are computed from products, which are more exact near 0.
        self.mean = queries.mean(dim=0)
        self.k = k
        self.n_seen = 0
        self.distances = queries.new_empty((len(queries), 0))
        self.nearest = torch.empty((len(queries), 0), dtype=torch.int64, device=queries.device)

    def add(self, features: Tensor) -> None:
        """Compare the queries with the features (n, n_features) of the next training images."""
        for part in features.split(CHUNK):
            centred = part - self.mean
            found = [self._nearest_so_far(at, centred) for at in range(0, len(self.queries), CHUNK)]
            distances, nearest = zip(*found, strict=True)
            self.distances, self.nearest = torch.cat(distances), torch.cat(nearest)
            self.n_seen += len(part)

    def _nearest_so_far(self, at: int, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return distances and indices (c, up to k) of the nearest images of some queries, including `features`."""
        some = slice(at, at + CHUNK)
        new = torch.cdist(self.queries[some] - self.mean, features)
        numbers = torch.arange(self.n_seen, self.n_seen + len(features), device=new.device)
        distances = torch.cat([self.distances[some], new], dim=1)
        numbers = torch.cat([self.nearest[some], numbers.expand(len(new), -1)], dim=1)
        nearest = distances.topk(min(self.k, distances.shape[1]), dim=1, largest=False, sorted=False)
        return nearest.values, numbers.gather(1, nearest.indices)

    def probabilities(self, labels: Tensor, dataset: Dataset) -> Tensor:
        """Return the votes of the nearest images as float32 probabilities (m, n_classes).

        `labels` are those of all training images: (n,) or, if multi-label, (n, n_classes). The probability of a class
        or label is the fraction of the neighbours that have it. The class with the largest fraction wins the majority
        vote; among equal fractions, `argmax` returns the class with the lowest number.
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
