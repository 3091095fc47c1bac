"""Luck of a team's best entry, which is selected from its attempts."""

from collections.abc import Collection

import numpy as np

from challenge.models import Evaluation, Metric, Uncertainty, Versions, unpack_mean_replicates
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.selection import excess_of_best


def luck_of_best(attempts: Collection[int], versions: Versions | None) -> float | None:
    """Return by how much the best of these submissions exceeds one of them in mean AUC if all were equally good.

    None for fewer than two submissions, or if one has no replicates by the ranked versions.
    """
    if len(attempts) < 2:
        return None
    evaluations = Evaluation.objects.by(versions).filter(submission__in=attempts)
    stored = Uncertainty.objects.known().filter(evaluation__in=evaluations)
    contents = list(stored.values_list("mean_replicates", flat=True))
    if len(contents) < len(attempts):
        return None
    place = METRICS.index(Metric.AUC)
    return excess_of_best(np.stack([unpack_mean_replicates(bytes(one))[place] for one in contents]))
