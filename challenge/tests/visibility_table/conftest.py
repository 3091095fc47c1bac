"""Site with an entry whose every trace is known."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import Team
from challenge.models import Evaluation, MethodGroup, PredictionFile, PublishedMethod, Submission
from challenge.services.predictions import predictions_path
from challenge.tests.visibility_table.table import (
    AUC,
    CHECKSUM,
    CODE,
    EMAIL,
    FILE,
    FILE_NAME,
    GROUP,
    MODEL,
    NOW,
    PUBLISHED,
    SCORED,
    SENT,
    STUDY,
    TEAM,
    TEAM_PK,
    VISITORS,
    Site,
)


def publish(entry: Submission) -> None:
    """Publish the predictions of an entry, as its team and the worker would."""
    Submission.objects.filter(pk=entry.pk).update(predictions_licence="CC-BY-4.0")
    PredictionFile.objects.create(
        submission=entry, status=PredictionFile.Status.DONE, sha256="0" * 64, size=1
    )
    predictions_path(entry.pk).write_text(PUBLISHED)


@pytest.fixture
def site(uncertain_entry, other_team, organizer, as_user, tmp_path, settings, monkeypatch) -> Iterator[Site]:
    """The site with its cache of the leaderboard: a visitor may get what was computed for another."""
    settings.FIGURES_DIR = settings.PUBLISHED_DIR = tmp_path
    settings.BOARD_RESULTS_ARE_KEPT = True
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    team = Team.objects.create(pk=TEAM_PK, name=TEAM, email=EMAIL)
    about = {"study_url": STUDY, "code_url": CODE, "sha256": CHECKSUM, "file_name": FILE_NAME}
    entry = uncertain_entry(team, AUC, model_name=MODEL, **about)
    entry.file.save("predictions.csv", ContentFile(FILE.encode()))
    publish(entry)
    group = MethodGroup.objects.create(team=team, name=GROUP)
    for auc in (0.81, 0.82):
        uncertain_entry(team, auc, group=group, model_name=MODEL, **about)
    Submission.objects.filter(team=team).update(created_at=SENT)
    Evaluation.objects.filter(submission__team=team).update(scored_at=SCORED)
    rival = uncertain_entry(other_team, 0.7, model_name="Model of the rival")
    Evaluation.objects.filter(submission=rival).update(scored_at=SENT - timedelta(hours=3))
    method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=224)
    people = dict(zip(VISITORS, (None, other_team, team, organizer), strict=True))
    visitors = {name: as_user(who) if who else Client() for name, who in people.items()}
    yield Site(entry, group, rival, method, visitors)
    cache.clear()
