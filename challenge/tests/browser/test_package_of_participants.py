"""The participants' package as they install it: from a fresh environment to a rank on the demo in three commands."""

import json
import os
import subprocess
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

CLIENT = settings.BASE_DIR / "client"
#: A command takes seconds; this is the limit on a busy machine.
SECONDS = 60

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """A fresh virtual environment, with `pip install ./client`.

    It finds the dependencies among the packages of this environment, so that no network is needed.
    """
    folder = tmp_path_factory.mktemp("participant") / "venv"
    venv.create(folder, with_pip=True)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    Path(paths["purelib"], "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", f"{CLIENT}[score]"]
    subprocess.run([folder / "bin" / "python", *install], check=True, env=bare_environment(), cwd=folder)
    return folder


@pytest.fixture
def medbig(environment, tmp_path) -> Run:
    """Return a function that runs the command of the installed package, with settings of its own."""

    def run(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [environment / "bin" / "medbig", *map(str, arguments)],
            env=bare_environment() | {"HOME": str(tmp_path)},
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    return run


def bare_environment() -> dict[str, str]:
    """Return the variables of this process without those that reach into Python, pip or the package."""
    ours = ("PYTHON", "PIP_", "BIG_", "XDG_", "VIRTUAL_ENV", "DJANGO")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def test_the_scorer_is_packed_into_the_package(environment):
    shown = "import medbig.scoring; print(medbig.scoring.__file__)"
    run = subprocess.run(
        [environment / "bin" / "python", "-c", shown],
        env=bare_environment(),
        cwd=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    packed = Path(run.stdout.strip()).parent
    assert packed.is_relative_to(environment)
    site = settings.BASE_DIR / "challenge" / "scoring"
    assert contents_of(packed) == contents_of(site)


def contents_of(folder: Path) -> dict[str, str]:
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*.py")}


def test_three_commands_lead_to_a_rank(running_demo, medbig):
    token = running_demo.call("challenge.tests.browser.newcomers", "token_of", "Team Terminal")
    logged_in = medbig("login", "--host", running_demo.url, stdin=token)
    assert logged_in.returncode == 0, logged_in.stderr
    assert "The token works" in logged_in.stderr
    assert token not in logged_in.stdout + logged_in.stderr

    checked = medbig("check", running_demo.example_file)
    assert (checked.returncode, checked.stderr.strip()) == (0, "The file is valid.")

    about = ("-m", "Net of a terminal", "-r", "64", "-d", "Trained end to end.")
    sent = medbig("submit", "-f", running_demo.example_file, *about, "--wait")
    assert sent.returncode == 0, sent.stderr
    assert "was accepted" in sent.stderr
    heads, *lines = [line.split("\t") for line in sent.stdout.splitlines()]
    auc = dict(zip(heads, lines[0], strict=True))
    assert auc["metric"] == "auc"
    assert float(auc["low"]) < float(auc["score"]) < float(auc["high"])
    assert 1 <= int(auc["rank"]) <= int(auc["of"])
    low, _, high = auc["range"].partition("–")
    assert int(low) <= int(auc["rank"]) <= int(high or low)

    board = json.loads(medbig("leaderboard", "-r", "64", "--top", "0", "--format", "json").stdout)
    (row,) = [row for row in board if row["name"] == "Net of a terminal"]
    assert str(row["rank"]) == auc["rank"]

    again = medbig("submit", "-f", running_demo.example_file, *about, "--format", "json")
    assert again.returncode == 0
    assert "nothing new was made" in again.stderr
    assert json.loads(again.stdout)["url"] == row["url"]
