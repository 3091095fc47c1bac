"""Means and deviations over the seeds of a group."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenge.models import DatasetScore, Evaluation, Metric, ranked_versions
from challenge.results.seeds import group_dataset_scores, group_scores, ranked_evaluations, split_by_group
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import history, submissions
from challenge.tests.groups.members import group_of


def test_mean_and_sample_deviation(grouped, ground_truth):
    """0.8, 0.9, 0.85: mean 0.85, squared deviations 0.0025 + 0.0025 + 0, over n - 1 = 2, root 0.05."""
    group, _ = grouped
    evaluations = ranked_evaluations(group, ranked_versions())
    score = group_scores(evaluations)["auc"]
    assert score.value == pytest.approx(0.85, abs=1e-12)
    assert score.std == pytest.approx(0.05, abs=1e-12)
    assert group_scores(evaluations)["accuracy"].std == 0
    assert set(group_scores(evaluations)) == set(Metric.values)


def test_each_dataset_equals_numpy(grouped, ground_truth):
    evaluations = ranked_evaluations(grouped[0], ranked_versions())
    by_dataset = group_dataset_scores(evaluations)
    assert list(by_dataset) == [dataset.name for dataset in MEDMNIST_PLUS]
    for dataset, scores in by_dataset.items():
        rows = DatasetScore.objects.filter(evaluation__in=evaluations, dataset=dataset)
        for metric in Metric.values:
            values = np.array(rows.values_list(metric, flat=True))
            found = (scores[metric].value, scores[metric].std)
            assert found == pytest.approx((values.mean(), values.std(ddof=1)), abs=1e-12)


def test_a_dataset_missing_from_a_member_is_left_out(grouped, ground_truth):
    group, runs = grouped
    DatasetScore.objects.filter(evaluation__submission=runs[0], dataset="pathmnist").delete()
    by_dataset = group_dataset_scores(ranked_evaluations(group, ranked_versions()))
    assert len(by_dataset) == 11
    assert "pathmnist" not in by_dataset


def test_one_alone_has_no_deviation(grouped, ground_truth):
    score = group_scores(ranked_evaluations(grouped[0], ranked_versions())[:1])["auc"]
    assert (score.value, score.std) == (0.8, None)


def test_evaluations_are_split_into_groups_and_single_ones(team, other_team, grouped, run, ground_truth):
    group, runs = grouped
    alone = run(team)
    pair = [run(other_team), run(other_team)]
    other = group_of(*pair, name="Other")
    submissions.disqualify(pair[0], "A reason.", by=history.COMMAND)
    ranked = Evaluation.objects.ranked(ranked_versions()).select_related("submission__group")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        split = split_by_group(ranked.order_by("submission__created_at"))
    assert len(queries) == 1
    assert [(g, [e.submission for e in those]) for g, those in split] == [
        (group, runs), (None, [alone]), (None, [pair[1]]),
    ]  # fmt: skip
    submissions.reinstate(pair[0], by=history.COMMAND)
    assert [g for g, _ in split_by_group(ranked.order_by("submission__created_at"))] == [group, None, other]
