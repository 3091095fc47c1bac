"""The leaderboard, entries and groups by programs, without a token."""

import pytest
from django.core.management import call_command

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import Metric, ranked_versions
from challenge.services import entries


def test_rows_are_those_of_the_board(client, entry, team, other_team):
    call_command("import_reported_baselines", verbosity=0)
    entry(team, 0.8)
    entry(other_team, 0.9)
    board = client.get("/api/v1/leaderboard", {"metric": "accuracy"}).json()
    rows = leaderboard(Filters(metric=Metric.ACCURACY), ranked_versions())
    assert [row["key"] for row in board["rows"]] == [str(row.key) for row in rows]
    assert [row["rank"] for row in board["rows"]] == [row.rank for row in rows]
    assert board["n_rows"] == len(rows)


def test_rows_come_in_pages(client, entry, team):
    pks = [entry(team, 0.5 + number / 100).pk for number in range(5)]
    found, cursor = [], "0"
    while cursor is not None:
        query = {"entries": "all", "published": "false", "limit": 2, "cursor": cursor}
        board = client.get("/api/v1/leaderboard", query).json()
        found += [row["key"] for row in board["rows"]]
        cursor = board["next"]
    assert found == [f"s{pk}" for pk in reversed(pks)]


def test_a_search_finds_rows(client, entry, team, other_team):
    entry(team, 0.8)
    entry(other_team, 0.9)
    rows = client.get("/api/v1/leaderboard", {"q": "BETA", "published": "false"}).json()["rows"]
    assert [row["about"] for row in rows] == [str(other_team)]


def test_a_reader_who_has_the_answer_gets_304(client, entry, team):
    shown = f"/api/v1/entries/{entry(team, 0.8).pk}"
    tag = client.get("/api/v1/metrics").headers["ETag"]
    assert client.get("/api/v1/metrics", headers={"If-None-Match": tag}).status_code == 304
    assert client.get(shown).headers["ETag"]


@pytest.mark.parametrize(
    "query",
    [
        {"resolution": 29},
        {"metric": "loss"},
        {"limit": 0},
        {"limit": 10_000},
        {"cursor": "-1"},
        {"q": "a" * 200},
    ],
)
def test_a_wrong_choice_is_a_problem(query, client, ground_truth):
    response = client.get("/api/v1/leaderboard", query)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == next(iter(query))


def test_an_entry_shows_what_its_page_shows(client, entry, team):
    shown = entry(team, 0.8)
    found = client.get(f"/api/v1/entries/{shown.pk}").json()
    assert (found["name"], found["team"], found["average"]["auc"]) == (
        shown.model_name,
        str(team),
        pytest.approx(0.8),
    )


@pytest.mark.parametrize("visibility", ["private", "anonymous"])
def test_a_hidden_team_stays_hidden(visibility, client, entry, team):
    shown = entry(team, 0.8)
    entries.set_visibility(shown, visibility)
    response = client.get(f"/api/v1/entries/{shown.pk}")
    assert response.status_code == (404 if visibility == "private" else 200)
    assert str(team) not in response.text
    assert str(team) not in client.get("/api/v1/leaderboard").text


@pytest.mark.parametrize(
    "address", ["/api/v1/entries/999999", "/api/v1/groups/999999", "/api/v1/entries/99999999999999999999"]
)
def test_what_is_not_there_is_a_problem(address, client, ground_truth):
    response = client.get(address)
    assert response.status_code in (404, 422)
    assert response.headers["Content-Type"] == "application/problem+json"
