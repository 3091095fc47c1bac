"""The baseline of the decathlon score: the published ResNet-18."""

import numpy as np
from numpy.typing import NDArray

from challenge.models import Metric, PublishedMethod, PublishedScore
from challenge.scoring.benchmark import MEDMNIST_PLUS

ARCHITECTURE = "resnet18"


def decathlon_baseline(resolution: int) -> NDArray[np.float64] | None:
    """Return the baseline accuracies of the decathlon score, (12,) in the official order of the datasets.

    They belong to the ResNet-18 that Doerrich et al. (2025) trained end-to-end at this resolution (pixels per side).
    None if any is missing: `manage.py import_reported_baselines` imports them.
    """
    accuracies = dict(
        PublishedScore.objects.filter(
            source=PublishedScore.Source.DOERRICH_2024,
            metric=Metric.ACCURACY,
            method__scheme=PublishedMethod.Scheme.END_TO_END,
            method__architecture=ARCHITECTURE,
            method__weighted_loss=False,
            method__resolution=resolution,
        ).values_list("dataset", "mean")
    )
    in_order = [accuracies.get(dataset.name) for dataset in MEDMNIST_PLUS]
    return None if None in in_order else np.array(in_order, dtype=float)
