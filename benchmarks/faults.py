"""Faults under load on a whole site with MariaDB and Redis: every accepted submission has one outcome, and limits hold.

    python -m benchmarks.faults
    python -m benchmarks.faults disk clock      only faults with these words

While teams upload full files and a reader opens pages, in turn: kill -9 of web server, worker, a child of the worker,
and beat, three times each; 20 s each without broker, cache and database; a disk that is nearly full and one that is
full; a clock that jumps ahead by a day, and back. No mail server answers all the time.

It takes about 6 minutes and runs as root, because the disk is a tmpfs. The clock needs libfaketime (Debian:
`faketime`); without it, this fault is left out.
"""

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx

from benchmarks.load import SECONDS_TO_SCORE, all_are_scored
from benchmarks.stack import Stack, site, wait_until
from benchmarks.uploads import Sent, make_teams, problems, send, write_files

SECONDS_WITHOUT, KILLS, PAUSE = 20, 3, 3
N_TEAMS, LIMIT, N_FOR_EACH = 4, 100, 14
FLOOR = 20 * 2**20
DISK_MB = 1500
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
#: Answers that say what the site cannot do; "down" is a web server that was killed.
EXPLAINED = {200, 503, "down"}


def main() -> int:
    """Print what readers and teams saw at each fault; return 0 if nothing was lost, doubled or a bare error."""
    from django.db import connection

    settings = {"EMAIL_URL": "smtp://127.0.0.1:9", "MIN_FREE_BYTES": str(FLOOR), "UPLOADS_AT_ONCE": "10"}
    with site(disk_mb=DISK_MB, **settings, **clock_settings()) as stack:
        chosen = [
            one for one in faults(stack) if not sys.argv[1:] or any(word in one[0] for word in sys.argv)
        ]
        files = write_files(stack.folder / "files", N_FOR_EACH * len(chosen))
        tokens, sent, bad = make_teams(N_TEAMS, daily_limit=LIMIT), Sent(), Counter[str]()
        for number, (name, fault) in enumerate(chosen):
            print(f"{name} ...", flush=True)
            before = Counter(sent.on_the_way)
            with reader(stack.port) as pages, uploads(stack, files[number :: len(chosen)], tokens, sent):
                fault()
            statuses = Counter(pages)
            print(f"  pages: {dict(statuses)}; answers on the way: {dict(sent.on_the_way - before)}")
            bad.update({f"{name}: {one}": n for one, n in statuses.items() if one not in EXPLAINED})
        print(f"uploads: {dict(sent.statuses)}", flush=True)
        connection.close()  # of the database that was killed
        wait_until(all_are_scored, "the last scores", SECONDS_TO_SCORE)
        found = [
            *problems(sent.accepted),
            *quota_problems(sent),
            *(f"{one}, {n} times" for one, n in bad.items()),
        ]
    for problem in found:
        print(f"PROBLEM: {problem}")
    print(
        f"{len(sent.accepted)} accepted, each with one outcome, limits exact: {'DOES NOT HOLD' if found else 'holds'}"
    )
    return 1 if found else 0


def faults(stack: Stack) -> Iterator[tuple[str, Callable[[], None]]]:
    """Return the faults by name."""
    for name in ("web", "worker", "beat"):
        yield f"kill -9 of {name}", lambda part=stack.parts[name]: repeat(part.restart)  # type: ignore[misc]
    yield "kill -9 of a child of the worker", lambda: repeat(stack.parts["worker"].kill_a_child)
    for name in ("broker", "cache", "database"):
        yield f"{SECONDS_WITHOUT} s without {name}", lambda name=name: go_without(stack, name)  # type: ignore[misc]
    yield "disk nearly full", lambda: fill_disk(stack, FLOOR // 2)
    yield "disk full", lambda: fill_disk(stack, 2**20, MIN_FREE_BYTES="0")
    if FAKETIME.exists():
        yield "clock a day ahead, then back", lambda: jump(stack)


def repeat(act: Callable[[], None]) -> None:
    """Do something three times, with pauses in which work goes on."""
    for _ in range(KILLS):
        time.sleep(PAUSE)
        act()
    time.sleep(PAUSE)


def go_without(stack: Stack, name: str) -> None:
    """Kill a server, and start it again after 20 s."""
    stack.parts[name].kill()
    time.sleep(SECONDS_WITHOUT)
    stack.parts[name].start()
    time.sleep(PAUSE)


def fill_disk(stack: Stack, left: int, **settings: str) -> None:
    """Fill the disk of the data folder for 10 s; web server and worker start with other settings meanwhile."""
    web, filler = stack.parts["web"], stack.folder / "data/filler"
    web.environment = settings
    web.restart()
    disk = os.statvfs(filler.parent)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(disk.f_bavail * disk.f_frsize - left, 1))
    time.sleep(10)
    filler.unlink()
    web.environment = {}
    web.restart()


def clock_settings() -> dict[str, str]:
    """Return the environment with which all processes of Python read the time from a file, if libfaketime is there."""
    if not FAKETIME.exists():
        return {}
    with tempfile.NamedTemporaryFile("w", prefix="big-clock-", delete=False) as clock:
        clock.write("+0\n")
    return {
        "FAKETIME_TIMESTAMP_FILE": clock.name,
        "FAKETIME_NO_CACHE": "1",
        "NO_FAKE_STAT": "1",  # gunicorn compares the times of files with its own
    }


def jump(stack: Stack) -> None:
    """Let web server, worker and beat live a day ahead for 15 s, without a restart."""
    clock = Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
    parts = [stack.parts[name] for name in ("web", "worker", "beat")]
    for part in parts:
        part.environment = {"LD_PRELOAD": str(FAKETIME)}
        part.restart()
    for jump_to in ("+1d\n", "+0\n"):
        time.sleep(PAUSE)
        clock.write_text(jump_to)
        time.sleep(15)
    clock.unlink()
    for part in parts:
        part.environment = {}
        part.restart()


@contextmanager
def uploads(stack: Stack, files: list[Path], tokens: list[str], sent: Sent) -> Iterator[None]:
    """Let the teams upload files, one every second, until the fault is over; at the end, all have their answers."""
    stop, jobs = threading.Event(), []

    def upload_all() -> None:
        for file, token in zip(files, cycle(tokens)):
            jobs.append(pool.submit(send, stack.port, token, file, sent))
            if stop.wait(1):
                return

    with ThreadPoolExecutor(len(files)) as pool:
        thread = threading.Thread(target=upload_all)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
    for job in jobs:
        job.result()


@contextmanager
def reader(port: int) -> Iterator[list[int | str]]:
    """Open pages again and again; the list has their statuses."""
    statuses: list[int | str] = []
    stop, paths = (
        threading.Event(),
        cycle(["/", "/leaderboard/?resolution=28", "/accounts/login/", "/about/"]),
    )

    def read() -> None:
        while not stop.wait(0.3):
            try:
                statuses.append(httpx.get(f"http://127.0.0.1:{port}{next(paths)}", timeout=60).status_code)
            except httpx.TransportError:
                statuses.append("down")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        thread.join()


def quota_problems(sent: Sent) -> Iterator[str]:
    """Return teams whose used limit is not the number of their submissions that count."""
    from accounts.models import Team
    from challenge.models import Phase, Submission
    from challenge.services.quotas import remaining_quota

    if {*sent.statuses} - {202, 200}:
        yield f"uploads without success: {dict(sent.statuses)}"
    for team in Team.objects.filter(api_tokens__isnull=False):
        used = remaining_quota(team, Phase.objects.get())
        counted = Submission.objects.filter(team=team, counts_toward_limits=True).count()
        if used.total_limit - used.total_left != counted:
            yield f"{team} has used {used.total_limit - used.total_left}, but {counted} count"


if __name__ == "__main__":
    sys.exit(main())
