"""Loss of each task, and weight of each dataset's loss."""

from collections.abc import Callable, Collection, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from challenge.scoring.benchmark import Dataset, Task

Loss = Callable[[Tensor, Tensor], Tensor]


def uses_corn(dataset: Dataset, ordinal_loss: bool) -> bool:
    """Return True if the head of a dataset has the K - 1 logits of CORN, not one for each of its K classes."""
    return ordinal_loss and dataset.task is Task.ORDINAL


def loss_for(dataset: Dataset, ordinal_loss: bool = False) -> Loss:
    """Return the loss function (logits (b, n), labels (b,) or (b, n)) -> mean loss of a batch, in float32."""
    if dataset.task is Task.MULTILABEL:
        return binary_cross_entropy
    return corn_loss if uses_corn(dataset, ordinal_loss) else cross_entropy


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of logits (b, n_classes) and classes (b,)."""
    return functional.cross_entropy(logits.float(), labels)


def binary_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy of logits (b, n_labels) and labels (b, n_labels) of 0 and 1, mean over images and labels."""
    return functional.binary_cross_entropy_with_logits(logits.float(), labels.float())


def corn_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """CORN loss of logits (b, K - 1) and grades (b,) from 0 to K - 1.

    Logit j gives P(grade > j | grade > j - 1), so it learns only from images with a grade of more than j - 1. The loss
    is the binary cross-entropy summed over all logits and their images, divided by the number of terms. It is not a
    mean over thresholds: a threshold without images in the batch adds nothing to the sum or the divisor, and a
    threshold with many images counts for more. The authors' own code (coral-pytorch 1.4.0) does the same; a test
    compares both.
    (Shi, Cao, Raschka 2021: Deep neural networks for rank-consistent ordinal regression based on conditional
    probabilities, arXiv 2111.08851.)
    """
    thresholds = torch.arange(logits.shape[1], device=logits.device)
    grades = labels.unsqueeze(1)
    takes_part = (grades >= thresholds).float()
    is_above = (grades > thresholds).float()
    terms = functional.binary_cross_entropy_with_logits(logits.float(), is_above, reduction="none")
    return (terms * takes_part).sum() / takes_part.sum()


def corn_probabilities(logits: Tensor) -> Tensor:
    """Convert CORN's logits (b, K - 1) to the probabilities of the grades (b, K).

    P(grade > j) is the product of the conditional probabilities up to j; the probability of a grade is the difference
    of two such products. The site predicts the most probable grade, as for every submission. The authors of CORN
    predict the median: the number of thresholds that are exceeded with a probability over 1/2. The two may differ.
    """
    above = torch.sigmoid(logits.float()).cumprod(dim=1)
    ones, zeros = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    return torch.cat([ones, above], dim=1) - torch.cat([above, zeros], dim=1)


def loss_weights(n_batches_by_dataset: Mapping[str, int], excludes: Collection[str] = ()) -> dict[str, float]:
    """Return the weight of each dataset's loss: batches of the smallest dataset / batches of this dataset.

    Datasets in `excludes` are left out: they keep the weight 1, as in training without weights, and do not count as
    the smallest dataset.
    """
    unknown = sorted(set(excludes) - set(n_batches_by_dataset))
    if unknown:
        raise ValueError(f"not among the datasets of this training: {', '.join(unknown)}")
    weighted = {name: n for name, n in n_batches_by_dataset.items() if name not in excludes}
    if not weighted:
        raise ValueError("every dataset is left out of the weighting")
    smallest = min(weighted.values())
    return {name: smallest / weighted[name] if name in weighted else 1.0 for name in n_batches_by_dataset}
