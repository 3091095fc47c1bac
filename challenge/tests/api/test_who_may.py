"""Rights: each operation, with tokens of every scope and state, and without one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, Team
from challenge.api.interface import interface
from challenge.models import Submission
from challenge.services import groups
from challenge.services.accounts import close_account
from challenge.tests.api.conftest import send
from challenge.tests.api.operations import OF_TEAMS, OPEN, OPERATIONS, SUBMITTING, Operation, described
from challenge.tests.releases.conftest import folder  # noqa: F401  # archives in a folder of the test
from challenge.tests.releases.frozen import freeze

ENDS = ["revoked", "expired", "blocked", "closed", "deleted"]


@pytest.fixture
def own(api, team, ground_truth) -> Submission:
    """A submission of the team with its file."""
    send(api(team), b"predictions")
    return Submission.objects.get()


@pytest.fixture
def mine(own) -> dict[str, Any]:
    """Number of a submission of the team."""
    return {"number": own.pk}


@pytest.fixture
def numbers(mine, entry, other_team, folder) -> dict[str, Any]:  # noqa: F811
    """Numbers of objects that exist: those of another team are public."""
    seeds = [entry(other_team, auc, sha256=f"{auc}") for auc in (0.8, 0.9)]
    group = groups.create_group(team=other_team, name="Seeds", members=[seed.pk for seed in seeds])
    return mine | {"entry": seeds[0].pk, "group": group.pk, "name": freeze().name}


def state() -> list[dict[str, Any]]:
    """Return all rows that operations of teams change."""
    return [dict(row) for row in Submission.objects.order_by("pk").values()]


def assert_refused(response, status: int, before: list[dict[str, Any]]) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
    assert state() == before


def end(how: str, team: Team, token: ApiToken, entry) -> None:
    if how == "revoked":
        tokens.revoke(token)
    elif how == "expired":
        ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "blocked":
        Team.objects.filter(pk=team.pk).update(is_active=False)
    else:
        if how == "closed":
            entry(team, 0.7)  # public results stay, with the name of the team
        close_account(team, keep_name=True)


def test_every_operation_is_in_the_table():
    found = {(one.method, one.path): one.scope != "none" for one in OPERATIONS}
    assert found == described(), "operations without a row, or with another need of a token than described"


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_those_who_may_get_an_answer(operation: Operation, api, team, numbers):
    client = Client() if operation.scope == "none" else api(team, operation.scope)
    assert operation.ask(client, numbers).status_code == operation.status


@pytest.mark.parametrize("operation", [one for one in OF_TEAMS if one.scope == "read"], ids=str)
def test_a_token_that_submits_may_read(operation, api, team, mine):
    assert operation.ask(api(team), mine).status_code == 200


@pytest.mark.parametrize("operation", SUBMITTING, ids=str)
def test_a_token_that_reads_may_change_nothing(operation, api, team, mine):
    client, before = api(team, "read"), state()
    assert_refused(operation.ask(client, mine), 403, before)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.is_of_one_team], ids=str)
def test_other_teams_and_organizers_find_nothing(operation, api, other_team, organizer, mine):
    before = state()
    for stranger in (other_team, organizer):
        assert_refused(operation.ask(api(stranger), mine), 404, before)


@pytest.mark.parametrize("operation", OF_TEAMS, ids=str)
def test_without_a_token_or_with_a_log_in_alone_nobody_may(operation, as_user, team, mine):
    before = state()
    for client in (
        Client(),
        as_user(team),
        Client(headers={"Authorization": "Bearer big_wrong"}),
        Client(headers={"Authorization": "Basic YTpi"}),
    ):
        response = operation.ask(client, mine)
        assert_refused(response, 401, before)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("operation", OF_TEAMS, ids=str)
def test_a_token_that_has_ended_does_nothing(operation, how, api, team, mine, entry):
    client = api(team)
    end(how, team, ApiToken.objects.filter(team=team).latest("pk"), entry)
    before = state()
    assert_refused(operation.ask(client, mine), 401, before)


@pytest.mark.parametrize("operation", OPEN, ids=str)
def test_what_everybody_may_read_other_sites_may_read_too(operation, numbers):
    client = Client(headers={"Origin": "https://example.org"})
    response = operation.ask(client, numbers)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("operation", OF_TEAMS, ids=str)
def test_pages_of_other_sites_read_nothing_of_teams(operation, api, team, mine):
    client = api(team)
    response = operation.ask(client, mine)
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": operation.method.upper(),
             "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    response = Client().options(f"/api/v1{operation.path.format(**mine)}", headers=asked)
    assert not [name for name in response.headers if name.startswith("Access-Control")]


def test_too_many_requests_are_refused_for_a_while(client, api, team, ground_truth, monkeypatch):
    monkeypatch.setattr(interface.throttle, "num_requests", 2)
    found = [client.get("/api/v1/metrics") for _ in range(3)]
    assert [one.status_code for one in found] == [200, 200, 429]
    assert 0 < int(found[-1].headers["Retry-After"]) <= 60
    assert api(team).get("/api/v1/quota").status_code == 200  # a team has limits of its own


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("get", "/api/v1/nonsense", 404), ("post", "/api/v1/nonsense/", 404), ("delete", "/api/v1/quota", 405)],
)
def test_other_addresses_and_methods_are_problems(method, address, status, client, db):
    response = getattr(client, method)(address)
    assert_refused(response, status, [])
    assert response.headers.get("Allow") == ("GET" if status == 405 else None)
