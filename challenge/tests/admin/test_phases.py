"""Phases in the admin: which take submissions, publication, messages that name times, and lines of history."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, Phase
from challenge.services import history, phases, submissions
from challenge.tests.admin.acts import PHASES
from challenge.tests.admin.test_phases_and_teams import phase_form
from challenge.tests.pages import elements, page_of, text_of

NOW = datetime.now(UTC)
CLOSING = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def first(db) -> Phase:
    Phase.objects.update(name="Winter", opens_at=datetime(2026, 1, 1, tzinfo=UTC), closes_at=CLOSING)
    return Phase.objects.get()


def add(name: str, opens_at: datetime, closes_at: datetime | None = None) -> Phase:
    return Phase.objects.create(name=name, opens_at=opens_at, closes_at=closes_at)


def state(client: Client, phase: Phase) -> str:
    rows = elements(page_of(client, PHASES), "#result_list tbody tr")
    (row,) = [row for row in rows if text_of(elements(row, "th")[0]) == phase.name]
    return text_of(elements(row, ".field-state")[0])


# --- Which phase takes submissions ----------------------------------------------------------------


def test_one_phase_takes_submissions_and_the_list_says_which(client, first):
    now = add("Now", NOW - timedelta(days=1))
    Phase.objects.filter(pk=now.pk).update(closes_at=NOW + timedelta(days=1))
    later = add("Later", NOW + timedelta(days=9))
    found = {phase.name: state(client, phase) for phase in (first, now, later)}
    assert found == {"Winter": "Closed", "Now": "Takes submissions now", "Later": "Opens later"}
    assert "Takes submissions now" in text_of(page_of(client, f"{PHASES}{now.pk}/change/"))


def test_phases_may_be_open_at_the_same_time(client, first, submit, team):
    Phase.objects.update(closes_at=None)
    assert client.post(f"{PHASES}add/", phase_form(opens_at_0="2026-01-10")).status_code == 302
    second = Phase.objects.get(name="Spring")
    assert {state(client, phase) for phase in (first, second)} == {"Takes submissions now"}
    assert submit(team, content=b"one").phase == first
    assert submit(team, content=b"two", phase=second).phase == second


# --- Results after closing ------------------------------------------------------------------------


def test_results_after_closing_need_a_closing_time(client, first):
    form = phase_form()
    del form["publishes_at_once"]
    assert "Results after closing need a closing time." in client.post(f"{PHASES}add/", form).text
    assert Phase.objects.count() == 1
    later = form | {"closes_at_0": "2040-01-01", "closes_at_1": "00:00"}
    assert client.post(f"{PHASES}add/", later).status_code == 302
    assert not Phase.objects.get(name="Spring").is_published
    assert "public after closing" in text_of(page_of(client, PHASES))


def test_public_results_cannot_be_hidden(client, first, submit, team):
    Phase.objects.update(closes_at="2040-01-01T00:00Z")
    form = phase_form(name="Winter", opens_at_0="2026-01-01", closes_at_0="2040-01-01", closes_at_1="00:00")
    del form["publishes_at_once"]
    submit(team, content=b"one")
    shown = client.post(f"{PHASES}{first.pk}/change/", form).text
    assert "The results of this phase are public, and it has submissions." in shown
    assert Phase.objects.get().publishes_at_once
    first.publishes_at_once = False
    with pytest.raises(phases.PhaseRefusedError, match="cannot be hidden again"):
        phases.save_phase(first, by=history.COMMAND)


# --- Messages to teams ----------------------------------------------------------------------------


def refusal(submit, team) -> str:
    with pytest.raises(submissions.SubmissionRefusedError) as error:
        submit(team, content=b"late")
    return str(error.value)


def sentences(client: Client, address: str) -> str:
    return text_of(page_of(client, address)).replace(" .", ".")  # a time is an element of its own


def test_a_refusal_says_what_closed_when_and_what_is_next(submit, team, as_user, first):
    said = "Submissions are closed. Winter closed on 31 January 2026, 12:00 UTC."
    assert refusal(submit, team) == f"{said} No other phase is planned yet."
    assert f"{said} No other phase is planned yet." in sentences(as_user(team), "/profile/")
    add("Spring", datetime(2120, 3, 1, tzinfo=UTC))
    said += " Spring opens on 1 March 2120, 00:00 UTC."
    assert refusal(submit, team) == said
    for address in ("/profile/", "/"):
        assert said in sentences(as_user(team), address)


# --- History and permissions ----------------------------------------------------------------------


def test_each_change_leaves_a_line_with_what_changed(client, first, organizer):
    form = phase_form(name="Winter", opens_at_0="2026-01-01", closes_at_0="2026-02-01", closes_at_1="12:00")
    client.post(f"{PHASES}{first.pk}/change/", form | {"daily_limit": 5})
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject) == (organizer, "changed", "Phase Winter")
    assert line.before == {"closing": "31 January 2026, 12:00 UTC", "submissions a day": 10}
    assert line.after == {"closing": "1 February 2026, 12:00 UTC", "submissions a day": 5}


def test_adding_and_deleting_leave_lines(client, first):
    client.post(f"{PHASES}add/", phase_form())
    spring = Phase.objects.get(name="Spring")
    client.post(f"{PHASES}{spring.pk}/delete/", {"post": "yes"})
    added, deleted = HistoryLine.objects.order_by("pk")
    assert (added.action, added.after["opening"]) == ("added", "1 March 2026, 00:00 UTC")
    assert (deleted.action, deleted.before["name"], deleted.after) == ("deleted", "Spring", {})


def test_staff_without_the_right_and_teams_change_nothing(first, team, as_user):
    helper = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename="view_phase"))
    for client in (as_user(helper), as_user(team)):
        assert client.post(f"{PHASES}{first.pk}/change/", phase_form()).status_code in (302, 403)
        assert client.post(f"{PHASES}add/", phase_form()).status_code in (302, 403)
    assert Phase.objects.get().name == "Winter"
    assert not HistoryLine.objects.exists()
