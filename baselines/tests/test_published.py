"""Published results, compared with the values that their sources print."""

import pytest
from django.core.management import call_command

from baselines.published import read_published_results
from challenge.models import Metric, PublishedMethod, PublishedScore, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS


def figure(**key) -> tuple[float, float | None]:
    (found,) = [r for r in read_published_results() if all(getattr(r, k) == v for k, v in key.items())]
    return found.mean, found.std


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        # Doerrich et al., percent in print
        (
            {"source": "doerrich2024", "scheme": "end-to-end", "architecture": "vgg16", "resolution": 28,
             "dataset": "average", "metric": "accuracy"},
            (0.8234, 0.0088),
        ),
        # Bachmeier, Tables 5 and 6
        (
            {"source": "thesis2024", "scheme": "mm-pt", "architecture": "resnet18", "weighted_loss": True,
             "resolution": 64, "metric": "cohen_kappa"},
            (0.3164, None),
        ),
        (
            {"source": "thesis2024", "scheme": "end-to-end", "architecture": "vgg16", "resolution": 28,
             "metric": "auc"},
            (0.9266, 0.0041),
        ),
    ],
)  # fmt: skip
def test_scores_are_those_of_the_source(key, expected):
    assert figure(**key) == expected


def test_all_results_have_known_datasets_metrics_and_resolutions():
    results = list(read_published_results())
    assert len(results) == 2600 + 168
    assert {r.dataset for r in results} == {d.name for d in MEDMNIST_PLUS} | {PublishedScore.AVERAGE}
    assert {r.metric for r in results} == set(Metric.values)
    assert {r.resolution for r in results} == set(Resolution.values)
    assert {r.scheme for r in results} == set(PublishedMethod.Scheme.values)
    assert all(-1 <= r.mean <= 1 for r in results)


def test_the_averages_of_doerrich_are_the_means_of_their_datasets():
    """Check the README of the files: every mean agrees with the published average within rounding."""
    by_cell: dict[tuple, dict[str, float]] = {}
    for r in read_published_results():
        if r.source == "doerrich2024":
            by_cell.setdefault((r.scheme, r.architecture, r.resolution, r.metric), {})[r.dataset] = r.mean
    for cell, means in by_cell.items():
        average = means.pop(PublishedScore.AVERAGE)
        assert sum(means.values()) / 12 == pytest.approx(average, abs=0.0001), cell


@pytest.mark.django_db
def test_importing_again_keeps_the_addresses_and_adds_nothing():
    call_command("import_reported_baselines", verbosity=0)
    before = set(PublishedMethod.objects.values_list("pk", flat=True))
    call_command("import_reported_baselines", verbosity=0)
    assert set(PublishedMethod.objects.values_list("pk", flat=True)) == before
    assert len(before) == 4 * (3 * 10 + 2 * 2)
    assert PublishedScore.objects.count() == 2768


@pytest.mark.django_db
def test_a_published_method_has_a_page_with_its_scores(client):
    call_command("import_reported_baselines", verbosity=0)
    method = PublishedMethod.objects.get(scheme="end-to-end", architecture="vgg16", resolution=28)
    page = client.get(method.get_absolute_url()).content.decode()
    assert "VGG16" in page
    assert '0.8234 <span class="std">± 0.0088</span>' in page
    assert '0.7263 <span class="std">± 0.0142</span>' in page
    assert "Doerrich et al. (2025)" in page
