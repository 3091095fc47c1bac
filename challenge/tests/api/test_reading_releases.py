"""Releases by programs: the list, the facts of each, and its leaderboard, without a token."""

import hashlib
import json

import pytest
from django.conf import settings
from django.db.models import F

from challenge.models import Release
from challenge.services import entries, releases
from challenge.tests.pages import element, elements, page_of, text_of
from challenge.tests.releases.conftest import board, folder  # noqa: F401  # fixtures
from challenge.tests.releases.frozen import board_of, freeze


@pytest.fixture
def release(board) -> Release:  # noqa: F811
    return freeze()


def rows_of(client, **query) -> list[dict]:
    return client.get("/api/v1/releases/2027.1/leaderboard", query).json()["rows"]


def test_without_a_release_the_list_is_empty(client, db):
    assert client.get("/api/v1/releases").json() == []


def test_facts_are_those_of_the_archive(release, client):
    Release.objects.update(doi="10.5281/zenodo.1234567")
    (listed,) = client.get("/api/v1/releases").json()
    assert client.get("/api/v1/releases/2027.1").json() == listed
    assert (listed["name"], listed["doi"], listed["is_demo"]) == ("2027.1", "10.5281/zenodo.1234567", True)
    document = board_of(release)
    assert (listed["versions"], listed["rows_by_resolution"]) == (
        document["versions"],
        document["rows_by_resolution"],
    )
    content = client.get(listed["archive"]["url"].removeprefix(settings.SITE_URL)).getvalue()
    assert hashlib.sha256(content).hexdigest() == listed["archive"]["sha256"]
    assert len(content) == listed["archive"]["size"]
    assert "10.5281/zenodo.1234567" in listed["bibtex"]


@pytest.mark.parametrize("entries_of", ["best", "all"])
@pytest.mark.parametrize("metric", ["auc", "accuracy"])
def test_rows_are_those_of_the_page(entries_of, metric, release, client):
    rows = rows_of(client, entries=entries_of, metric=metric)
    names = [f"{row['name']}, {row['about']}" if row["kind"] == "published" else row["name"] for row in rows]
    page = page_of(client, f"/releases/2027.1/?entries={entries_of}&metric={metric}")
    lines = elements(page, "table.board tbody tr")
    assert names == [text_of(element(line, "th > :first-child")) for line in lines]
    frozen = {row["key"]: row for row in board_of(release)["rows"]}
    for row in rows:
        ranks = frozen[row["key"]]["ranks"][entries_of].get(metric, {})
        assert (row["rank"], row["rank_low"]) == (ranks.get("rank"), ranks.get("low"))
        if metric in row["average"]:
            assert row["average"][metric]["value"] == frozen[row["key"]]["average"][metric]


def test_rows_have_the_fields_of_the_board(release, client):
    live = client.get("/api/v1/leaderboard").json()["rows"]
    frozen = rows_of(client)
    assert [set(row) - {"mark"} for row in frozen] == [set(row) for row in live]
    assert [row | {"mark": ""} for row in live] == frozen


def test_rows_come_in_pages(release, client):
    first = client.get("/api/v1/releases/2027.1/leaderboard", {"limit": 2}).json()
    second = client.get("/api/v1/releases/2027.1/leaderboard", {"limit": 200, "cursor": first["next"]}).json()
    assert second["next"] is None
    assert [row["key"] for row in first["rows"] + second["rows"]] == [row["key"] for row in rows_of(client)]
    assert first["n_rows"] == len(rows_of(client))


def test_later_changes_leave_rows_as_they_were_with_a_mark(release, board, client):  # noqa: F811
    before = {row["key"]: row for row in rows_of(client, entries="all")}
    entries.withdraw(board["best"], delete_file=False)
    entries.set_visibility(board["rival"], "private")
    board["rival"].evaluations.update(auc=F("auc") / 2)
    after = {row["key"]: row for row in rows_of(client, entries="all")}
    withdrawn, hidden = f"s{board['best'].pk}", f"s{board['rival'].pk}"
    assert "withdrawn on" in after[withdrawn].pop("mark")
    assert (after[hidden]["url"], after[hidden].pop("mark")) == ("", "not public any more")
    for key in (withdrawn, hidden):
        assert {name: before[key][name] for name in after[key] if name != "url"} == {
            name: value for name, value in after[key].items() if name != "url"
        }


def test_an_anonymous_team_stays_anonymous(release, client, other_team):
    text = json.dumps(rows_of(client, entries="all"))
    assert "Anonymous team" in text
    row = next(row for row in json.loads(text) if row["about"] == "Anonymous team")
    assert str(other_team) not in json.dumps(row)


@pytest.mark.parametrize("name", ["2027.2", "2027.9", "nonsense", "2027.1%2F..", "2027.1/nonsense"])
def test_other_names_are_a_problem(name, release, client):
    releases.ask_for_release("2027.2", by="manage.py", reason="Not frozen yet.")
    for rest in ("", "/leaderboard"):
        response = client.get(f"/api/v1/releases/{name}{rest}")
        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"


def test_readers_who_have_the_rows_get_304(release, client):
    tag = client.get("/api/v1/releases/2027.1/leaderboard").headers["ETag"]
    again = client.get("/api/v1/releases/2027.1/leaderboard", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["Access-Control-Allow-Origin"] == "*"
