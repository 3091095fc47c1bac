"""Requests: repeated safely, and errors in words with an exit status."""

import json
from typing import Any

import httpx
import pytest

from medbig.client import ATTEMPTS, Client
from medbig.errors import InvalidFileError, LimitError, MedbigError, NotReachableError

SCORED: dict[str, Any] = {
    "id": 7, "url": "https://big.example.org/submissions/7/", "name": "ResNet", "state": "scored", "problems": [],
    "warnings": [], "has_intervals": True, "visibility": "public", "withdrawn": False,
    "average": {"auc": 0.95, "auc_low": 0.94, "auc_high": 0.96},
    "ranks": {"auc": {"rank": 3, "low": 2, "high": 5, "of": 31}},
}  # fmt: skip


def site(*answers, tell=lambda text: None):
    """Return a client of a site that gives these answers one after the other, and the requests that it got."""
    asked, left = [], list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        asked.append(request)
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        status, body, *headers = given
        return httpx.Response(status, json=body, headers=dict(headers))

    pauses: list[float] = []
    client = Client(
        "https://big.example.org",
        "big_t",
        transport=httpx.MockTransport(answer),
        sleep=pauses.append,
        tell=tell,
    )
    return client, asked, pauses


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes(b"dataset,index,p0\n")
    return path


def submit(client, file, **about):
    return client.submit(file, model_name="ResNet", description="Trained.", resolution=28, **about)


def test_a_file_is_sent_with_what_is_said_about_it(file):
    client, asked, _ = site((202, SCORED))
    sent = submit(client, file, external_data=True, code_url=None)
    assert (sent.id, sent.rank, sent.rank_range) == (7, 3, (2, 5))
    body = asked[0].content
    assert b'name="upload"; filename="p.csv"' in body
    assert b"dataset,index,p0" in body
    assert b"code_url" not in body
    assert asked[0].headers["Authorization"] == "Bearer big_t"


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), (503, {}), (502, {})]
)
def test_a_request_that_breaks_is_sent_again_with_the_same_key_and_the_whole_file(fault, file):
    client, asked, pauses = site(fault, fault, (202, SCORED))
    assert submit(client, file).id == 7
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1
    assert len(asked) == 3
    assert all(b"dataset,index,p0" in request.content for request in asked)
    assert pauses == [0.5, 1.0]


def test_each_further_attempt_is_announced(file):
    told: list[str] = []
    client, _, _ = site(httpx.ConnectError("refused"), (503, {}), (202, SCORED), tell=told.append)
    submit(client, file)
    assert told == [
        "https://big.example.org cannot be reached: refused. Trying again in 0.5 s.",
        "https://big.example.org is busy. Trying again in 1 s.",
    ]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_site_is_asked_again_when_it_says(status, file):
    client, asked, pauses = site((status, {"detail": "Too many."}, ("Retry-After", "7")), (202, SCORED))
    assert submit(client, file).id == 7
    assert (len(asked), pauses) == (2, [7])


def test_a_limit_that_ends_tomorrow_is_an_error_at_once(file):
    client, asked, _ = site((429, {"detail": "You have reached the daily limit."}, ("Retry-After", "40000")))
    with pytest.raises(LimitError, match="daily limit"):
        submit(client, file)
    assert len(asked) == 1


def test_a_file_that_was_sent_before_makes_nothing_new(file):
    client, _, _ = site((202, SCORED), (200, SCORED))
    assert [submit(client, file).is_new for _ in range(2)] == [True, False]


def test_two_submissions_have_two_keys(file):
    client, asked, _ = site((202, SCORED))
    submit(client, file)
    submit(client, file)
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 2


def test_a_site_that_stays_away_is_given_up(file):
    client, asked, _ = site(httpx.ConnectError("refused"))
    with pytest.raises(NotReachableError, match="cannot be reached"):
        submit(client, file)
    assert len(asked) == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "problem", "error", "exit_status"),
    [
        (403, {"detail": "The token may only read."}, NotReachableError, 4),
        (409, {"detail": "Sent before.", "submission": "https://x/7/"}, MedbigError, 1),
        (
            422,
            {"detail": "x", "errors": [{"field": "upload", "message": "The file is empty."}]},
            InvalidFileError,
            2,
        ),
        (429, {"detail": "You have reached the daily limit."}, LimitError, 3),
        (500, {}, NotReachableError, 4),
    ],
)
def test_each_refusal_has_its_error(status, problem, error, exit_status, file):
    client, _, _ = site((status, problem))
    with pytest.raises(error) as raised:
        submit(client, file)
    assert raised.value.exit_status == exit_status
    assert problem.get("detail", "500") in str(raised.value) or status == 422


def test_without_a_token_the_message_says_how_to_log_in(file):
    transport = httpx.MockTransport(lambda request: httpx.Response(401, json={}))
    with pytest.raises(NotReachableError, match="medbig login"):
        submit(Client("https://big.example.org", "", transport=transport), file)


def test_a_token_that_is_not_valid_leads_to_a_new_one(file):
    client, _, _ = site((401, {"detail": "Send it as “Authorization: Bearer …”."}))
    with pytest.raises(NotReachableError, match="/accounts/tokens/ and run: medbig login"):
        submit(client, file)


def test_progress_reaches_the_size_of_the_file(file):
    client, _, _ = site((202, SCORED))
    seen = []
    submit(client, file, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (file.stat().st_size,) * 2


def test_waiting_ends_with_scores_intervals_rank_and_range():
    place = SCORED["ranks"]["auc"]
    steps: list[dict[str, Any]] = [
        {"state": "queued", "has_intervals": False, "ranks": None},
        {"state": "scoring", "has_intervals": False, "ranks": None},
        {"has_intervals": False},
        {"ranks": {"auc": None}},
        {"ranks": {"auc": place | {"low": None, "high": None}}},
        {},
    ]
    client, asked, _ = site((200, SCORED), *((200, SCORED | step) for step in steps))
    found = client.submission(7).wait()
    assert (found.rank, found.rank_range, len(asked)) == (3, (2, 5), 7)


@pytest.mark.parametrize("why", [{"visibility": "private"}, {"withdrawn": True}, {"held": True}, {}])
def test_waiting_for_an_entry_that_is_never_ranked_ends_with_its_intervals(why):
    client, asked, _ = site((200, SCORED | {"ranks": None} | why))
    assert client.submission(7).wait().rank is None
    assert len(asked) == 2


def test_waiting_ends_with_its_time():
    client, _, _ = site((200, SCORED | {"state": "queued"}))
    with pytest.raises(TimeoutError, match="queued"):
        client.submission(7).wait(0)


def test_all_pages_are_read():
    page = {"submissions": [SCORED], "next": "25"}
    client, asked, _ = site((200, page), (200, page | {"next": None}))
    assert len(list(client.submissions())) == 2
    assert asked[1].url.params["cursor"] == "25"


def test_changes_are_sent_as_json():
    client, asked, _ = site((200, SCORED))
    client.submission(7).edit(visibility="private")
    assert (asked[-1].method, json.loads(asked[-1].content)) == ("PATCH", {"visibility": "private"})
    client.submission(7).withdraw(delete_file=True)
    assert json.loads(asked[-1].content) == {"delete_file": True}


def test_a_download_that_fails_leaves_no_file(tmp_path):
    client, _, _ = site((200, SCORED | {"file_name": "../p.csv"}), (404, {"detail": "The file was deleted."}))
    with pytest.raises(MedbigError, match="deleted"):
        client.submission(7).download(tmp_path / "p.csv")
    assert not list(tmp_path.glob("p.csv*"))


def test_a_download_replaces_no_file_unless_it_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text("mine")
    client, _, _ = site((200, SCORED | {"file_name": "../p.csv"}))
    with pytest.raises(MedbigError, match="exists, and was not replaced"):
        client.submission(7).download()
    assert (tmp_path / "p.csv").read_text() == "mine"
    client.submission(7).download("p.csv")
    assert (tmp_path / "p.csv").read_text() != "mine"
