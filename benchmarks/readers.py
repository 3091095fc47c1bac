"""Waiting time for the About page while 64 readers use a board with 10,000 entries, compared with an idle site.

    python -m benchmarks.readers

The site runs as in production: gunicorn with two workers, and a Celery worker that takes in a change of the board every
few seconds. Each reader asks for another page, search or filter, some of them odd, about every two seconds.
"""

import http.client
import multiprocessing
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from benchmarks.large_board import is_inside, make_site, run_inside

N_READERS, PAUSE = 64, 2.0
SECONDS = 40
N_PROBES = 300
CHANGE_EVERY = 5.0
MOST_SECONDS_OF_WORK = 900
MOST_RATIO, MOST_MB = 2, 300


def main() -> None:
    """Start a child process with its data in a temporary folder, or measure if this is the child."""
    if is_inside():
        make_site()
        measure()
    else:
        run_inside("benchmarks.readers")


def measure() -> None:
    """Print the 95th percentiles of the About page, and the memory of the web processes."""
    read_everything()
    with site() as (port, web):
        wait_for_the_worker()
        idle = probe(port)
        with crowd(port) as statuses:
            time.sleep(SECONDS / 4)
            busy = probe(port)
        memory = memory_of(web)
    print(
        f"\nAbout, 95th percentile: idle {idle:.1f} ms, with {N_READERS} readers {busy:.1f} ms, {busy / idle:.2f} times"
    )
    print(
        f"{len(statuses)} pages; by status: { {one: statuses.count(one) for one in sorted(set(statuses))} }"
    )
    print(f"memory of the web processes: {', '.join(f'{one:.0f} MB' for one in memory)}")
    kept = busy <= MOST_RATIO * idle and max(memory) <= MOST_MB and not any(one >= 500 for one in statuses)
    print(f"At most {MOST_RATIO} times, {MOST_MB} MB, no fault: {'holds' if kept else 'DOES NOT HOLD'}")


def read_everything() -> None:
    """Let the board have had readers before: make each kind of result once, as when the site was small."""
    from django.test import Client

    for tab in ("ranking", "ranks", "ways", "further", "figures"):
        Client().get("/leaderboard/", {"resolution": 224, "view": tab})


def wait_for_the_worker() -> None:
    """Wait until the worker has swept once, and has made what readers are expected to ask for."""
    from challenge.leaderboard.results import RESULTS
    from challenge.leaderboard.store import is_outdated
    from challenge.models import Sweep

    deadline = time.monotonic() + MOST_SECONDS_OF_WORK
    while is_outdated(RESULTS) or not Sweep.objects.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The worker has not renewed the board in {MOST_SECONDS_OF_WORK} seconds.")
        time.sleep(1)


@contextmanager
def site() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run gunicorn and a worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = [sys.executable, "-m"]
    web = subprocess.Popen(
        [
            *python,
            "gunicorn",
            "bigsite.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--log-level",
            "error",
        ]
    )
    as_in_deploy = ["nice", "-n", "10"]
    worker = subprocess.Popen(
        [*as_in_deploy, *python, "celery", "-A", "bigsite", "worker", "--beat", "--loglevel", "ERROR"]
    )
    try:
        for _ in range(300):
            try:
                get(port, "/about/")
                break
            except OSError:
                time.sleep(0.1)
        yield port, web
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            process.wait(30)


def address(rng: random.Random) -> str:
    """Return a random address of the board: a page, a search, filters, another tab, or nonsense."""
    metric = rng.choice(["auc", "balanced_accuracy", "cohen_kappa", "accuracy", "none"])
    entries = rng.choice(["best", "best", "all", "\x00"])
    query = rng.choice(
        [
            f"page={rng.randrange(400)}",
            f"q={rng.randrange(10_000)}",
            f"q={quote(rng.choice(['team 7', 'NETWORK', '%', chr(0x1F600), 'a' * 500]))}",
            f"parameters={rng.choice(['25', '1e9', '-3', 'nan'])}&pretraining=none",
            f"columns=datasets&columns=time&page={rng.randrange(50)}",
            f"view={rng.choice(['ranks', 'ways', 'further', 'figures', 'none'])}",
            f"{'x' * rng.randrange(50)}={rng.random()}",
        ]
    )
    return f"/leaderboard/?resolution=224&metric={quote(metric)}&entries={quote(entries)}&{query}"


@contextmanager
def crowd(port: int) -> Iterator[list[int]]:
    """Let 64 readers use the board, which changes every few seconds; the list has their statuses in the end.

    The readers are another process, so that the probe does not wait for their threads.
    """
    from django.db import transaction

    from challenge.services.board import board_changed

    statuses: list[int] = []
    context = multiprocessing.get_context("spawn")
    stop, found = context.Event(), context.Queue()
    readers = context.Process(target=read_together, args=(port, stop, found))
    readers.start()

    def change() -> None:
        while not stop.wait(CHANGE_EVERY):
            with transaction.atomic():
                board_changed()

    changes = threading.Thread(target=change)
    changes.start()
    try:
        yield statuses
    finally:
        stop.set()
        statuses += found.get()
        readers.join()
        changes.join()


def read_together(port: int, stop: Event, found: "Queue[list[int]]") -> None:
    """Read in 64 threads until told to stop, and report the statuses."""
    statuses: list[int] = []

    def read(seed: int) -> None:
        rng = random.Random(seed)
        while not stop.wait(rng.uniform(0, 2 * PAUSE)):
            statuses.append(get(port, address(rng)))

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(N_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.put(statuses)


def probe(port: int) -> float:
    """Return the 95th percentile of the milliseconds of the About page."""
    took = []
    for _ in range(N_PROBES):
        start = time.perf_counter()
        get(port, "/about/")
        took.append(1000 * (time.perf_counter() - start))
        time.sleep(0.05)
    return quantiles(took, n=20)[-1]


def get(port: int, address: str) -> int:
    """Return the status of a page, read to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def memory_of(web: subprocess.Popen[bytes]) -> list[float]:
    """Return the peak memory of each web process in MB."""
    children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()
    lines = [Path(f"/proc/{child}/status").read_text() for child in children]
    return [int(text.split("VmHWM:")[1].split()[0]) / 1024 for text in lines]


if __name__ == "__main__":
    main()
