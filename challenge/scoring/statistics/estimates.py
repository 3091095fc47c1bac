"""Uncertainty of the scores of one file: intervals and standard errors of every metric, from bootstrap replicates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..benchmark import Benchmark
from ..ground_truth import count_classes
from ..metrics.ranked import METRICS
from .delong import auc_standard_error, standard_error_of_mean
from .intervals import score_interval, standard_errors
from .misses import misses
from .ordered import ordered

if TYPE_CHECKING:
    from .bootstrap import Draws

#: Name of the means over the datasets, next to the names of the datasets.
AVERAGE = "average"


@dataclass(frozen=True)
class Estimates:
    """Uncertainty of the scores on D datasets and of their means.

    Each of the first three has the keys `AVERAGE` and the names of the datasets.
    """

    #: Ends of the 95 % interval, by metric.
    intervals: dict[str, dict[str, list[float]]]
    #: Standard error, by metric.
    standard_errors: dict[str, dict[str, float]]
    #: Standard error of the AUC after DeLong.
    auc_standard_errors: dict[str, float]
    #: Metrics of each replicate, (D, 4, B).
    replicates: np.ndarray


def estimate(
    predictions: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    benchmark: Benchmark,
    draws: "Draws | None" = None,
) -> Estimates:
    """Estimate the uncertainty of the scores of predictions.

    Arrays as for `evaluator.evaluate`; `draws` as for `bootstrap.bootstrap_dataset`, which draws anew by default.
    """
    # imports Numba, which web processes do not need
    from . import bootstrap

    values, replicates, auc_errors = [], [], {}
    for dataset in benchmark:
        images = ordered(labels[dataset.name], predictions[dataset.name], dataset)
        values.append(bootstrap.metrics_of(images))
        replicates.append(bootstrap.bootstrap_dataset(images, draws=draws or bootstrap.draws))
        auc_errors[dataset.name] = auc_standard_error(images)
    class_counts = count_classes(labels, benchmark)
    return summarize(np.stack(values), np.stack(replicates), class_counts, auc_errors, benchmark)


def summarize(
    values: np.ndarray,
    replicates: np.ndarray,
    class_counts: Mapping[str, Sequence[int]],
    auc_errors: Mapping[str, float],
    benchmark: Benchmark,
) -> Estimates:
    """Return the uncertainty of scores.

    Args:
        values: metrics on each dataset, (D, 4).
        replicates: their replicates, (D, 4, B).
        class_counts: number of test images of each class (or with each label), by dataset.
        auc_errors: standard error of each dataset's AUC, after DeLong.
        benchmark: the D datasets.

    """
    means, of_miss = replicates.mean(axis=0), misses(class_counts, benchmark)
    names = [AVERAGE, *(dataset.name for dataset in benchmark)]
    intervals = [
        score_interval(values.mean(axis=0), means, of_miss.mean()),
        *score_interval(values, replicates, of_miss),
    ]
    errors = [standard_errors(means), *standard_errors(replicates)]
    return Estimates(
        intervals={name: _by_metric(ends) for name, ends in zip(names, intervals, strict=True)},
        standard_errors={name: _by_metric(values) for name, values in zip(names, errors, strict=True)},
        auc_standard_errors={AVERAGE: standard_error_of_mean(list(auc_errors.values())), **auc_errors},
        replicates=replicates,
    )


def _by_metric(values: np.ndarray) -> dict[str, Any]:
    """Return values (4, ...) as plain numbers or lists."""
    return dict(zip(METRICS, values.tolist(), strict=True))
