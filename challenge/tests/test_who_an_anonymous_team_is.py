"""Anonymous entries cannot be assigned to a team by numbers, rows that are missing, or counts."""

import json
from itertools import product

import pytest
from django.test import Client

from accounts.team_names import ANONYMOUS
from challenge.models import MethodGroup, Submission
from challenge.services import groups, numbers
from challenge.tests.pages import elements, page_of, text_of

#: Queries of the leaderboard that a reader can compare.
QUERIES = [
    f"entries={entries}&metric={metric}&protocol={protocol}"
    for entries, metric, protocol in product(("best", "all"), ("auc", "cohen_kappa"), ("any", "standard"))
]


@pytest.fixture
def draw(monkeypatch):
    """Return a function that sets the next random numbers."""

    def set_next(*drawn: int) -> None:
        left = iter(drawn)
        monkeypatch.setattr(numbers.secrets, "randbelow", lambda end: next(left))

    return set_next


def test_numbers_do_not_follow_the_time_and_are_used_once(team, submit, draw):
    draw(500, 500, 3)
    first, second = (submit(team, content=content) for content in (b"one", b"two"))
    assert (first.pk, second.pk) == (100_500, 100_003)
    assert f"#{second.pk}" in str(second)
    assert list(Submission.objects.filter(team=team)) == [second, first], "the newest first"


def test_numbers_of_groups_do_not_either(team, entry, draw):
    draw(7, 2)
    made = [
        groups.create_group(team=team, name="Seeds", members=[entry(team, 0.5, sha256=n).pk for n in pair])
        for pair in ("ab", "cd")
    ]
    assert [group.pk for group in made] == [100_007, 100_002]
    assert MethodGroup.objects.count() == 2


def rows(client: Client, query: str) -> list[dict]:
    shown = json.loads(client.get(f"/leaderboard.json?{query}").content)["rows"]
    return [{key: value for key, value in row.items() if key != "url"} for row in shown]


@pytest.mark.parametrize("auc", [0.95, 0.5])
def test_the_rows_of_a_team_are_the_same_whoever_sent_the_anonymous_entry(
    client, entry, team, other_team, auc
):
    """The anonymous entry may be better or worse than the public entries of the team."""
    public = [entry(team, 0.9), entry(team, 0.8), entry(other_team, 0.7)]
    hidden = entry(team, auc, model_name="hidden", visibility="anonymous")
    seen = []
    for sender in (team, other_team):
        Submission.objects.filter(pk=hidden.pk).update(team=sender)
        boards = [rows(client, query) for query in QUERIES]
        home = [text_of(fact) for fact in elements(page_of(client, "/"), ".fact")]
        pages = [client.get(f"{one.get_absolute_url()}result.json").json()["attempts"] for one in public]
        seen.append((boards, home, pages))
    assert seen[0] == seen[1]
    (row,) = [row for row in seen[0][0][0] if row["name"] == "hidden"]
    assert (row["team"], row["attempts"], row["chosen_by_team"]) == (ANONYMOUS, None, False)
