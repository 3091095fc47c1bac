"""The loss of each task, and how much the loss of each dataset counts."""

from collections.abc import Callable, Collection, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from challenge.scoring.benchmark import Dataset, Task

Loss = Callable[[Tensor, Tensor], Tensor]


def uses_corn(dataset: Dataset, ordinal_loss: bool) -> bool:
    """Whether the head of a dataset has the K - 1 logits of CORN, not one for each of its K classes."""
    return ordinal_loss and dataset.task is Task.ORDINAL


def loss_for(dataset: Dataset, ordinal_loss: bool = False) -> Loss:
    """Give the function (logits (b, n), labels (b,) or (b, n)) -> mean loss of a batch, in float32."""
    if dataset.task is Task.MULTILABEL:
        return binary_cross_entropy
    return corn_loss if uses_corn(dataset, ordinal_loss) else cross_entropy


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of logits (b, n_classes) and classes (b,)."""
    return functional.cross_entropy(logits.float(), labels)


def binary_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over images and labels, of logits (b, n_labels) and labels (b, n_labels) of 0 and 1."""
    return functional.binary_cross_entropy_with_logits(logits.float(), labels.float())


def corn_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """CORN of logits (b, K - 1) and grades (b,) from 0 to K - 1.

    Logit j stands for P(grade > j | grade > j - 1), so it learns only from the images whose grade is more than
    j - 1. The loss is the binary cross-entropy summed over all logits and their images, divided by the number of
    those terms. So a threshold that no image of the batch has a part in adds nothing, to the sum or to the divisor, and
    one that many have a part in counts for more: it is not a mean over thresholds. The authors' own code
    (coral-pytorch 1.4.0) does the same, and a test compares both. (Shi, Cao, Raschka 2021: Deep neural networks for
    rank-consistent ordinal regression based on conditional probabilities, arXiv 2111.08851.)
    """
    thresholds = torch.arange(logits.shape[1], device=logits.device)
    grades = labels.unsqueeze(1)
    takes_part = (grades >= thresholds).float()
    is_above = (grades > thresholds).float()
    terms = functional.binary_cross_entropy_with_logits(logits.float(), is_above, reduction="none")
    return (terms * takes_part).sum() / takes_part.sum()


def corn_probabilities(logits: Tensor) -> Tensor:
    """From CORN's logits (b, K - 1) to the probabilities of the grades (b, K).

    P(grade > j) is the product of the conditional probabilities up to j; that of a grade is the difference of two. As
    of every submission, the site takes the most probable grade. The authors of CORN take the median, the number of
    thresholds that are exceeded with a probability over 1/2, which may be another grade.
    """
    above = torch.sigmoid(logits.float()).cumprod(dim=1)
    ones, zeros = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    return torch.cat([ones, above], dim=1) - torch.cat([above, zeros], dim=1)


def loss_weights(n_batches_by_dataset: Mapping[str, int], excludes: Collection[str] = ()) -> dict[str, float]:
    """Give what the loss of each dataset is multiplied by: batches of the smallest dataset / its own batches.

    Datasets of `excludes` have no part in this: neither can one of them be the smallest, nor is its loss changed
    (a factor of 1, as in training without weights).
    """
    unknown = sorted(set(excludes) - set(n_batches_by_dataset))
    if unknown:
        raise ValueError(f"not among the datasets of this training: {', '.join(unknown)}")
    weighted = {name: n for name, n in n_batches_by_dataset.items() if name not in excludes}
    if not weighted:
        raise ValueError("every dataset is left out of the weighting")
    smallest = min(weighted.values())
    return {name: smallest / weighted[name] if name in weighted else 1.0 for name in n_batches_by_dataset}
