"""Cache of results computed from the leaderboard: kept until the leaderboard changes, and no longer."""

from unittest.mock import Mock

import pytest
from django.urls import reverse

from challenge.leaderboard.cache import cached
from challenge.models import BoardRevision, Submission, Uncertainty
from challenge.services import history, published, submissions
from challenge.services.accounts import close_account
from challenge.services.board import board_changed
from challenge.tests.board_cache.changes import RESULT, rename
from challenge.tests.pages import attribute, page_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(client):
    return lambda **query: page_of(client, reverse("leaderboard"), query)


def test_it_is_computed_once(db):
    make = Mock(return_value="made")
    assert [cached(make, "this", is_current=lambda: True) for _ in range(3)] == ["made"] * 3
    assert make.call_count == 1
    cached(make, "that", is_current=lambda: True)
    assert make.call_count == 2
    BoardRevision.advance()
    cached(make, "this", is_current=lambda: True)
    assert make.call_count == 3


def test_what_is_made_from_outdated_entries_is_made_again(db):
    make = Mock(return_value="made")
    assert [cached(make, "this", is_current=lambda: False) for _ in range(2)] == ["made"] * 2
    assert make.call_count == 2


def test_a_second_look_asks_the_database_for_little(client, entry, team, django_assert_max_num_queries):
    entry(team, 0.9)
    client.get(reverse("leaderboard"))
    with django_assert_max_num_queries(9):
        client.get(reverse("leaderboard"))


def test_each_change_is_seen_at_once(page, entry, uncertain_entry, team, other_team, as_user, organizer):
    assert "No team has a scored entry" in page()
    submission = entry(team, 0.8)
    board_changed()
    assert "0.8000" in page()
    uncertain_entry(other_team, 0.7)
    board_changed()
    assert "images 2" in page()
    rename(as_user(organizer), team, "Team Omega")
    assert "Team Omega" in page()
    submissions.disqualify(submission, "A reason.", by=history.COMMAND)
    assert "0.8000" not in page()
    Uncertainty.objects.get().delete()
    board_changed()
    assert "images 2" not in page()
    published.replace_published_results([RESULT])
    assert "ResNet-18" in page()
    submissions.reinstate(submission, by=history.COMMAND)
    assert "0.8000" in page()
    close_account(team, keep_name=False)
    assert "Team Omega" not in page()
    Submission.objects.get(pk=submission.pk).delete()
    board_changed()
    assert "0.7000" in page()


def test_filters_and_views_are_kept_apart(page, entry, team):
    entry(team, 0.8, kappa=0.1234)
    for query, metric in (({}, "auc"), ({"metric": "cohen_kappa"}, "cohen_kappa")):
        (link,) = attribute(page(**query), "th[aria-sort=descending] a", "href")
        assert link.startswith(f"?resolution=224&metric={metric}")
    assert "Rank set" in page(view="ways")
    assert "Rank set" not in page()
