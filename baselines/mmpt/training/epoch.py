"""One epoch: training, BatchNorm statistics of each dataset, and validation."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial

import numpy as np
from torch import Tensor

from baselines.mmpt.data.images import Batch, Source, stream
from baselines.mmpt.model.normalization import DatasetStatistics, estimate_statistics
from baselines.mmpt.training.device import autocast, cudnn_tuning
from baselines.mmpt.training.evaluate import Result, Tally, evaluate
from baselines.mmpt.training.learner import Learner, step
from baselines.mmpt.training.log import Progress

#: Maximum number of training batches from which a dataset's statistics are estimated.
STATISTICS_BATCHES = 8


class DivergedError(Exception):
    """A loss is no longer finite; the message names the dataset."""


def train_epoch(
    learner: Learner, sources: Mapping[str, Source], batches: Iterable[Batch], progress: Progress
) -> dict[str, Result]:
    """Take a step for each batch; the results come from the model as it was at each step.

    Except for occasional lines of progress, nothing is read from a GPU before the end. Raises `DivergedError` if a loss
    is not finite: on a CPU at that step, on a GPU at the next line of progress.
    """
    learner.model.train()
    tallies = {name: Tally(source.dataset, len(source)) for name, source in sources.items()}

    def losses() -> dict[str, float]:
        return {name: _finite(name, tally.mean_loss()) for name, tally in tallies.items() if tally.n_batches}

    for inputs in stream(sources, batches, learner.world.share):
        for name, (logits, loss) in step(learner, inputs).items():
            tallies[name].add(logits, inputs[name][1], loss)
            if loss.device.type == "cpu":
                _finite(name, loss.item())
        progress.step(sum(len(labels) for _, labels in inputs.values()), losses)
    losses()
    return {name: tally.result(learner.model.probabilities) for name, tally in tallies.items()}


def _finite(name: str, loss: float) -> float:
    if not math.isfinite(loss):
        raise DivergedError(
            f"The training loss of {name} is {loss}: the training diverged. "
            "Try a smaller --learning-rate, or --precision fp32."
        )
    return loss


def estimate(
    learner: Learner, sources: Mapping[str, Source], batch_size: int, seed: int
) -> DatasetStatistics:
    """Estimate each dataset's statistics from some of its training images, the same images in each epoch."""
    statistics = DatasetStatistics()
    for name, source in sources.items():
        images = images_for_statistics(source, batch_size, seed)
        with (
            autocast(source.labels.device, learner.precision),
            cudnn_tuning(useful=False),
            learner.world.alone(learner.model),
        ):
            statistics.add(estimate_statistics(learner.model, name, images))
    return statistics


def images_for_statistics(source: Source, batch_size: int, seed: int) -> Iterator[Tensor]:
    """Yield the batches of a dataset's training images from which its statistics are estimated."""
    name = source.dataset.name
    order = np.random.default_rng(seed).permutation(len(source))[: STATISTICS_BATCHES * batch_size]
    batches = [{name: order[at : at + batch_size]} for at in range(0, len(order), batch_size)]
    return (inputs[name][0] for inputs in stream({name: source}, batches))


def validate(
    learner: Learner, sources: Mapping[str, Source], statistics: DatasetStatistics | None, batch_size: int
) -> dict[str, Result]:
    """Evaluate each dataset with its own BatchNorm statistics, or with the running statistics if there are none.

    In both cases the model keeps its running statistics, for further training and for the checkpoint.
    """
    results = {}
    learner.model.eval()
    for name, source in sources.items():
        with nullcontext() if statistics is None else statistics.applied(learner.model, name):
            results[name] = evaluate(
                partial(learner.logits, dataset_name=name),
                source,
                learner.losses[name],
                learner.model.probabilities,
                batch_size,
                learner.world,
            )
    return results
