"""Teams in a release are told before they delete the account, hide an entry or withdraw it."""

import pytest
from django.urls import reverse

from challenge.tests.pages import page_of, text_of
from challenge.tests.releases.frozen import freeze

pytestmark = pytest.mark.django_db

DELETE = "/accounts/delete/"


def test_a_team_in_a_release_is_told_that_it_stays(board, as_user, team):
    client = as_user(team)
    assert "Releases never change" not in page_of(client, DELETE)
    freeze()
    assert "Releases never change" in page_of(client, DELETE)


def test_also_if_it_has_no_public_results_any_more(board, as_user, team):
    freeze()
    team.submissions.update(withdrawn_at="2027-01-01T00:00:00Z")
    words = text_of(page_of(as_user(team), DELETE))
    assert "so nothing else of your account remains" in words
    assert "Releases never change" in words


def test_an_organizer_who_closes_an_account_is_told(board, as_user, organizer, team):
    address = f"/admin/accounts/team/{team.pk}/act/close/"
    client = as_user(organizer)
    assert "Releases keep its results" not in page_of(client, address)
    freeze()
    assert "Releases keep its results" in page_of(client, address)


@pytest.mark.parametrize("form", ["edit_entry", "withdraw_entry"])
def test_the_forms_of_an_entry_name_its_releases(board, as_user, team, form):
    client, address = as_user(team), reverse(form, args=[board["best"].pk])
    assert "release never changes" not in text_of(page_of(client, address))
    freeze()
    words = text_of(page_of(client, address))
    assert "BIG 2027.1 keeps" in words
    assert "release never changes" in words
