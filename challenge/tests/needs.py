"""Marks for tests that need a program that may not be installed. Each skip reason names the package to install."""

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

#: Draws figures, as on a server.
CHROMIUM = shutil.which("chromium") or ""
#: Opens pages, and draws figures where the program does not matter. It is the headless shell, Playwright's own choice,
#: which has no window to draw: a fifth of the work for each page that is opened.
BROWSER = shutil.which("chromium-headless-shell") or CHROMIUM


def reason(program: str, package: str) -> str:
    """Return the reason for skipping a test without a program."""
    return f"{program} is not installed (Debian: apt install {package})"


def needs(program: str, package: str) -> pytest.MarkDecorator:
    """Return a mark that skips a test on a machine without a program."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=reason(program, package))


git = needs("git", "git")
curl = needs("curl", "curl")
node = needs("node", "nodejs")
redis_server = needs("redis-server", "redis-server")
mysqlclient = pytest.mark.skipif(
    find_spec("MySQLdb") is None,
    reason=reason("mysqlclient", "default-libmysqlclient-dev gcc pkg-config python3-dev"),
)


def skip_without_browser() -> None:
    """Skip the current test if Playwright cannot drive Chromium."""
    if problem := browser_problem():
        pytest.skip(problem)


def skip_without_drawing() -> None:
    """Skip the current test if Chromium cannot draw figures as in the worker: in its sandbox."""
    if problem := drawing_problem():
        pytest.skip(problem)


@cache
def browser_problem() -> str:
    """Return why Playwright cannot drive Chromium here; empty if it can."""
    if not BROWSER:
        return reason("Chromium", "chromium")
    return driver_problem(_node_of_playwright())


def driver_problem(node: Path) -> str:
    """Return the library that is missing for Playwright's driver; empty if none is missing.

    Args:
        node: the program that runs the driver, the Node.js of Playwright.

    """
    run = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    if run.returncode == 127 and "shared libraries" in run.stderr:  # message of the dynamic linker
        library = run.stderr.partition("shared libraries: ")[2].partition(":")[0]
        return f"Playwright's driver needs {library} (Debian: apt install libatomic1)"
    return ""


def _node_of_playwright() -> Path:
    import playwright

    bundled = Path(playwright.__file__).parent / "driver" / "node"
    return Path(os.environ.get("PLAYWRIGHT_NODEJS_PATH") or bundled)


@cache
def drawing_problem() -> str:
    """Return why Chromium cannot draw figures here; empty if it can."""
    if not CHROMIUM:
        return reason("Chromium", "chromium")
    if os.geteuid() == 0:  # draws without a sandbox
        return ""
    command = [CHROMIUM, "--headless", "--disable-gpu", "--dump-dom", "about:blank"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "No usable sandbox" in run.stderr:
        return "Chromium has no sandbox here (allow user namespaces, or Debian: apt install chromium-sandbox)"
    return ""
