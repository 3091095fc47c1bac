"""Lines of the leaderboard that are stored: made again only where something changed."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.lines import Line
from challenge.leaderboard.store import NotMadeYetError
from challenge.leaderboard.stored_lines import LINES, stored_lines
from challenge.models import BoardLine, MethodGroup, Submission, mark_of, ranked_versions
from challenge.services import entries, groups, history, submissions
from challenge.services.board import board_changed
from challenge.tests.pages import elements, page_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)

RESOLUTION = 224


def renew() -> dict[str, int]:
    """Renew the lines; return their numbers by key: a line that is made again has a new one."""
    LINES.get({"resolution": RESOLUTION})
    return dict(BoardLine.objects.values_list("key", "pk"))


def stored(keys: list[str]) -> dict[str, Line]:
    """Return the lines of these rows by the ranked versions."""
    return stored_lines(Filters(RESOLUTION), mark_of(ranked_versions()), keys)


def names(client: Client, query: str = "") -> list[str]:
    page = page_of(client, f"{reverse('leaderboard')}{query}")
    return [text_of(link) for link in elements(page, ".board tbody th > a")]


def key(submission: Submission) -> str:
    return f"s{submission.pk}"


def test_only_lines_that_changed_are_made_again(entry, team):
    first, second, third = (entry(team, auc) for auc in (0.7, 0.8, 0.9))
    before = renew()
    assert before.keys() == {key(first), key(second), key(third)}
    assert renew() == before
    entries.edit_entry(second, model_name="Another name")
    submissions.disqualify(third, "A reason.", by=history.COMMAND)
    after = renew()
    assert after.keys() == {key(first), key(second)}
    assert after[key(first)] == before[key(first)]
    assert after[key(second)] != before[key(second)]
    assert stored([key(second)])[key(second)].name == "Another name"


def test_a_line_has_intervals_once_they_are_estimated(entry, uncertain_entry, team):
    without = entry(team, 0.7)
    renew()
    assert stored([key(without)])[key(without)].cells["auc"].interval == ""
    with_intervals = uncertain_entry(team, 0.8)
    renew()
    found = stored([key(without), key(with_intervals), "s1", "nonsense"])
    assert found.keys() == {key(without), key(with_intervals)}
    assert found[key(with_intervals)].cells["auc"].interval


def test_the_intervals_of_a_group_follow_the_seeds_of_other_groups(uncertain_entry, team, other_team):
    seeds = [uncertain_entry(team, auc, sha256=f"{auc}").pk for auc in (0.80, 0.82)]
    group = groups.create_group(team=team, name="Group", members=seeds)
    renew()
    before = stored([f"g{group.pk}"])
    others = [uncertain_entry(other_team, auc, sha256=f"{auc}").pk for auc in (0.6, 0.9)]
    groups.create_group(team=other_team, name="Other", members=others)
    renew()
    after = stored([f"g{group.pk}"])
    assert before[f"g{group.pk}"].cells["auc"].interval != after[f"g{group.pk}"].cells["auc"].interval
    assert MethodGroup.objects.count() == 2


def test_an_entry_that_leaves_while_a_page_is_made_is_left_out(client, entry, team, other_team, settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    entry(team, 0.9, model_name="Stays")
    leaves = entry(other_team, 0.8, model_name="Leaves")
    board_changed()
    assert names(client) == ["Stays", "Leaves"]
    BoardLine.objects.filter(key=key(leaves)).delete()
    assert names(client) == ["Stays"]


def change_line(submission: Submission, *, without: str = "", **fields: object) -> None:
    """Change the fields of a stored line, as if another version of the software had made it."""
    line = BoardLine.objects.get(key=key(submission))
    shown = json.loads(line.shown) | fields
    shown.pop(without, None)
    line.shown = json.dumps(shown)
    line.save()


def test_lines_of_an_earlier_version_of_the_software_are_shown(entry, team):
    known = entry(team, 0.9)
    renew()
    change_line(known, of_the_past="A field that is gone.")
    assert stored([key(known)])[key(known)].name == known.model_name


def test_lines_of_an_earlier_version_that_lack_a_field_are_being_made(entry, team):
    known = entry(team, 0.9)
    renew()
    change_line(known, without="about")
    with pytest.raises(NotMadeYetError):
        stored([key(known)])


class TestKeptPages:
    """A process keeps the pages that it rendered last, while their standings and lines are the same."""

    @pytest.fixture(autouse=True)
    def kept(self, settings):
        settings.BOARD_RESULTS_ARE_KEPT = True

    def test_a_page_is_rendered_once(self, client, entry, team, monkeypatch):
        entry(team, 0.9, model_name="Network")
        board_changed()
        for _ in range(3):  # made by the first reader, read from the database by the second
            assert names(client) == ["Network"]
        monkeypatch.setattr(
            "challenge.views.leaderboard.board_page", lambda *_: pytest.fail("rendered again")
        )
        assert names(client) == ["Network"]

    def test_readers_get_each_change(self, client, entry, team, other_team):
        first = entry(team, 0.9, model_name="First")
        board_changed()
        for _ in range(3):
            assert names(client) == ["First"]
        entries.edit_entry(first, model_name="Renamed")
        for _ in range(3):
            assert names(client) == ["Renamed"]
        entry(other_team, 0.95, model_name="Higher")
        board_changed()
        for _ in range(3):
            assert names(client) == ["Higher", "Renamed"]
        submissions.disqualify(first, "A reason.", by=history.COMMAND)
        for _ in range(3):
            assert names(client) == ["Higher"]

    def test_each_address_has_a_page_of_its_own(self, client, entry, team, other_team):
        entry(team, 0.9, model_name="Alpha net")
        entry(other_team, 0.8, model_name="Beta net")
        board_changed()
        addresses = {
            "": ["Alpha net", "Beta net"],
            "?q=BETA": ["Beta net"],
            "?q=beta": ["Beta net"],
            "?metric=accuracy": ["Alpha net", "Beta net"],
            "?resolution=28": [],
            "?page=2": ["Alpha net", "Beta net"],
        }
        for _ in range(3):
            for query, expected in addresses.items():
                assert names(client, query) == expected, query
