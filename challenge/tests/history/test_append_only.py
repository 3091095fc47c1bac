"""Lines of the history: added, never changed or removed."""

import pytest

from challenge.models import AppendOnlyError, HistoryLine
from challenge.services import history

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(organizer, team) -> HistoryLine:
    return history.record("renamed", by=organizer, team=team, before={"name": "A"}, after={"name": "B"})


def test_a_line_names_who_acted_on_what(line, organizer, team):
    assert (line.actor, line.actor_name, line.action) == (organizer, str(organizer), "renamed")
    assert (line.team, line.subject) == (team, str(team))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda line: line.save(),
        lambda line: line.delete(),
        lambda line: HistoryLine.objects.update(reason="x"),
        lambda line: HistoryLine.objects.filter(pk=line.pk).delete(),
    ],
)
def test_a_line_cannot_be_changed_or_removed(line, attempt):
    with pytest.raises(AppendOnlyError):
        attempt(line)
    assert HistoryLine.objects.get().reason == ""


def test_a_line_outlives_the_team_and_the_organizer(line, organizer, team):
    name = str(organizer)
    team.delete()
    organizer.delete()
    kept = HistoryLine.objects.get()
    assert (kept.team, kept.actor, kept.actor_name) == (None, None, name)


def test_an_organizer_reads_the_history_and_changes_nothing(line, organizer, as_user):
    client = as_user(organizer)
    assert "renamed" in client.get("/admin/challenge/historyline/").text
    page = f"/admin/challenge/historyline/{line.pk}/"
    assert client.get(page + "change/").status_code == 200
    assert client.post(page + "change/", {"reason": "x"}).status_code == 403
    assert client.post(page + "delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/challenge/historyline/add/").status_code == 403
