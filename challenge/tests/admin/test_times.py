"""Times in the admin: each says its zone."""

from datetime import UTC, datetime

import pytest

from accounts.models import AccountEvent, Invitation
from challenge.models import HistoryLine, Phase, Submission
from challenge.services import history
from challenge.tests.pages import elements, page_of, text_of

MOMENT = datetime(2026, 11, 30, 14, 5, tzinfo=UTC)
SHOWN = "30 November 2026, 14:05 UTC"


@pytest.fixture
def rows(entry, team, organizer) -> None:
    """Rows of each kind, all of the same moment."""
    Submission.objects.filter(pk=entry(team).pk).update(created_at=MOMENT)
    Phase.objects.update(opens_at=MOMENT)
    line = history.record("renamed", by=organizer, team=team)
    HistoryLine._base_manager.filter(pk=line.pk).update(at=MOMENT)
    AccountEvent.objects.update_or_create(
        name="Team Alpha", defaults={"at": MOMENT, "kind": "login", "team": team}
    )
    group = organizer.groups.create(name="Group")
    Invitation.objects.create(email="new@example.org", name="New", role=group, sent_at=MOMENT)
    type(team).objects.filter(pk=team.pk).update(created_at=MOMENT)


@pytest.mark.parametrize(
    "page",
    [
        *("challenge/submission/", "challenge/phase/", "challenge/historyline/"),
        *("accounts/accountevent/", "accounts/invitation/"),
    ],
)
def test_lists(client, rows, page):
    cells = [
        text_of(cell)
        for cell in elements(page_of(client, f"/admin/{page}"), "#result_list td, #result_list th")
    ]
    assert SHOWN in cells


def test_the_page_of_a_team(client, rows, team):
    page = page_of(client, f"/admin/accounts/team/{team.pk}/change/")
    assert page.count(SHOWN) >= 3  # a submission, a line of the history, the registration


def test_inputs(client, rows):
    page = page_of(client, f"/admin/challenge/phase/{Phase.objects.get().pk}/change/")
    inputs = [text_of(element) for element in elements(page, "p.datetime")]
    assert inputs
    assert all(text.endswith("UTC") for text in inputs)
