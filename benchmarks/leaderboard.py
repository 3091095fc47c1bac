"""Server time of a leaderboard with 10,000 scored submissions of 1,000 teams, compared with the About page.

    python -m benchmarks.leaderboard

The benchmark makes a site in a temporary folder, with SQLite, entries without files, and random replicates of
realistic size. Only the highest entries, by the mean and by the organ sets, have replicates of single datasets, because
no page reads others. It requests
each page in this process, so that it measures only the server: medians of several requests, with numbers of queries.

"First" is the first request after a change of the leaderboard, which computes all ranks, ranges and the group of the
leader again. Later requests find these results in the cache, until the next change. A reader's own board also finds the
scores of all rows in the cache, if another reader has asked for other datasets since the change.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bigsite.threads import ONE_THREAD
from challenge.scoring.benchmark import MEDMNIST_PLUS

N_TEAMS, N_SUBMISSIONS = 1_000, 10_000
N_WITH_DATASETS = 300
#: Weights of the datasets on a reader's own board.
ORGANS = {"organamnist": 1, "organcmnist": 1, "organsmnist": 1}
OTHERS = {dataset.name: 1 for dataset in MEDMNIST_PLUS if dataset.name != "pathmnist"}
RUNS, FIRST_RUNS = 30, 3
#: Limits of the leaderboard: number of queries, and time as a multiple of the About page.
MOST_QUERIES, MOST_RATIO = 10, 3
#: Limit of a reader's own board that nobody has asked for before, in milliseconds.
MOST_MS_OF_OWN = 1000

#: First words of the titles of readers' own boards.
OWN = "Own board"

PAGES = {
    "About": "/about/",
    "Leaderboard, best per team": "/leaderboard/?resolution=224",
    "Leaderboard, all entries": "/leaderboard/?resolution=224&entries=all",
    "Leaderboard, page 7 of the best": "/leaderboard/?resolution=224&page=7",
    "Leaderboard, rank uncertainty": "/leaderboard/?resolution=224&view=ranks",
    "Leaderboard, other ways to rank": "/leaderboard/?resolution=224&view=ways",
    "Leaderboard, informational metrics": "/leaderboard/?resolution=224&view=further",
    "Leaderboard, figures": "/leaderboard/?resolution=224&view=figures",
    f"{OWN}, organ sets": f"/leaderboard/own/?{urlencode(ORGANS)}",
    f"{OWN}, organ sets, all entries": f"/leaderboard/own/?entries=all&{urlencode(ORGANS)}",
    f"{OWN}, all datasets, all entries": f"/leaderboard/own/?entries=all&pathmnist=2&{urlencode(OTHERS)}",
}


def main() -> None:
    """Start a child process with its data in a temporary folder, or measure if this is the child."""
    if "DATA_DIR" in os.environ and "--inside" in sys.argv:
        measure()
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | ONE_THREAD | {
            "DATA_DIR": folder, "ENV_FILE": os.devnull, "SECRET_KEY": "benchmark", "DEBUG": "off",
            "ALLOWED_HOSTS": "*", "DJANGO_SETTINGS_MODULE": "bigsite.settings", "CHROMIUM": "",
        }  # fmt: skip
        subprocess.run(
            [sys.executable, "-m", "benchmarks.leaderboard", "--inside"], env=environment, check=True
        )


def measure() -> None:
    """Fill the site and print a table."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("import_reported_baselines", verbosity=0)
    fill()
    results = {title: measure_page(address) for title, address in PAGES.items()}
    about = results["About"]["ms"]
    print(f"\n{N_SUBMISSIONS:,} scored submissions of {N_TEAMS:,} teams at 224 × 224, {RUNS} requests each\n")
    print(f"{'page':38}{'ms':>8}{'× About':>9}{'queries':>9}{'first, ms':>11}{'queries':>9}{'kB':>7}")
    for title, one in results.items():
        print(
            f"{title:38}{one['ms']:8.1f}{one['ms'] / about:9.2f}{one['queries']:9}"
            f"{one['first_ms']:11.0f}{one['first_queries']:9}{one['kB']:7.0f}"
        )
    of_leaderboard = [one for title, one in results.items() if not title.startswith(OWN)]
    kept = all(one["ms"] <= MOST_RATIO * about for one in results.values()) and all(
        max(one["queries"], one["first_queries"]) <= MOST_QUERIES for one in of_leaderboard
    )
    print(
        f"\nAt most {MOST_QUERIES} queries and {MOST_RATIO} times About: {'holds' if kept else 'DOES NOT HOLD'}"
    )
    slowest = max(one["first_ms"] for title, one in results.items() if title.startswith(OWN))
    kept = slowest <= MOST_MS_OF_OWN
    print(f"A new own board in at most {MOST_MS_OF_OWN:,} ms: {'holds' if kept else 'DOES NOT HOLD'}")
    print(json.dumps(results))


def fill() -> None:
    """Put 1,000 teams with 10 scored submissions each on the board, at one resolution."""
    import numpy as np
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import Team
    from challenge.models import (
        DatasetScore,
        Evaluation,
        Metric,
        Phase,
        SecondaryMetrics,
        Submission,
        Uncertainty,
    )
    from challenge.scoring.demo import make_demo_ground_truth
    from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, SCORER_VERSION
    from challenge.scoring.metrics.secondary import AVERAGED
    from challenge.scoring.statistics.intervals import N_REPLICATES
    from challenge.scoring.statistics.over_datasets import resampled_means_of_scores
    from challenge.services.ground_truths import store_ground_truth

    rng = np.random.default_rng(0)
    ground_truth = store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS), name="Demo labels", is_demo=True)
    phase, now = Phase.objects.get(), timezone.now()
    shared = rng.standard_normal((12, 4, N_REPLICATES)).astype("<f4")
    noise = rng.standard_normal((12, 4, N_REPLICATES)).astype("<f4")
    with transaction.atomic():
        teams = Team.objects.bulk_create(
            Team(name=f"Team {i}", name_key=f"team {i}", email=f"team{i}@example.org") for i in range(N_TEAMS)
        )
        submissions = Submission.objects.bulk_create(
            Submission(team=teams[i % N_TEAMS], phase=phase, resolution=224, model_name=f"Network {i}",
                       description="A benchmark.", file_size=1, sha256=f"{i:064x}")
            for i in range(N_SUBMISSIONS)
        )  # fmt: skip
        scores = np.clip(
            rng.normal(0.75, 0.05, (N_SUBMISSIONS, 1, 1)) + rng.normal(0, 0.03, (N_SUBMISSIONS, 12, 4)), 0, 1
        )
        evaluations = Evaluation.objects.bulk_create(
            Evaluation(submission=submission, ground_truth=ground_truth, scorer_version=SCORER_VERSION,
                       status="scored", scored_at=now, **dict(zip(Metric.values, of.mean(axis=0), strict=True)))
            for submission, of in zip(submissions, scores, strict=True)
        )  # fmt: skip
        of_means = [scores[:, :, 0].mean(axis=1), scores[:, -len(ORGANS) :, 0].mean(axis=1)]
        highest = {int(place) for of in of_means for place in np.argsort(of)[-N_WITH_DATASETS:]}
        further = {d.name: dict.fromkeys(AVERAGED, 0.5) for d in MEDMNIST_PLUS}
        for start in range(0, N_SUBMISSIONS, 500):
            part = list(zip(evaluations, scores, strict=True))[start : start + 500]
            DatasetScore.objects.bulk_create(
                DatasetScore(evaluation=e, dataset=d.name, **dict(zip(Metric.values, line, strict=True)))
                for e, of in part
                for d, line in zip(MEDMNIST_PLUS, of, strict=True)
            )
            SecondaryMetrics.objects.bulk_create(
                SecondaryMetrics(evaluation=e, datasets=further) for e, _ in part
            )
            rows = []
            for number, (e, of) in enumerate(part):
                own = np.roll(noise, 37 * number + start, axis=-1)
                means = (of.mean(axis=0)[:, None] + 0.003 * (shared[0] + own[0])).astype("<f4")
                resampled = resampled_means_of_scores(of.T, N_REPLICATES, MEDMNIST_PLUS).astype("<f4")
                datasets = (
                    (of[:, :, None] + 0.01 * (shared + own)).astype("<f4")
                    if start + number in highest
                    else None
                )
                rows.append(
                    Uncertainty(evaluation=e, bootstrap_version=BOOTSTRAP_VERSION, status="done",
                                results_version=BOOTSTRAP_VERSION,
                                mean_replicates=means.tobytes(), resampled_dataset_means=resampled.tobytes(),
                                dataset_replicates=b"" if datasets is None else datasets.tobytes())
                )  # fmt: skip
            Uncertainty.objects.bulk_create(rows)


def measure_page(address: str) -> dict[str, Any]:
    """Return the median milliseconds and the queries of a request, cached and after a change."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from challenge.models import BoardRevision

    client = Client()

    def ask() -> tuple[float, int, int]:
        with CaptureQueriesContext(connection) as queries:
            start = time.perf_counter()
            response = client.get(address)
            took = 1000 * (time.perf_counter() - start)
        assert response.status_code == 200, address  # noqa: S101
        return took, len(queries), len(response.content)

    ask()
    first = []
    for _ in range(FIRST_RUNS):
        BoardRevision.advance()
        first.append(ask())
    usual = [ask() for _ in range(RUNS)]
    return {
        "ms": median(took for took, _, _ in usual),
        "queries": max(queries for _, queries, _ in usual),
        "first_ms": median(took for took, _, _ in first),
        "first_queries": max(queries for _, queries, _ in first),
        "kB": usual[0][2] / 1000,
    }


if __name__ == "__main__":
    main()
