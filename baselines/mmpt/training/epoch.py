"""One epoch: training, BatchNorm statistics of each dataset, and validation."""

import math
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import partial

import numpy as np

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

    Except for occasional lines of progress, nothing is read from the device before the end. Raises `DivergedError` if
    the mean loss of a dataset is not finite.
    """
    learner.model.train()
    tallies = {name: Tally(source.dataset, len(source)) for name, source in sources.items()}
    for inputs in stream(sources, batches, learner.world.share):
        for name, (logits, loss) in step(learner, inputs).items():
            tallies[name].add(logits, inputs[name][1], loss)
        progress.step(
            sum(len(labels) for _, labels in inputs.values()),
            lambda: {name: tally.mean_loss() for name, tally in tallies.items() if tally.n_batches},
        )
    results = {name: tally.result(learner.model.probabilities) for name, tally in tallies.items()}
    for name, result in results.items():
        if not math.isfinite(result.loss):
            raise DivergedError(
                f"The training loss of {name} is {result.loss}: the training diverged. "
                "Try a smaller --learning-rate, or --precision fp32."
            )
    return results


def estimate(
    learner: Learner, sources: Mapping[str, Source], batch_size: int, seed: int
) -> DatasetStatistics:
    """Estimate each dataset's statistics from some of its training images, the same images in each epoch."""
    statistics = DatasetStatistics()
    for name, source in sources.items():
        order = np.random.default_rng(seed).permutation(len(source))[: STATISTICS_BATCHES * batch_size]
        batches = [{name: order[at : at + batch_size]} for at in range(0, len(order), batch_size)]
        images = (inputs[name][0] for inputs in stream({name: source}, batches))
        with (
            autocast(source.labels.device, learner.precision),
            cudnn_tuning(useful=False),
            learner.world.alone(learner.model),
        ):
            statistics.add(estimate_statistics(learner.model, name, images))
    return statistics


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
