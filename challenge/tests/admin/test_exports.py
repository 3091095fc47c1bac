"""Exports of submissions, teams and history as CSV, from the admin."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Team
from challenge.models import HistoryLine, Submission
from challenge.services import history, submissions
from challenge.tests.admin.acts import REASON
from challenge.tests.pages import attribute, page_of
from challenge.upkeep import exports

PAGE = "/admin/exports/"


def table(client: Client, name: str) -> list[dict[str, str]]:
    response = client.post(f"{PAGE}{name}.csv")
    assert response.status_code == 200
    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith(f'attachment; filename="big-{name}-')
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


def test_submissions_in_all_states_with_what_is_known_of_each(client, some, submit_and_score, team):
    whole = submit_and_score(team, skill=2.0, family="cnn")
    submissions.disqualify(whole, REASON, by="Chair")
    rows = {row["id"]: row for row in table(client, "submissions")}
    assert len(rows) == 4
    failed, scored = rows[str(some["failed"].pk)], rows[str(whole.pk)]
    assert (failed["state"], failed["failure"], failed["auc"]) == ("failed", "file", "")
    assert failed["problems"] == "octmnist, line 3: <b>bad</b>."
    assert rows[str(some["queued"].pk)]["state"] == "queued"
    assert (scored["team"], scored["sha256"], scored["family"]) == (team.name, whole.sha256, "cnn")
    assert (scored["state"], scored["disqualification_reason"]) == ("disqualified", REASON)
    assert scored["disqualified_at"].endswith("Z")
    evaluation = whole.evaluations.get()
    assert float(scored["auc"]) == evaluation.auc
    by_dataset = {score.dataset: score.auc for score in evaluation.dataset_scores.all()}
    assert {name: float(scored[f"{name}_auc"]) for name in by_dataset} == by_dataset
    assert len(by_dataset) == 12


def test_submissions_of_private_and_hidden_teams_are_among_them(client, entry, team):
    entry(team, visibility="private")
    entry(team, visibility="anonymous")
    rows = table(client, "submissions")
    assert [row["visibility"] for row in rows] == ["private", "anonymous"]
    assert {row["team"] for row in rows} == {team.name}


def test_teams_without_passwords(client, some, team, confirmed):
    confirmed(team)
    response = client.post(f"{PAGE}teams.csv")
    assert team.password not in response.getvalue().decode()
    rows = {row["team"]: row for row in table(client, "teams")}
    assert not any("password" in column for column in rows[team.name])
    assert (rows[team.name]["email"], rows[team.name]["email_confirmed"]) == (team.email, "true")
    beta = rows["Team Beta"]
    assert (beta["submission_count"], beta["counted_submissions"], beta["organizer"]) == ("2", "1", "false")


def test_history_with_values_as_json(client, team):
    history.record(
        "renamed", by="Chair", team=team, before={"name": "Ä"}, after={"name": "B"}, reason="asked"
    )
    line = table(client, "history")[0]
    assert (line["who"], line["act"], line["team"], line["why"]) == ("Chair", "renamed", team.name, "asked")
    assert (line["before"], line["after"]) == ('{"name": "Ä"}', '{"name": "B"}')


@pytest.mark.parametrize("name", ["submissions", "teams", "history"])
def test_each_export_leaves_a_line_of_history(name, client, organizer):
    table(client, name)
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject) == (organizer, "exported", name.capitalize())


def test_formulas_are_defused(client, entry, team):
    entry(team, model_name="=1+1", description="-2")
    (row,) = table(client, "submissions")
    assert (row["model_name"], row["description"]) == ("'=1+1", "'-2")


def test_large_tables_are_read_in_portions_and_no_row_is_lost(client, entry, team, other_team, monkeypatch):
    monkeypatch.setattr(exports, "PORTION", 3)
    made = [entry(chosen).pk for chosen in (team, other_team, team, other_team, team, other_team, team)]
    Submission.objects.filter(pk__in=made[:5]).update(
        created_at=Submission.objects.get(pk=made[0]).created_at
    )
    ids = [int(row["id"]) for row in table(client, "submissions")]
    assert sorted(ids) == sorted(made)
    assert ids[5:] == made[5:]


def test_memory_holds_a_portion_at_a_time(entry, team, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(exports, "PORTION", 2)
    for _ in range(5):
        entry(team)
    columns, rows = exports.submissions_table()
    with django_assert_num_queries(4):  # a portion, its evaluations, their labels and their scores
        first = next(rows)
    assert len(first) == len(columns)


def test_the_page_has_a_button_for_each(client, db):
    addresses = [one for one in attribute(page_of(client, PAGE), "form", "action") if one.startswith(PAGE)]
    assert addresses == [f"{PAGE}{name}.csv" for name in ("submissions", "teams", "history")]
    assert PAGE in attribute(page_of(client, "/admin/"), "a", "href")


def test_an_unknown_export_is_not_found(client, db):
    assert client.post(f"{PAGE}passwords.csv").status_code == 404
    assert not HistoryLine.objects.exists()


@pytest.mark.parametrize("name", ["submissions", "teams", "history"])
def test_only_the_permission_opens_them(name, team, as_user, entry):
    entry(team)
    helper = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=["view_submission", "view_historyline", "view_team"])
    )
    for client, status in ((as_user(helper), 403), (as_user(team), 302), (Client(), 302)):
        assert client.post(f"{PAGE}{name}.csv").status_code == status
        assert client.get(PAGE).status_code == status
    assert not HistoryLine.objects.exists()
    helper.user_permissions.add(Permission.objects.get(codename="export_data"))
    assert as_user(helper).post(f"{PAGE}{name}.csv").status_code == 200
