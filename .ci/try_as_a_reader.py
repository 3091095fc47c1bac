"""Run `make demo` and `make test` on a bare system as a reader of the README would; test-bare calls this script.

Needs only Python. Writes minutes and megabytes to the file `figures`, and all output to demo.log and test.log.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HOME = Path.home()
PROJECT = HOME / "big"
PORT = 8123
DEMO_SECONDS = 45 * 60
TEST_SECONDS = 90 * 60
#: A Chromium that was drawing ends by itself when the worker that drives it is gone.
ENDING_SECONDS = 20


def main() -> None:
    """Try both commands, and exit with status 1 if one of them fails."""
    with (HOME / "figures").open("w", buffering=1) as figures:
        problems = [
            problem
            for name, attempt in (("make demo", try_demo), ("make test", try_tests))
            if (problem := measured(name, attempt, figures))
        ]
    print(*problems, sep="\n")
    sys.exit(bool(problems))


def measured(name, attempt, figures) -> str:
    """Run an attempt and record its time and download; return its problem, or an empty text."""
    start, received = time.monotonic(), received_megabytes()
    problem = attempt()
    minutes = (time.monotonic() - start) / 60
    line = (
        f"{name}: {minutes:.1f} min, {received_megabytes() - received:.0f} MB downloaded, "
        f"{megabytes(PROJECT)} MB on disk, {problem or 'fine'}"
    )
    print(line, flush=True)
    print(line, file=figures)
    return problem


def try_demo() -> str:
    """Start the demo with its output in a file, fetch two pages, and stop it with a signal to make."""
    log = HOME / "demo.log"
    with log.open("wb") as output:
        make = subprocess.Popen(["make", "demo", f"PORT={PORT}"], cwd=PROJECT, stdout=output, stderr=output)
    deadline = time.monotonic() + DEMO_SECONDS
    while "Ctrl-C stops the site" not in log.read_text():
        if make.poll() is not None:
            return f"make demo ended with status {make.returncode}: {log.read_text()[-2000:]}"
        if time.monotonic() > deadline:
            return "the demo did not print its welcome"
        time.sleep(0.5)
    for path in ("/", "/leaderboard/"):
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=30) as response:
            if response.status != 200:
                return f"{path} answered {response.status}"
    make.send_signal(signal.SIGTERM)
    make.wait(60)
    if left := left_running():
        return f"left running after SIGTERM to make: {left}"
    if unexpected := sorted(path.name for path in HOME.iterdir() if path.name not in EXPECTED):
        return f"written to the home folder: {unexpected}"
    return "" if "Traceback" not in log.read_text() else "the demo printed a traceback"


#: Names allowed in the home folder: the account's own files, the files of this script, and pip's cache.
EXPECTED = {path.name for path in HOME.iterdir()} | {"demo.log", "figures", ".cache"}


def try_tests() -> str:
    """Run the test suite."""
    log = HOME / "test.log"
    with log.open("wb") as output:
        status = subprocess.call(
            ["make", "test"], cwd=PROJECT, stdout=output, stderr=output, timeout=TEST_SECONDS
        )
    print(*[line for line in log.read_text().splitlines()[-200:] if line.startswith(SHOWN)], sep="\n")
    return f"make test ended with status {status}" if status else ""


SHOWN = ("SKIPPED", "FAILED", "ERROR", "Not run", "=====")


def left_running() -> list[str]:
    """Return the commands of this user's other processes that do not end by themselves within `ENDING_SECONDS`."""
    deadline = time.monotonic() + ENDING_SECONDS
    while (left := others()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def others() -> list[str]:
    """Return the commands of this user's other processes."""
    mine = {os.getpid(), os.getppid()}
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and int(folder.name) not in mine and folder.stat().st_uid == os.getuid():
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [command] if command else []
        except OSError:  # it has ended
            continue
    return found


def received_megabytes() -> float:
    """Return the megabytes that all network devices except the loopback have received so far."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    counts = {name.strip(): int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return sum(count for name, count in counts.items() if name != "lo") / 1e6


def megabytes(folder: Path) -> int:
    """Return the size of a folder on disk in megabytes."""
    return int(subprocess.check_output(["du", "-sm", folder], text=True).split()[0])


if __name__ == "__main__":
    main()
