"""Pages of published methods, and the sources they cite."""

import pytest
from django.urls import reverse

from challenge.models import PublishedMethod
from challenge.tests.pages import attribute, page_of, region, text_of

pytestmark = pytest.mark.django_db

DOERRICH = "Scientific Reports 15(1), 7669"
THESIS = "Designing a benchmark and leaderboard system"


@pytest.mark.parametrize(
    ("scheme", "doerrich", "thesis"),
    [(None, True, True), ("knn", True, False), ("linear-probing", True, False), ("mm-pt", False, True)],
)
def test_sources_are_cited_where_they_give_a_score(imported, client, scheme, doerrich, thesis):
    method = PublishedMethod.objects.filter(scheme=scheme, architecture="resnet18", resolution=28).first()
    html = page_of(client, method.get_absolute_url() if method else reverse("baselines"))
    shown = text_of(html)
    assert (DOERRICH in shown) == doerrich
    assert ("https://doi.org/10.1038/s41598-025-92156-9" in attribute(html, "a", "href")) == doerrich
    assert ("https://arxiv.org/abs/2404.15786" in attribute(html, "a", "href")) == doerrich
    assert (f"{THESIS} for assessing" in shown) == thesis
    assert ("(Tables 5 and 6)" in shown) == thesis
    assert "Doerrich et al. (2024)" not in shown


def test_a_method_shows_its_other_resolutions(imported, client, printed):
    method = PublishedMethod.objects.get(scheme="linear-probing", architecture="alexnet", resolution=128)
    html = page_of(client, method.get_absolute_url())
    means = region(html, "Means at all resolutions")
    for resolution in (28, 64, 128, 224):
        mean, std = printed["linear-probing", "alexnet", False, resolution, "accuracy"]
        assert f"{mean:.4f} ± {std:.4f}" in text_of(means)
        other = PublishedMethod.objects.get(
            scheme="linear-probing", architecture="alexnet", resolution=resolution
        )
        assert (other.get_absolute_url() in attribute(means, "a", "href")) == (resolution != 128)
    assert f"{reverse('compare')}?e=p{method.pk}&resolution=128" in attribute(html, "a", "href")
    assert "62.3 million parameters" in text_of(html, without="details")
    assert "name in torchvision" in text_of(html, without="details")


def test_a_method_without_datasets_says_so(imported, client):
    method = PublishedMethod.objects.get(
        scheme="mm-pt", architecture="resnet18", weighted_loss=True, resolution=64
    )
    html = page_of(client, method.get_absolute_url())
    assert "Only the means above were published for this method" in html
    assert "0.8573" in html
    assert "data-figure" not in html


def test_a_method_of_an_architecture_without_facts_has_a_page(client):
    method = PublishedMethod.objects.create(scheme="end-to-end", architecture="new_net", resolution=28)
    assert client.get(method.get_absolute_url()).status_code == 200
    assert client.get(reverse("baselines")).status_code == 200
