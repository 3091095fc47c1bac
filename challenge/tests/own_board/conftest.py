"""Entries that are better or worse on the organ sets than on the other datasets."""

from collections.abc import Callable

import numpy as np
import pytest

from accounts.models import Team
from challenge.models import DatasetScore, Metric, Submission, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import count_classes
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.estimates import summarize
from challenge.scoring.statistics.intervals import N_REPLICATES
from challenge.services import uncertainty


@pytest.fixture
def specialist(entry, labels) -> Callable[..., Submission]:
    """Add an entry with a score on the first nine datasets and one on the organ sets; with replicates if `spread`."""
    counts = count_classes(labels.labels, MEDMNIST_PLUS)
    shared = np.random.default_rng(0).standard_normal((12, 4, N_REPLICATES))
    made: list[Submission] = []

    def make(team: Team, others: float, organs: float, *, spread: float = 0.0, **about) -> Submission:
        scores = np.array([others] * 9 + [organs] * 3)
        submission = entry(team, float(scores.mean()), **about)
        made.append(submission)
        evaluation = submission.evaluations.get()
        DatasetScore.objects.bulk_create(
            DatasetScore(evaluation=evaluation, dataset=d.name, **dict.fromkeys(Metric.values, score))
            for d, score in zip(MEDMNIST_PLUS, scores.tolist(), strict=True)
        )
        if spread:
            table = np.repeat(scores[:, None], len(METRICS), axis=1)
            noise = shared + np.random.default_rng(len(made)).standard_normal(shared.shape)
            Uncertainty.objects.create(
                evaluation=evaluation,
                status=Uncertainty.Status.DONE,
                **uncertainty.uncertainty_fields(
                    summarize(
                        table,
                        table[:, :, None] + spread * noise / 2**0.5,
                        counts,
                        dict.fromkeys((d.name for d in MEDMNIST_PLUS), spread),
                        MEDMNIST_PLUS,
                    ),
                    MEDMNIST_PLUS,
                ),
            )
        return submission

    return make
