"""Server time of a leaderboard with 10,000 scored submissions of 1,000 teams, compared with the About page.

    python -m benchmarks.leaderboard

It requests each page in this process, so that it measures only the server: medians of several requests, with numbers
of queries. "Outdated" is a request after a change of the leaderboard that the worker has not taken in yet: readers get
the earlier board. "First" is the first request after the worker has renewed the board. Both follow a request of the
About page, because the worker is another process and leaves the caches of a web process alone; nor does a web process
collect the worker's garbage. The last table has the seconds that the worker needs for each kind of result.
"""

import gc
import json
import time
from dataclasses import replace
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks.large_board import N_SUBMISSIONS, N_TEAMS, ORGANS, is_inside, make_site, run_inside
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: Weights of the datasets on a reader's own board.
OTHERS = {dataset.name: 1 for dataset in MEDMNIST_PLUS if dataset.name != "pathmnist"}
RUNS, FIRST_RUNS = 30, 3
#: Limits of the leaderboard: number of queries, and time as a multiple of the About page.
MOST_QUERIES, MOST_RATIO = 10, 3
#: Limit of a reader's own board that nobody has asked for before, in milliseconds.
MOST_MS_OF_OWN = 1000

BOARD = "/leaderboard/?resolution=224"
PAGES = {
    "About": "/about/",
    "Home": "/",
    "Best per team": BOARD,
    "All entries": f"{BOARD}&entries=all",
    "Page 7 of the best": f"{BOARD}&page=7",
    "Page 150 of all": f"{BOARD}&entries=all&page=150",
    "Published hidden, standard only": f"{BOARD}&baselines=off&protocol=standard",
    "Search": f"{BOARD}&entries=all&q=network+77",
    "Search without a match": f"{BOARD}&entries=all&q=nothing",
    "Facts": f"{BOARD}&parameters=25&pretraining=none&pretraining=natural",
    "All columns": BOARD + "".join(
        f"&columns={one}" for one in ("parameters", "family", "pretraining", "evidence", "time", "datasets")
    ),
    "Rank uncertainty": f"{BOARD}&view=ranks",
    "Other ways to rank": f"{BOARD}&view=ways",
    "Informational metrics": f"{BOARD}&view=further",
    "Figures": f"{BOARD}&view=figures",
    "Own board, organ sets": f"/leaderboard/own/?{urlencode(ORGANS)}",
    "Own board, organ sets, all entries": f"/leaderboard/own/?entries=all&{urlencode(ORGANS)}",
    "Own board, all sets, all entries": f"/leaderboard/own/?entries=all&pathmnist=2&{urlencode(OTHERS)}",
    "CSV": "/leaderboard.csv?resolution=224",
    "JSON of all": "/leaderboard.json?resolution=224&entries=all",
}  # fmt: skip
#: Files are larger than pages: without a limit.
EXPORTS = ("CSV", "JSON of all")
#: A reader waits for a new one.
OWN_BOARDS = tuple(title for title in PAGES if title.startswith("Own board"))


def main() -> None:
    """Start a child process with its data in a temporary folder, or measure if this is the child."""
    if is_inside():
        make_site()
        measure()
    else:
        run_inside("benchmarks.leaderboard")


def measure() -> None:
    """Print the tables."""
    results = {title: measure_page(address) for title, address in PAGES.items()}
    about = results["About"]["ms"]
    print(f"\n{N_SUBMISSIONS:,} scored submissions of {N_TEAMS:,} teams at 224 × 224, {RUNS} requests each\n")
    print(
        f"{'page':34}{'ms':>8}{'× About':>9}{'queries':>9}{'outdated':>10}{'first':>8}{'queries':>9}{'kB':>8}"
    )
    for title, one in results.items():
        print(
            f"{title:34}{one['ms']:8.1f}{one['ms'] / about:9.2f}{one['queries']:9}"
            f"{one['outdated_ms'] / about:10.2f}{one['first_ms'] / about:8.2f}{one['first_queries']:9}{one['kB']:8.0f}"
        )
    kept = all(
        max(one["ms"], one["outdated_ms"], one["first_ms"]) <= MOST_RATIO * about
        and max(one["queries"], one["first_queries"]) <= MOST_QUERIES
        for title, one in results.items()
        if title not in EXPORTS + OWN_BOARDS
    )
    print(
        f"\nPages: at most {MOST_QUERIES} queries and {MOST_RATIO} times About: {'holds' if kept else 'DOES NOT HOLD'}"
    )
    slowest = max(one["first_ms"] for title, one in results.items() if title in OWN_BOARDS)
    kept = slowest <= MOST_MS_OF_OWN
    print(f"A new own board in at most {MOST_MS_OF_OWN:,} ms: {'holds' if kept else 'DOES NOT HOLD'}")
    print_work(results)
    print(json.dumps(results))


def measure_page(address: str) -> dict[str, Any]:
    """Return the median milliseconds and the queries of requests: usual ones, outdated ones, and first ones."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from challenge.leaderboard.results import RESULTS
    from challenge.leaderboard.store import refresh
    from challenge.models import BoardResult, BoardRevision

    client = Client()
    results = [replace(one, usual=tuple) for one in RESULTS]  # without those that only other pages need

    def ask() -> tuple[float, int, int]:
        with CaptureQueriesContext(connection) as queries:
            start = time.perf_counter()
            response = client.get(address)
            took = 1000 * (time.perf_counter() - start)
        size = len(b"".join(response))  # also of a file that is streamed
        assert response.status_code == 200, address  # noqa: S101
        return took, len(queries), size

    BoardResult.objects.all().delete()  # the worker then renews only the results of this page
    ask()
    outdated, first = [], []
    for _ in range(FIRST_RUNS):
        BoardRevision.advance()
        client.get(PAGES["About"])
        outdated.append(ask())
        refresh(results)
        gc.collect()
        client.get(PAGES["About"])
        first.append(ask())
    usual = [ask() for _ in range(RUNS)]
    return {
        "work": {one.name: one.seconds for one in BoardResult.objects.light()},
        "ms": median(took for took, _, _ in usual),
        "queries": max(queries for _, queries, _ in usual),
        "outdated_ms": median(took for took, _, _ in outdated),
        "first_ms": median(took for took, _, _ in first),
        "first_queries": max(queries for _, queries, _ in first),
        "kB": usual[0][2] / 1000,
    }


def print_work(results: dict[str, Any]) -> None:
    """Print the seconds that each result took the last time."""
    print(f"\n{'result':90}{'s':>7}")
    work = {name: seconds for one in results.values() for name, seconds in one["work"].items()}
    for name, seconds in sorted(work.items(), key=lambda line: -line[1]):
        print(f"{name:90}{seconds:7.2f}")


if __name__ == "__main__":
    main()
