"""Facts of the scoring core that the site repeats in its models and templates."""

import pytest
from django.template import Context, Template

from challenge.models import Metric, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.evaluator import METRICS


def test_the_models_have_the_metrics_and_resolutions_of_the_core():
    assert tuple(Metric.values) == METRICS
    assert tuple(Resolution.values) == MEDMNIST_PLUS.resolutions


@pytest.mark.parametrize(
    ("tag", "text"),
    {
        "n_datasets": "12",
        "n_resolutions": "four",
        "n_metrics": "four",
        "n_replicates": "1,000",
        "level": "95",
    }.items(),
)
def test_every_template_knows_the_numbers_of_the_benchmark(tag, text):
    assert Template(f"{{% {tag} %}}").render(Context()) == text
