"""The leaderboard as rows, data frame and LaTeX."""

import httpx
import pytest

from medbig.board import leaderboard
from medbig.client import Client
from medbig.errors import MedbigError


def row(rank: int, **about):
    score = {"value": 0.95, "low": 0.94, "high": 0.96}
    return {
        "key": f"s{rank}", "kind": "entry", "rank": rank, "rank_low": 1, "rank_high": 4, "rank_low_over_datasets": 1,
        "rank_high_over_datasets": 9, "with_leader": True, "name": f"Net_{rank} & co", "about": "Team 50 %",
        "url": "https://x/", "study_url": "", "parameters_millions": 11.2, "average": {"auc": score},
    } | about  # fmt: skip


@pytest.fixture
def board():
    pages = {
        None: {"rows": [row(1), row(2)], "next": "2"},
        "2": {"rows": [row(3, rank_low=None, rank_high=None)], "next": None},
    }
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, json=pages[request.url.params.get("cursor")])
    )
    return leaderboard(client=Client("https://big.example.org", "", transport=transport))


def test_a_release_is_read_at_its_own_address():
    asked = []

    def answer(request):
        asked.append(request.url)
        return httpx.Response(200, json={"rows": [row(1)], "next": None})

    site = Client("https://big.example.org", "", transport=httpx.MockTransport(answer))
    board = leaderboard(28, "accuracy", release="2027.1", client=site)
    assert (board.release, len(board.rows)) == ("2027.1", 1)
    assert asked[0].path == "/api/v1/releases/2027.1/leaderboard"
    assert dict(asked[0].params) == {
        "resolution": "28", "metric": "accuracy", "entries": "best", "limit": "200",
    }  # fmt: skip


def test_all_pages_become_one_frame(board):
    frame = board.to_frame()
    assert list(frame["rank"]) == [1, 2, 3]
    assert frame.loc[0, "auc_low"] == 0.94
    assert frame["accuracy"].isna().all()


def test_a_table_for_a_paper_has_ranges_intervals_and_safe_names(board):
    table = board.to_latex(top=2)
    assert r"1 (1--4) & Net\_1 \& co (Team 50 \%) & 0.9500 [0.9400, 0.9600] & -- & -- & -- \\" in table
    assert "Net\\_3" not in table


def test_a_notebook_shows_ranges_and_intervals(board):
    shown = board._repr_html_()
    assert ">1–4</td>" in shown
    assert "Net_1 &amp; co" in shown
    assert "0.9500<br><small>[0.9400, 0.9600]</small>" in shown


def test_ranks_are_whole_numbers_though_some_are_missing(board):
    ranks = board.to_frame()["rank_low"]
    assert ranks.isna().tolist() == [False, False, True]
    assert ranks[0] == 1
    assert ranks.dtype == "Int64"


@pytest.mark.parametrize(("known", "words"), [(["2027.1", "2026.1"], "are 2027.1, 2026.1"), ([], "none yet")])
def test_a_release_that_is_not_there_is_named_with_those_that_are(known, words):
    def answer(request):
        if request.url.path == "/api/v1/releases":
            return httpx.Response(200, json=[{"name": name} for name in known])
        return httpx.Response(404, json={"detail": "Nothing."})

    site = Client("https://big.example.org", "", transport=httpx.MockTransport(answer))
    with pytest.raises(MedbigError, match=f"no release 2099.9.*{words}"):
        leaderboard(release="2099.9", client=site)
