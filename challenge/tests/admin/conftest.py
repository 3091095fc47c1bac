"""Organizer, submissions in several states, and other labels for the admin."""

from itertools import count

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Team
from challenge.models import Evaluation, GroundTruth, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import ground_truths


@pytest.fixture
def client(organizer, as_user) -> Client:
    return as_user(organizer)


@pytest.fixture
def entry(submit):
    """Add a scored entry without reading a file."""
    numbers = count()

    def make(team: Team, auc: float = 0.8, **about) -> Submission:
        content = f"the predictions {next(numbers)}".encode()
        submission = submit(team, content=content, **({"model_name": f"Model {auc}"} | about))
        submission.evaluations.update(
            status=Evaluation.Status.SCORED,
            scored_at=timezone.now(),
            auc=auc,
            balanced_accuracy=0.5,
            cohen_kappa=0.5,
            accuracy=0.5,
        )
        return submission

    return make


@pytest.fixture
def some(entry, submit, team, other_team) -> dict[str, Submission]:
    scored = entry(team, 0.9, model_name="ResNet-18", description="Trained with care.")
    queued = submit(other_team, content=b"other", model_name="ViT", resolution=224, external_data=True)
    failed = submit(other_team, content=b"bad", model_name="AlexNet")
    failed.evaluations.update(
        status=Evaluation.Status.FAILED,
        failure=Evaluation.Failure.FILE,
        problems=["octmnist, line 3: <b>bad</b>."],
    )
    Submission.objects.filter(pk=failed.pk).update(counts_toward_limits=False)
    return {"scored": scored, "queued": queued, "failed": failed}


@pytest.fixture
def other_labels(ground_truth) -> GroundTruth:
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return ground_truths.store_ground_truth(labels, name="Other labels", is_demo=True, activate=False)
