"""Figures on the page of an entry: their tables, and which figures are drawn."""

import json

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from sklearn import metrics as sklearn_metrics

from challenge.entries.figures import all_figures
from challenge.models import (
    Evaluation,
    EvaluationCurves,
    PublishedMethod,
    PublishedScore,
    Submission,
    ranked_versions,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import read_predictions
from challenge.services import evaluations
from challenge.tests.pages import attribute, element, elements, page_of, rows_of

EMPTY = "was scored before the site stored confusion matrices, ROC curves and reliability"


def figures_on(page: str) -> dict[str, dict]:
    """Return the data of each figure for the page's script."""
    scripts = elements(page, 'script[id^="spec-"][type="application/json"]')
    return {spec["name"]: spec for spec in (json.loads(script.text()) for script in scripts)}


def numbers_of(page: str, figure: str) -> list[list[str]]:
    """Return the rows of a figure's table, without the header."""
    return rows_of(element(page, f"figure#{figure} tbody"))


def test_it_works(client, team, submit_and_score):
    submission = submit_and_score(team)
    page = page_of(client, submission.get_absolute_url())
    assert list(figures_on(page)) == [
        *("auc-by-dataset", "balanced-accuracy-by-dataset", "cohen-kappa-by-dataset", "accuracy-by-dataset"),
        *("auc-distribution", "rank-by-auc"),
        *("confusion-pathmnist", "roc-pathmnist", "reliability-pathmnist"),
    ]
    scores = {s.dataset: s for s in submission.evaluations.get().dataset_scores.all()}
    assert numbers_of(page, "cohen-kappa-by-dataset") == [
        [dataset.title, f"{scores[dataset.name].cohen_kappa:.4f}"] for dataset in MEDMNIST_PLUS
    ]


def test_the_choice_of_a_dataset(client, team, submit_and_score, labels, prediction_files):
    submission = submit_and_score(team, skill=1.0)
    page = page_of(client, submission.get_absolute_url(), {"dataset": "bloodmnist"})
    assert {"confusion-bloodmnist", "roc-bloodmnist", "reliability-bloodmnist"} < set(figures_on(page))
    assert "By dataset: BloodMNIST" in page
    assert attribute(page, "#by-dataset a[aria-current=true]", "id") == ["choose-bloodmnist"]

    y_true = labels.labels["bloodmnist"]
    y_score = read_predictions(prediction_files(1.0), MEDMNIST_PLUS).values["bloodmnist"]
    expected = sklearn_metrics.confusion_matrix(y_true, y_score.argmax(axis=1))
    found = [
        [int(cell.replace(",", "")) for cell in row[1:-1]] for row in numbers_of(page, "confusion-bloodmnist")
    ]
    assert found == expected.tolist()
    for c, row in enumerate(numbers_of(page, "roc-bloodmnist")):
        assert row[1] == f"{sklearn_metrics.roc_auc_score(y_true == c, y_score[:, c]):.4f}"
    counts = [int(row[1].replace(",", "")) for row in numbers_of(page, "reliability-bloodmnist")]
    assert sum(counts) == len(y_true)


def test_every_dataset_can_be_chosen_without_scripts(client, team, submit_and_score):
    submission = submit_and_score(team)
    links = attribute(page_of(client, submission.get_absolute_url()), '[href*="?dataset="]', "href")
    assert len(links) == len(MEDMNIST_PLUS.datasets)
    for dataset, link in zip(MEDMNIST_PLUS, links, strict=True):
        assert link.endswith("#by-dataset")
        assert f"By dataset: {dataset.title}" in page_of(client, link)


@pytest.mark.parametrize("query", ["?dataset=brainmnist", "?dataset=", "?dataset=%00", "?dataset=<script>"])
def test_a_dataset_that_there_is_not_means_the_first(query, client, team, submit_and_score):
    assert "By dataset: PathMNIST" in page_of(client, submit_and_score(team).get_absolute_url() + query)


def test_an_entry_without_curves_says_so(client, team, submit_and_score):
    submission = submit_and_score(team)
    assert EMPTY not in page_of(client, submission.get_absolute_url())
    EvaluationCurves.objects.all().delete()
    page = page_of(client, submission.get_absolute_url())
    assert EMPTY in page
    assert "auc-by-dataset" in figures_on(page)
    assert "roc-pathmnist" not in figures_on(page)


def test_ranks_and_boxes_beside_published_methods_of_the_resolution(
    client, team, other_team, submit_and_score
):
    submission = submit_and_score(team, skill=1.0)
    submit_and_score(other_team, skill=2.0)
    submit_and_score(other_team, skill=3.0, resolution=64)
    for resolution in (28, 64):
        method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=resolution)
        method.scores.create(source="doerrich2024", dataset="octmnist", metric="auc", mean=0.999)
        method.scores.create(source="doerrich2024", dataset=PublishedScore.AVERAGE, metric="auc", mean=0.999)
    page = page_of(client, submission.get_absolute_url())
    ranks = {row[0]: row[1:] for row in numbers_of(page, "rank-by-auc")}
    assert ranks == {d.title: ["3", "3"] if d.name == "octmnist" else ["2", "2"] for d in MEDMNIST_PLUS}
    boxes = numbers_of(page, "auc-distribution")
    assert [row[0] for row in boxes] == ["VGG16, k-NN", "Model 1.0 (Team Alpha)"]
    areas = [score.auc for score in submission.evaluations.get().dataset_scores.all()]
    assert boxes[1][2] == f"{np.min(areas):.4f}"


def test_a_disqualified_entry_has_no_ranks(team, submit_and_score, as_user):
    submission = submit_and_score(team)
    Submission.objects.update(disqualified_at=submission.created_at)
    assert "rank-by-auc" not in figures_on(page_of(as_user(team), submission.get_absolute_url()))


def test_the_scripts_are_there_before_the_figures_are(team, submit, as_user):
    """The figures are swapped in without a new page head."""
    submission = submit(team)
    page = page_of(as_user(team), submission.get_absolute_url())
    assert figures_on(page) == {}
    assert "plotly-cartesian" in page
    result = reverse("submission_result", args=[submission.pk])
    assert not elements(page_of(as_user(team), result), "#figures")
    evaluations.evaluate(submission.evaluations.get().pk)
    outcome = page_of(as_user(team), result)
    assert elements(outcome, "#figures[hx-swap-oob=true]")
    assert "auc-by-dataset" in figures_on(outcome)


def test_figures_stay_while_an_entry_is_scored_again(client, team, submit_and_score):
    submission = submit_and_score(team)
    evaluations.queue_evaluations([submission])
    assert "roc-pathmnist" in figures_on(page_of(client, submission.get_absolute_url()))
    result = page_of(client, reverse("submission_result", args=[submission.pk]))
    assert not elements(result, "#figures"), "what is there is not drawn again and again"


def test_a_failed_submission_has_no_figures(team, submit_and_score, as_user):
    submission = submit_and_score(team, content=b"no,predictions\n")
    assert submission.evaluations.get().status == Evaluation.Status.FAILED
    assert figures_on(page_of(as_user(team), submission.get_absolute_url())) == {}
    result = as_user(team).get(reverse("submission_result", args=[submission.pk]))
    assert result.status_code == 200


def test_the_figures_of_an_entry_have_names_of_their_own(team, submit_and_score, ground_truth):
    submission = submit_and_score(team)
    names = [f.name for f in all_figures(submission, submission.evaluations.get(), ranked_versions())]
    assert len(names) == len(set(names)) == 6 + 3 * len(MEDMNIST_PLUS.datasets)
    assert "roc-bloodmnist" in names


def test_more_entries_take_no_more_queries(client, team, other_team, submit_and_score):
    submission = submit_and_score(team)

    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(submission.get_absolute_url())
        return len(queries)

    client.get(submission.get_absolute_url())
    alone = number_of_queries()
    for skill in (1.5, 2.0):
        submit_and_score(other_team, skill=skill)
    assert number_of_queries() == alone <= 40
