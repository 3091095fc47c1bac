"""What is computed from the leaderboard is kept, and no longer than the leaderboard stays as it is."""

from unittest.mock import Mock

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from challenge.leaderboard.cache import cached
from challenge.models import BoardRevision, PublishedMethod, Submission, Uncertainty
from challenge.services import evaluations, uncertainty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def keep(settings):
    settings.BOARD_CACHE_SECONDS = 60
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def page(client):
    return lambda **query: client.get(reverse("leaderboard"), query).content.decode()


def test_it_is_computed_once(db):
    make = Mock(return_value="made")
    assert [cached(make, "this") for _ in range(3)] == ["made"] * 3
    assert make.call_count == 1
    cached(make, "that")
    assert make.call_count == 2
    BoardRevision.advance()
    cached(make, "this")
    assert make.call_count == 3


def test_a_second_look_asks_the_database_for_little(client, entry, team, django_assert_max_num_queries):
    entry(team, 0.9)
    client.get(reverse("leaderboard"))
    with django_assert_max_num_queries(3):
        client.get(reverse("leaderboard"))


def test_each_change_is_seen_at_once(page, entry, uncertain_entry, team, other_team):
    assert "No team has a scored entry" in page()
    submission = entry(team, 0.8)
    assert "0.8000" in page()
    uncertain_entry(other_team, 0.7)
    assert "95 %: 2" in page()
    team.name = "Team Omega"
    team.save()
    assert "Team Omega" in page()
    submission.disqualified_at = timezone.now()
    submission.save()
    assert "0.8000" not in page()
    Uncertainty.objects.get().delete()
    assert "95 %:" not in page()
    PublishedMethod.objects.create(architecture="resnet18", scheme="mm-pt", resolution=224)
    assert "ResNet-18" in page()
    Submission.objects.get(pk=submission.pk).delete()
    assert "0.7000" in page()


def test_a_log_in_changes_nothing(client, team):
    before = BoardRevision.current()
    client.force_login(team)
    assert BoardRevision.current() == before


def test_an_upload_changes_nothing_until_it_is_scored(submit, team):
    before = BoardRevision.current()
    evaluation = submit(team).evaluations.get()
    Team.objects.create_user("Team Gamma", "gamma@example.org")
    assert BoardRevision.current() == before
    evaluations.evaluate(evaluation.pk)
    scored = BoardRevision.current()
    assert scored > before
    uncertainty.estimate(evaluation.pk)
    assert BoardRevision.current() > scored


def test_filters_and_views_are_kept_apart(page, entry, team):
    entry(team, 0.8, kappa=0.1234)
    assert 'aria-sort="descending"><a href="?resolution=224&amp;metric=auc' in page()
    assert 'aria-sort="descending"><a href="?resolution=224&amp;metric=cohen_kappa' in page(
        metric="cohen_kappa"
    )
    assert "Rank set" in page(view="ways")
    assert "Rank set" not in page()


def test_a_change_that_is_rolled_back_advances_nothing(entry, team):
    before = BoardRevision.current()
    with transaction.atomic():
        entry(team, 0.8)
        transaction.set_rollback(True)
    assert BoardRevision.current() == before
