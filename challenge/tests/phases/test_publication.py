"""Results that become public after a phase has closed: until then, only the team and the organizers see them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from challenge import tasks
from challenge.models import HistoryLine, Phase
from challenge.services import phases
from challenge.tests.pages import attribute, elements, page_of, text_of
from challenge.tests.withheld import add_phase

CLOSING = datetime(2040, 1, 1, tzinfo=UTC)
BOARD = "/leaderboard/"


@pytest.fixture
def hidden(first) -> Phase:
    return add_phase("Sealed", closes_at=CLOSING, publishes_at_once=False)


@pytest.fixture
def sealed(entry_by_dataset, team, hidden):
    """An entry of that phase."""
    return entry_by_dataset(team, 0.9, phase=hidden, awaits_publication=True, model_name="Sealed entry")


def close(phase: Phase) -> None:
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))


def test_a_submission_waits_for_the_publication_of_its_phase(submit, team, hidden, first):
    assert submit(team, content=b"one", phase=hidden).awaits_publication
    assert not submit(team, content=b"two", phase=first).awaits_publication


def test_the_board_says_when_it_opens(client, sealed, hidden):
    shown = text_of(page_of(client, BOARD, {"phase": hidden.pk}))
    assert "The results of “Sealed” become public after it has closed, on 1 January 2040, 00:00 UTC" in shown
    assert "Sealed entry" not in shown


def test_others_see_no_scores_of_an_entry(client, as_user, other_team, sealed, hidden):
    for viewer in (client, as_user(other_team)):
        for address in ("", "result/", "result.json", "figures.json"):
            assert viewer.get(f"{sealed.get_absolute_url()}{address}").status_code == 404
        assert "Sealed entry" not in viewer.get("/compare/", {"e": f"s{sealed.pk}"}).text
        for export in ("/leaderboard.csv", "/leaderboard.json"):
            assert "Sealed entry" not in viewer.get(export, {"phase": hidden.pk, "entries": "all"}).text
        for view in ("ranks", "ways", "further", "figures"):
            assert "Sealed entry" not in viewer.get(BOARD, {"phase": hidden.pk, "view": view}).text


def test_the_team_and_organizers_see_its_scores(as_user, team, organizer, sealed):
    for viewer in (team, organizer):
        shown = text_of(page_of(as_user(viewer), sealed.get_absolute_url()))
        assert "0.9000" in shown
        assert "Only the team and the organizers see this entry until the phase “Sealed” has closed" in shown
    assert "results after closing" in text_of(page_of(as_user(team), "/profile/"))


def test_nothing_is_published_before_the_closing(client, sealed, hidden):
    tasks.sweep()
    assert client.get(sealed.get_absolute_url()).status_code == 404
    assert not HistoryLine.objects.exists()


def test_the_sweep_publishes_after_the_closing(client, sealed, hidden):
    close(hidden)
    tasks.sweep()
    assert page_of(client, sealed.get_absolute_url())
    links = elements(page_of(client, BOARD, {"phase": hidden.pk}), ".board tbody th > a")
    assert [text_of(link) for link in links] == ["Sealed entry"]
    line = HistoryLine.objects.get()
    assert (line.action, line.subject, line.actor_name) == (
        "published the results",
        "Phase Sealed",
        "the site",
    )
    assert line.after["submissions"] == 1
    tasks.sweep()
    assert HistoryLine.objects.count() == 1


def test_an_entry_that_arrives_at_the_time_of_publication_is_published_too(sealed, hidden):
    Phase.objects.filter(pk=hidden.pk).update(published_at=timezone.now())
    phases.publish_due()
    sealed.refresh_from_db()
    assert not sealed.awaits_publication


def test_an_organizer_may_publish_earlier(client, sealed, hidden, organizer):
    hidden.publishes_at_once = True
    phases.save_phase(hidden, by=organizer)
    assert page_of(client, sealed.get_absolute_url())
    line = HistoryLine.objects.get()
    assert (line.before, line.after) == ({"results at once": False}, {"results at once": True})


def test_a_phase_that_moves_its_closing_stays_published(sealed, hidden, organizer):
    close(hidden)
    phases.publish_due()
    hidden.refresh_from_db()
    hidden.closes_at = CLOSING
    phases.save_phase(hidden, by=organizer)
    sealed.refresh_from_db()
    assert not sealed.awaits_publication


def test_a_private_entry_stays_private(client, sealed, hidden):
    type(sealed).objects.update(visibility="private")
    close(hidden)
    tasks.sweep()
    assert client.get(sealed.get_absolute_url()).status_code == 404


def test_the_timeline_says_so(hidden):
    shown = text_of(page_of(Client(), "/challenge/"))
    assert "Results become public after closing." in shown
    assert attribute(page_of(Client(), "/challenge/"), ".timeline", "class")
