"""A group of three seeds, and a leaderboard with an entry of each kind."""

import pytest

from challenge.models import MethodGroup, Uncertainty
from challenge.services import groups
from challenge.tests.exports.documents import publish


@pytest.fixture
def seeds(team, uncertain_entry) -> MethodGroup:
    runs = [
        uncertain_entry(team, auc, sha256=f"{number:064}", model_name=f"Seed {number}")
        for number, auc in enumerate((0.80, 0.82, 0.81))
    ]
    return groups.create_group(team=team, name="Three seeds", members=[run.pk for run in runs])


@pytest.fixture
def board(team, other_team, uncertain_entry, seeds) -> None:
    """An entry of each kind, and an entry without intervals yet."""
    uncertain_entry(other_team, 0.84, kappa=-0.05, study_url="https://doi.org/10.1000/1", external_data=True)
    waiting = uncertain_entry(other_team, 0.7, model_name="Waiting")
    Uncertainty.objects.filter(evaluation__submission=waiting).update(
        status=Uncertainty.Status.QUEUED, results_version=""
    )
    publish(auc=0.83)
    publish("knn", accuracy=0.75)
