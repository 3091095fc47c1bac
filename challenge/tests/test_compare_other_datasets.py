"""Probabilities, on the page of a comparison, that a difference would hold on other datasets."""

import re

import baycomp
import numpy as np
import pytest
from django.core.management import call_command
from django.urls import reverse

from challenge.models import PublishedMethod
from challenge.results.rows import published_rows, with_dataset_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.statistics.bayesian import SEED
from challenge.tests.pages import elements, page_of, text_of


@pytest.fixture
def methods(db) -> list[PublishedMethod]:
    call_command("import_reported_baselines", verbosity=0)
    known = PublishedMethod.objects.filter(resolution=224, scheme="end-to-end").order_by("pk")
    return [known.get(architecture=name) for name in ("vgg16", "alexnet", "resnet18")]


def sentences(client, *keys: str, metric: str = "auc") -> list[str]:
    page = page_of(client, reverse("compare"), {"e": keys, "metric": metric})
    return [text_of(item) for item in elements(page, "#other-datasets ~ ul:first-of-type li")]


def block_scores(method: PublishedMethod) -> np.ndarray:
    """Return AUCs in units of 1/30,000, whole numbers, so that baycomp sees ties of the printed decimals."""
    (row,) = with_dataset_scores(published_rows([method]))
    scores = [row.by_dataset[dataset.name]["auc"].value for dataset in MEDMNIST_PLUS]
    return np.round(30_000 * np.array([*scores[:9], np.mean(scores[9:])]))


def test_published_rows_are_compared_each_with_the_first_as_by_baycomp(client, methods):
    found = sentences(client, *(f"p{method.pk}" for method in methods))
    assert len(found) == 2
    first = block_scores(methods[0])
    for method, sentence in zip(methods[1:], found, strict=True):
        left, equal, right = baycomp.SignedRankTest.probs(
            block_scores(method), first, rope=300, nsamples=50_000, random_state=SEED
        )
        shown = re.fullmatch(
            rf"{re.escape(method.title)}.* higher (.+) % , practically equal (.+) % , VGG16.* higher (.+) % \.",
            sentence,
        )
        assert shown
        for text, probability in zip(shown.groups(), (left, equal, right), strict=True):
            if text.startswith(("<", ">")):
                assert min(probability, 1 - probability) <= 0.01
            else:
                assert float(text) == pytest.approx(100 * probability, abs=0.51)


def test_a_far_better_entry_is_higher_and_equal_entries_are_practically_equal(client, uncertain_entry, team):
    first, better, same = (uncertain_entry(team, auc) for auc in (0.8, 0.9, 0.8))
    far, equal = sentences(client, *(f"s{one.pk}" for one in (first, better, same)))
    assert far.startswith("Model 1 (Team Alpha) higher > 99 % , practically equal < 1 %")
    assert "practically equal > 99 %" in equal


def test_without_the_score_of_a_dataset_there_is_no_sentence(client, methods, uncertain_entry, team):
    entry = uncertain_entry(team, 0.9)
    first, second = sentences(
        client, f"s{entry.pk}", f"p{methods[0].pk}", f"p{methods[1].pk}", metric="cohen_kappa"
    )
    assert "not known, because Cohen's kappa is not known on all 12 datasets for both rows" in first
    assert "not known" in second


def test_the_page_says_what_it_assumes(client, methods):
    page = text_of(page_of(client, reverse("compare"), {"e": [f"p{method.pk}" for method in methods]}))
    assert "a difference of at most 0.01" in page
    assert "on the scores of 10 blocks: the three organ sets count as one" in page
    assert "The test takes the blocks as a random sample of such datasets." in page
