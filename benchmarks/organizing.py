"""CPU time of the admin with 10,000 submissions of 1,000 teams, of scoring many again, and of the switch of versions.

    python -m benchmarks.organizing

Pages are requested in this process, which includes SQLite: medians of several requests, with numbers of queries. Then
other labels are activated, all entries get outcomes by them, as from workers, and the board switches.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.large_board import N_SUBMISSIONS, N_TEAMS, is_inside, make_site, run_inside

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Team

RUNS = 10
#: Limits of a page of the admin.
MOST_MS, MOST_QUERIES = 300, 60
ADMIN = "/admin/"
LIST = f"{ADMIN}challenge/submission/"
PAGES = {
    "Dashboard": ADMIN,
    "Submissions": LIST,
    "Submissions, page 50": f"{LIST}?p=50",
    "Submissions that are scored": f"{LIST}?state=scored",
    "Submissions that failed": f"{LIST}?state=failed",
    "Submissions of a day": f"{LIST}?created_at__gte=2020-01-01+00:00Z",
    "The same file in several teams": f"{LIST}?same_file=teams",
    "Search for a model": f"{LIST}?q=network+77",
    "Search for a number": f"{LIST}?q=%231",
    "Evaluations": f"{ADMIN}challenge/evaluation/",
    "History": f"{ADMIN}challenge/historyline/",
    "Teams": f"{ADMIN}accounts/team/",
    "Flags of integrity": f"{ADMIN}challenge/integrityflag/",
    "Mails": f"{ADMIN}challenge/mail/",
    "A submission": "",
    "A team": "",
}


def main() -> None:
    """Start a child process with its data in a temporary folder, or measure if this is the child."""
    if is_inside():
        make_site()
        measure()
    else:
        run_inside("benchmarks.organizing")


def measure() -> None:
    """Print the times of pages, and of the acts that touch all entries."""
    from challenge.models import Submission

    organizer, client = _organizer()
    submission = Submission.objects.select_related("team").latest("created_at")
    own = {
        "A submission": f"{LIST}{submission.pk}/change/",
        "A team": f"{ADMIN}accounts/team/{submission.team_id}/change/",
    }
    print(f"\n{N_SUBMISSIONS:,} submissions of {N_TEAMS:,} teams\n\n{'page':34}{'ms':>8}{'queries':>9}")
    for title, address in (PAGES | own).items():
        ms, queries = measure_page(client, address)
        kept = "" if ms <= MOST_MS and queries <= MOST_QUERIES else "  DOES NOT HOLD"
        print(f"{title:34}{ms:8.0f}{queries:9}{kept}")
    print(f"\nPages: at most {MOST_MS} ms and {MOST_QUERIES} queries\n")
    measure_acts(organizer, client)


def measure_page(client: "Client", address: str) -> tuple[float, int]:
    """Return the median milliseconds and the largest number of queries of a page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times, queries = [], []
    for _ in range(RUNS):
        with CaptureQueriesContext(connection) as captured:
            start = time.process_time()
            response = client.get(address)
            times.append(1000 * (time.process_time() - start))
        assert response.status_code == 200, address  # noqa: S101
        queries.append(len(captured))
    return median(times), max(queries)


def measure_acts(organizer: "Team", client: "Client") -> None:
    """Print the seconds of scoring 500 and all entries again, of activating labels, and of the switch."""
    from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

    from challenge.models import Evaluation, Submission, ranked_ground_truth
    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.demo import make_demo_ground_truth
    from challenge.services import evaluations, ground_truths, versions

    chosen = list(Submission.objects.values_list("pk", flat=True)[:500])
    ask = {"action": "score_again", ACTION_CHECKBOX_NAME: chosen}
    confirm = {"number": chosen, "confirm": "yes", "reason": "A benchmark."}
    timed("Score 500 again: the page that asks", lambda: client.post(LIST, ask))
    timed("Score 500 again: done", lambda: client.post(f"{LIST}act/score_again/", confirm))
    Evaluation.objects.update(status=Evaluation.Status.SCORED)
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    other = ground_truths.store_ground_truth(labels, name="Other labels", activate=False)
    page = f"{ADMIN}challenge/groundtruth/"
    sent = {"action": "activate", ACTION_CHECKBOX_NAME: [other.pk]}
    timed("Activate other labels: the page that asks", lambda: client.post(page, sent))
    timed(
        "Activate other labels: the first entries queued",
        lambda: client.post(page, sent | {"confirm": "yes", "reason": "A benchmark."}),
    )
    timed("A sweep queues further entries", evaluations.queue_missing_evaluations)
    while evaluations.queue_missing_evaluations():
        pass
    timed("Try to switch while all wait", versions.switch_if_complete)
    _score_all(other.pk)
    timed("Switch to the other labels, with a line of history for each entry", versions.switch_if_complete)
    ranked = ranked_ground_truth()
    print("switched" if ranked == other else "DID NOT SWITCH")


def timed(title: str, work: Callable[[], object]) -> None:
    """Print the seconds that some work takes."""
    start = time.process_time()
    work()
    print(f"{title:70}{time.process_time() - start:8.2f} s")


def _organizer() -> "tuple[Team, Client]":
    """Return an organizer with a second factor, and a client that is logged in."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.test import Client

    from accounts.models import Team

    organizer = Team.objects.create_superuser("Chair", "chair@example.org", "a password of a benchmark")
    TOTP.activate(organizer, generate_totp_secret())
    client = Client()
    client.force_login(organizer)
    return organizer, client


def _score_all(ground_truth: int) -> None:
    """Give all waiting entries other scores by the new labels, with intervals, as workers would."""
    from django.db.models import ExpressionWrapper, F, FloatField
    from django.utils import timezone

    from challenge.models import Evaluation, Metric, Uncertainty
    from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION

    earlier = dict.fromkeys(Metric.values, 0.5)
    waiting = Evaluation.objects.filter(ground_truth=ground_truth)
    waiting.update(status=Evaluation.Status.SCORED, scored_at=timezone.now(), **earlier)
    waiting.update(auc=ExpressionWrapper(F("submission_id") % 1000 * 0.001, output_field=FloatField()))
    done = {"bootstrap_version": BOOTSTRAP_VERSION, "results_version": BOOTSTRAP_VERSION, "status": "done"}
    Uncertainty.objects.bulk_create(
        (Uncertainty(evaluation_id=pk, **done) for pk in waiting.values_list("pk", flat=True)),
        batch_size=500,
    )


if __name__ == "__main__":
    main()
