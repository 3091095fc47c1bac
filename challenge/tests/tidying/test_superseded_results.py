"""Replicates and curves of superseded versions: pruned once newer ones are ranked and known, never before."""

import pytest

from challenge.models import Evaluation, EvaluationCurves, RankedVersions, Submission, Uncertainty
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.services.tidying import prune_superseded

pytestmark = pytest.mark.django_db

EARLIER = "0-earlier"


@pytest.fixture
def scored_twice(uncertain_entry, team) -> Submission:
    """An entry with scores, replicates and curves by an earlier scorer and by this one."""
    row = uncertain_entry(team, 0.9)
    newest = row.evaluations.get()
    EvaluationCurves.objects.create(evaluation=newest, datasets={})
    values = {"auc": 0.8, "scored_at": newest.scored_at, "status": "scored"}
    earlier = Evaluation.objects.create(
        submission=row, ground_truth=newest.ground_truth, scorer_version=EARLIER, **values
    )
    Uncertainty.objects.create(evaluation=earlier, status="done", results_version="1", mean_replicates=b"x")
    EvaluationCurves.objects.create(evaluation=earlier, datasets={})
    return row


def versions_of(model: type) -> list[str]:
    return sorted(model.objects.values_list("evaluation__scorer_version", flat=True))  # type: ignore[attr-defined]


def test_results_of_an_earlier_scorer_go_and_scores_stay(scored_twice):
    assert prune_superseded() == 1
    assert versions_of(Uncertainty) == versions_of(EvaluationCurves) == [SCORER_VERSION]
    assert scored_twice.evaluations.get(scorer_version=EARLIER).auc == 0.8
    assert prune_superseded() == 0


def test_the_ranked_ones_stay_during_a_switch(scored_twice):
    RankedVersions.objects.update(scorer_version=EARLIER)
    assert prune_superseded() == 0
    assert len(versions_of(Uncertainty)) == 2


def test_earlier_ones_stay_until_the_new_intervals_are_known(scored_twice):
    Uncertainty.objects.filter(evaluation__scorer_version=SCORER_VERSION).update(results_version="")
    assert prune_superseded() == 0
    assert len(versions_of(EvaluationCurves)) == 2


def test_curves_by_earlier_labels_stay(scored_twice, corrected):
    earlier = scored_twice.evaluations.get(scorer_version=EARLIER)
    Evaluation.objects.filter(pk=earlier.pk).update(ground_truth=corrected, scorer_version=SCORER_VERSION)
    assert prune_superseded() == 1
    assert versions_of(EvaluationCurves) == [SCORER_VERSION] * 2
    assert len(versions_of(Uncertainty)) == 1
    assert prune_superseded() == 0


def test_the_page_is_the_same(scored_twice, client):
    EvaluationCurves.objects.all().delete()  # these are empty, so there is nothing to draw
    before = client.get(scored_twice.get_absolute_url()).text.count("0.9000")
    prune_superseded()
    assert client.get(scored_twice.get_absolute_url()).text.count("0.9000") == before
