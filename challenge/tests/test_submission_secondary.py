"""Secondary metrics of an entry, shown next to reference predictors that look at no image."""

import numpy as np
import pytest
from django.urls import reverse
from sklearn import metrics as sklearn_metrics

from challenge.models import SecondaryMetrics, Submission
from challenge.results import secondary_metrics as further_tables
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.ground_truth import GroundTruthError
from challenge.scoring.metrics.secondary import AVERAGED, secondary_metrics
from challenge.scoring.reading.predictions import read_predictions
from challenge.tests.pages import element, elements, page_of, table_of, text_of

TITLE = "Informational, not ranked"
MAJORITY = "Always the most frequent class"


@pytest.fixture(scope="module")
def predictions(prediction_files):
    return read_predictions(prediction_files(1.0), MEDMNIST_PLUS).values


@pytest.fixture(scope="module")
def further(predictions, labels):
    return secondary_metrics(predictions, labels.labels, MEDMNIST_PLUS)


@pytest.fixture
def submission(submit_and_score, team, further) -> Submission:
    """A scored entry of these predictions, with its informational metrics."""
    made = submit_and_score(team, skill=1.0)
    SecondaryMetrics.objects.create(evaluation=made.evaluations.get(), datasets=further)
    return made


def page_on(client, submission: Submission, **query: str) -> str:
    return page_of(client, submission.get_absolute_url(), query)


def test_the_table_is_there_and_closed(client, submission, predictions, labels):
    page = page_on(client, submission)
    assert text_of(element(page, "details.further:not([open]) > summary")).startswith(TITLE)
    table = table_of(page, "Informational metrics")
    assert list(table) == [*(d.title for d in MEDMNIST_PLUS), "Mean of 12", MAJORITY, "Chance"]
    y_true, y_score = labels.labels["bloodmnist"], predictions["bloodmnist"]
    matthews = sklearn_metrics.matthews_corrcoef(y_true, y_score.argmax(axis=1))
    precision = sklearn_metrics.average_precision_score(np.eye(8)[y_true], y_score)
    assert table["BloodMNIST"][:2] == [f"{matthews:.4f}", f"{precision:.4f}"]
    assert table["BloodMNIST"][5:] == ["3,421", ""]


def test_quadratic_kappa_is_of_grades_only(client, submission, predictions, labels):
    table = table_of(page_on(client, submission), "Informational metrics")
    expected = sklearn_metrics.cohen_kappa_score(
        labels.labels["retinamnist"], predictions["retinamnist"].argmax(axis=1), weights="quadratic"
    )
    assert {name for name, cells in table.items() if cells[6]} == {"RetinaMNIST"}
    assert table["RetinaMNIST"][6] == f"{expected:.4f}"
    for dataset in ("retinamnist", "bloodmnist"):
        heads = elements(page_on(client, submission, dataset=dataset), "#by-dataset th")
        assert ("Quadratic kappa" in map(text_of, heads)) == (dataset == "retinamnist")


def test_the_mean_is_unweighted(client, submission, further):
    mean = table_of(page_on(client, submission), "Informational metrics")["Mean of 12"]
    expected = [np.mean([further[d.name][metric] for d in MEDMNIST_PLUS]) for metric in AVERAGED]
    assert mean[:5] == [f"{value:.4f}" for value in expected]


def shares_of_the_majority(labels) -> dict[str, float]:
    """Compute the accuracy of the most frequent class by hand; for a multi-label dataset, the mean over labels."""
    found = {}
    for dataset in MEDMNIST_PLUS:
        y_true = labels.labels[dataset.name]
        if dataset.task is Task.MULTILABEL:
            found[dataset.title] = float(np.mean(np.maximum(y_true.mean(axis=0), 1 - y_true.mean(axis=0))))
        else:
            found[dataset.title] = np.bincount(y_true).max() / len(y_true)
    return found


def test_each_accuracy_is_shown_with_the_accuracy_of_the_majority(client, submission, labels):
    table = table_of(page_on(client, submission), "Metrics for each dataset")
    expected = shares_of_the_majority(labels)
    assert expected["ChestMNIST"] > 0.9, "where it matters"
    for title, share in expected.items():
        assert table[title][-1] == f"{share:.4f}"
    mean = f"{np.mean(list(expected.values())):.4f}"
    assert table[MAJORITY] == ["mean of 12", "0.5000", f"{balanced():.4f}", "0.0000", mean, ""]
    assert table["Chance"] == ["mean of 12", "0.5000", f"{balanced():.4f}", "0.0000", f"{balanced():.4f}", ""]


def balanced() -> float:
    """Return the mean balanced accuracy of guessing: 1/n with n classes, 1/2 for a label."""
    return float(np.mean([0.5 if d.task is Task.MULTILABEL else 1 / d.n_classes for d in MEDMNIST_PLUS]))


def test_the_table_of_one_dataset_shows_entry_majority_and_chance(client, submission, labels, further):
    table = table_of(page_on(client, submission, dataset="chestmnist"), "All metrics on ChestMNIST")
    assert list(table) == ["This entry", MAJORITY, "Chance"]
    score = submission.evaluations.get().dataset_scores.get(dataset="chestmnist")
    assert table["This entry"][:4] == [
        f"{value:.4f}" for value in (score.auc, score.balanced_accuracy, score.cohen_kappa, score.accuracy)
    ]
    assert table["This entry"][4:] == [f"{further['chestmnist'][metric]:.4f}" for metric in AVERAGED]
    assert table[MAJORITY][3] == f"{shares_of_the_majority(labels)['ChestMNIST']:.4f}"
    assert table["Chance"][:4] == ["0.5000", "0.5000", "0.0000", "0.5000"]


def test_recall_and_precision_of_each_class(client, submission, predictions, labels):
    table = table_of(page_on(client, submission, dataset="dermamnist"), "Recall and precision")
    y_true, y_pred = labels.labels["dermamnist"], predictions["dermamnist"].argmax(axis=1)
    recalls = sklearn_metrics.recall_score(y_true, y_pred, average=None)
    precisions = sklearn_metrics.precision_score(y_true, y_pred, average=None)
    assert table == {
        name: [f"{recall:.4f}", f"{precision:.4f}"]
        for name, recall, precision in zip(
            MEDMNIST_PLUS["dermamnist"].classes, recalls, precisions, strict=True
        )
    }


def test_a_class_that_was_never_named_has_no_precision(client, submission, further):
    changed = further | {"breastmnist": further["breastmnist"] | {"precision": [None, 0.7]}}
    SecondaryMetrics.objects.update(datasets=changed)
    table = table_of(page_on(client, submission, dataset="breastmnist"), "Recall and precision")
    assert [cells[1] for cells in table.values()] == ["–", "0.7000"]


def test_the_references_are_shown_before_informational_metrics_exist(client, submit_and_score, team):
    page = page_on(client, submit_and_score(team))
    assert TITLE not in page
    assert "Recall and precision" not in page
    assert len(table_of(page, "All metrics on PathMNIST")[MAJORITY]) == 4


def test_a_page_can_do_without_the_file_of_labels(client, submission, monkeypatch):
    def lost(ground_truth):
        raise GroundTruthError("The file is lost.")

    monkeypatch.setattr(further_tables, "reference_predictors", lost)
    page = page_on(client, submission)
    assert TITLE in page
    assert MAJORITY not in page
    assert "Majority" not in page
    query = {"view": "further", "resolution": submission.resolution}
    assert MAJORITY not in page_of(client, reverse("leaderboard"), query)
