"""200 full uploads of 20 teams, 10 at a time, to a site with MariaDB and Redis: none lost or doubled, and how fast.

    python -m benchmarks.load

The clients run on the same machine. Meanwhile a reader opens the leaderboard. Then one team with 10 submissions left
sends 24 files at once. It takes some minutes, 2 GB of disk, `mariadbd` and `redis-server`. `BIG_UPLOADS=20` sends
fewer. The CPU times say what a machine without other work can do.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks.stack import Stack, site, wait_until
from benchmarks.uploads import Sent, make_teams, problems, send, write_files

N_TEAMS, N_UPLOADS, AT_A_TIME = 20, int(os.environ.get("BIG_UPLOADS", 200)), 10
AT_ONCE, LEFT = 24, 10
SECONDS_TO_SCORE = 1200


def main() -> int:
    """Print the figures; return 0 if nothing was lost or doubled, and the limit held."""
    with site() as stack:
        first, *files = write_files(stack.folder / "files", 1 + N_UPLOADS + AT_ONCE)
        earlier = compile_kernels(stack, first)
        print(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        accepted = upload_all(stack, files[:N_UPLOADS])
        more = upload_at_once(stack, files[N_UPLOADS:])
        wait_until(all_are_done, "the last intervals", SECONDS_TO_SCORE)
        found = list(problems([*earlier, *accepted, *more]))
    for problem in found:
        print(f"PROBLEM: {problem}")
    print(f"Load of the machine after: {os.getloadavg()[0]:.1f}")
    is_exact = len(more) == LEFT
    print(f"{AT_ONCE} at once with {LEFT} left: {len(more)} accepted")
    holds = not found and is_exact and len(accepted) == N_UPLOADS
    print(f"None lost, none doubled, limits exact: {'holds' if holds else 'DOES NOT HOLD'}")
    return 0 if holds else 1


def compile_kernels(stack: Stack, file: Path) -> list[int]:
    """Have the intervals of one file estimated, and return it: the first ones of a site compile for some seconds."""
    (token,), sent = make_teams(1, daily_limit=1), Sent()
    send(stack.port, token, file, sent)
    wait_until(all_are_done, "the first intervals", SECONDS_TO_SCORE)
    return sent.accepted


def upload_all(stack: Stack, files: list[Path]) -> list[int]:
    """Upload the files, 10 at a time, and print the submissions a second."""
    tokens, sent = make_teams(N_TEAMS, daily_limit=100), Sent()
    started, cpu_before = time.monotonic(), cpu_of(stack)
    with reader(stack.port) as took:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(lambda job: send(stack.port, job[1], job[0], sent), zip(files, cycle(tokens))))
        uploaded = time.monotonic() - started
        wait_until(all_are_scored, "the last scores", SECONDS_TO_SCORE)
        scored = time.monotonic() - started
        wait_until(all_are_done, "the last intervals", SECONDS_TO_SCORE)
        done = time.monotonic() - started
    print(f"{len(files)} uploads: {dict(sent.statuses)}, before that {dict(sent.on_the_way)}")
    print(f"received after {uploaded:.0f} s, scored after {scored:.0f} s, with intervals after {done:.0f} s")
    print(f"{len(files) / scored:.1f} a second to scores, {len(files) / done:.1f} to intervals")
    print(f"longest wait from the upload to its scores {longest_wait():.0f} s")
    used = {name: seconds - cpu_before[name] for name, seconds in cpu_of(stack).items()}
    total = sum(used.values()) / len(files)
    print(f"CPU of one submission: {total:.2f} s, so {2 / total:.1f} a second to intervals on 2 free cores")
    print("  " + ", ".join(f"{name} {seconds / len(files):.2f} s" for name, seconds in used.items()))
    print_tasks(stack.log_of("worker"))
    milliseconds = quantiles(took, n=20)
    print(f"board: p50 {milliseconds[9]:.0f} ms, p95 {milliseconds[-1]:.0f} ms of {len(took)} pages")
    return sent.accepted


def upload_at_once(stack: Stack, files: list[Path]) -> list[int]:
    """Send files of one team at the same time, more than it has left; return the accepted submissions."""
    (token,), sent = make_teams(1, daily_limit=LEFT), Sent()
    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(lambda file: send(stack.port, token, file, sent), files))
    print(f"at once: {dict(sent.statuses)}, before that {dict(sent.on_the_way)}")
    return sent.accepted


def cpu_of(stack: Stack) -> dict[str, float]:
    """Return the CPU seconds of each part so far."""
    return {name: part.cpu_seconds() for name, part in stack.parts.items()}


def print_tasks(log: str) -> None:
    """Print how often each kind of task ran, and its mean seconds."""
    seconds: dict[str, list[float]] = {}
    for name, took in re.findall(r"Task challenge\.tasks\.(\w+)\[\S+\] succeeded in ([\d.e-]+)s", log):
        seconds.setdefault(name, []).append(float(took))
    for name, times in sorted(seconds.items(), key=lambda item: -sum(item[1])):
        print(
            f"  {name}: {len(times)} times, {sum(times):.1f} s in all, {sum(times) / len(times):.2f} s each"
        )


@contextmanager
def reader(port: int) -> Iterator[list[float]]:
    """Open the leaderboard again and again; at the end, the list has the milliseconds of each page.

    The reader is a process of its own: in this one, it would wait for the threads that upload.
    """
    took: list[float] = []
    spawn = get_context("spawn")
    stop, results = spawn.Event(), spawn.SimpleQueue()
    process = spawn.Process(target=read, args=(port, stop, results))
    process.start()
    try:
        yield took
    finally:
        stop.set()
        took += results.get()
        process.join()


def read(port: int, stop: Event, results: "SimpleQueue[list[float]]") -> None:
    """Open the leaderboard four times a second until `stop`; put the milliseconds of each page into `results`."""
    took = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        while not stop.wait(0.25):
            start = time.perf_counter()
            client.get("/leaderboard/?resolution=28").raise_for_status()
            took.append(1000 * (time.perf_counter() - start))
    results.put(took)


def all_are_scored() -> bool:
    """Return whether no submission waits for its scores."""
    from challenge.models import Submission

    return not Submission.objects.filter(first_outcome_at__isnull=True).exists()


def all_are_done() -> bool:
    """Return whether nothing waits: neither scores nor intervals."""
    from challenge.models import Uncertainty

    return all_are_scored() and not Uncertainty.objects.exclude(status__in=["done", "failed"]).exists()


def longest_wait() -> float:
    """Return the longest time from an upload to its scores, in seconds."""
    from django.db.models import F, Max

    from challenge.models import Submission

    waits = Submission.objects.aggregate(longest=Max(F("first_outcome_at") - F("created_at")))
    return waits["longest"].total_seconds()


if __name__ == "__main__":
    sys.exit(main())
