"""Secondary metrics on an entry's page, next to those of two predictors that ignore the images."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bigsite.outages import StorageDownError
from challenge.models import Evaluation, GroundTruth, Metric, SecondaryMetrics
from challenge.results.reference_predictors import reference_predictors
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.ground_truth import GroundTruthError
from challenge.scoring.metrics.secondary import AVERAGED

logger = logging.getLogger(__name__)

Values = Mapping[str, Any]

SECONDARY_TITLES = {
    "matthews_correlation": "Matthews correlation",
    "average_precision": "Average precision",
    "brier_score": "Brier score",
    "log_loss": "Log loss",
    "calibration_error": "Calibration error",
}
QUADRATIC_KAPPA = ("quadratic_kappa", "Quadratic kappa")
REFERENCES = {"majority": "Always the most frequent class", "chance": "Chance"}


@dataclass(frozen=True)
class Line:
    """Line of a table: its name, and values by metric."""

    name: str
    values: Values
    is_reference: bool = False


@dataclass(frozen=True)
class ClassRates:
    """Recall and precision of one class or label; precision is None if nothing was predicted as it."""

    name: str
    recall: float | None
    precision: float | None


def references(ground_truth: GroundTruth) -> Mapping[str, Any]:
    """Return the scores of the reference predictors; empty if the labels are missing, damaged or out of reach."""
    try:
        return reference_predictors(ground_truth)
    except (GroundTruthError, StorageDownError) as error:
        logger.error("The labels of %s cannot be read: %s", ground_truth, error)
        return {}


def reference_means(of: Mapping[str, Any]) -> list[Line]:
    """Return a line per reference predictor: its means over the datasets."""
    return [Line(title, of[name]["average"], True) for name, title in REFERENCES.items() if name in of]


def majority_accuracies(of: Mapping[str, Any]) -> dict[str, float]:
    """Return the accuracy of always predicting the most frequent class, by dataset."""
    return {name: values["accuracy"] for name, values in of["majority"]["datasets"].items()} if of else {}


def secondary_of(evaluation: Evaluation) -> Mapping[str, Values]:
    """Return the secondary metrics of an evaluation by dataset; empty until they are computed."""
    found = SecondaryMetrics.objects.filter(evaluation=evaluation).first()
    return found.datasets if found else {}


def dataset_lines(secondary: Mapping[str, Values]) -> list[Line]:
    """Return a line per dataset."""
    return [Line(d.title, secondary[d.name]) for d in MEDMNIST_PLUS if d.name in secondary]


def mean_line(secondary: Mapping[str, Values]) -> Line | None:
    """Return the unweighted means over the datasets; None until the metrics are computed."""
    if not secondary:
        return None
    means = {metric: fmean(values[metric] for values in secondary.values()) for metric in AVERAGED}
    return Line(f"Mean of {len(secondary)}", means)


def one_dataset(
    evaluation: Evaluation, dataset: Dataset, secondary: Mapping[str, Values], of: Mapping[str, Any]
) -> tuple[list[tuple[str, str]], list[Line]]:
    """Return columns and lines for all metrics of an entry on a dataset, followed by the references."""
    columns = list(Metric.choices)
    if dataset.name in secondary:
        columns += SECONDARY_TITLES.items()
        if dataset.task is Task.ORDINAL:
            columns.append(QUADRATIC_KAPPA)
    score = next((s for s in evaluation.dataset_scores.all() if s.dataset == dataset.name), None)
    official = {metric: getattr(score, metric) for metric in Metric.values} if score else {}
    own = Line("This entry", {**official, **secondary.get(dataset.name, {})})
    return columns, [
        own,
        *(
            Line(title, of[name]["datasets"][dataset.name], True)
            for name, title in REFERENCES.items()
            if name in of
        ),
    ]


def class_rates(dataset: Dataset, secondary: Mapping[str, Values]) -> list[ClassRates]:
    """Return recall and precision of each class of a dataset; empty until they are computed."""
    values = secondary.get(dataset.name)
    if values is None:
        return []
    return [
        ClassRates(*rates)
        for rates in zip(dataset.classes, values["recall"], values["precision"], strict=True)
    ]
