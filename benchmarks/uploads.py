"""Uploads to a running site: teams with tokens, full files, requests that are sent again, and what became of them."""

import logging
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx

logging.getLogger("httpx").setLevel(logging.WARNING)
#: Answers after which the same request is sent again; a limit of submissions is no reason to wait.
TEMPORARY = {500, 502, 503, 504}
SECONDS_IN_ALL = 300


@dataclass
class Sent:
    """Final answers to uploads by status, the numbers of the submissions, and the answers before them."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[int] = field(default_factory=list)
    on_the_way: Counter[int | str] = field(default_factory=Counter)


def write_files(folder: Path, number: int) -> list[Path]:
    """Write different full files of predictions, compressed quickly."""
    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
    from challenge.scoring.reading.predictions import write_predictions

    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    folder.mkdir()
    files, plain = [], folder / "plain.csv"
    for seed in range(number):
        values = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1 + seed / number, seed=seed)
        write_predictions(plain, values, MEDMNIST_PLUS)
        files.append(folder / f"{seed}.csv.gz")
        packer = zlib.compressobj(1, wbits=31)
        files[-1].write_bytes(packer.compress(plain.read_bytes()) + packer.flush())
    return files


def make_teams(number: int, *, daily_limit: int) -> list[str]:
    """Make teams, set the limit of the first phase, and return a token of each team."""
    from django.db import transaction

    from accounts import tokens
    from accounts.models import Team
    from challenge.models import Phase

    Phase.objects.update(daily_limit=daily_limit, total_limit=10 * daily_limit)
    start = Team.objects.count()
    with transaction.atomic():
        teams = [
            Team.objects.create_user(f"Group {n}", f"group{n}@example.org", uuid4().hex)
            for n in range(start, start + number)
        ]
        return [tokens.create(team, name="load", scope="submit", expires_at=None)[1] for team in teams]


def send(port: int, token: str, path: Path, sent: Sent) -> None:
    """Send a file until the answer is final, as the participants' package does: with one idempotency key."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    about = {"model_name": f"Model {path.name}", "description": "A benchmark.", "resolution": "28"}
    deadline = time.monotonic() + SECONDS_IN_ALL
    while time.monotonic() < deadline:
        try:
            answer = httpx.post(
                f"http://127.0.0.1:{port}/api/v1/submissions",
                headers=headers, data=about, files={"upload": (path.name, path.read_bytes())}, timeout=60,
            )  # fmt: skip
        except httpx.TransportError as error:
            sent.on_the_way[type(error).__name__] += 1
            time.sleep(1)
            continue
        is_busy = answer.status_code == 429 and answer.headers.get("Retry-After") == "5"
        if answer.status_code not in TEMPORARY and not is_busy:
            sent.statuses[answer.status_code] += 1
            if answer.is_success:
                sent.accepted.append(answer.json()["id"])
            return
        sent.on_the_way[answer.status_code] += 1
        time.sleep(1)
    sent.statuses[0] += 1


def problems(accepted: Sequence[int]) -> Iterator[str]:
    """Return what is wrong with submissions that the site has accepted; each must have an outcome, and only one."""
    from django.db.models import Count

    from challenge.models import Evaluation, Mail, Submission

    numbers = Counter(accepted)
    if doubled := [pk for pk, count in numbers.items() if count > 1]:
        yield f"accepted twice: {doubled}"
    if strange := {*Submission.objects.values_list("pk", flat=True)} ^ {*numbers}:
        yield f"lost, or never answered: {sorted(strange)}"
    counts = Submission.objects.annotate(n=Count("evaluations")).exclude(n=1)
    if wrong := list(counts.values_list("pk", flat=True)):
        yield f"without one evaluation: {wrong}"
    scored = Evaluation.objects.scored().annotate(n=Count("dataset_scores"))
    if wrong := list(scored.exclude(n=12).values_list("pk", flat=True)):
        yield f"without 12 datasets: {wrong}"
    failed = Evaluation.objects.filter(scored_at__isnull=True)
    if wrong := list(failed.exclude(status="failed", failure__gt="").values_list("pk", flat=True)):
        yield f"without an outcome: {wrong}"
    twice = Mail.objects.values("submission").annotate(n=Count("pk")).filter(n__gt=1)
    if twice:
        yield f"more than one mail: {[row['submission'] for row in twice]}"
