"""The demo as a process: it starts, keeps its data, explains faults, and leaves nothing behind."""

import os
import shutil
import signal
import socket

import pytest
import requests

from challenge.tests.browser.conftest import first_data
from challenge.tests.browser.demo_process import Demo, is_free
from challenge.tests.pages import text_of
from challenge.tests.processes import command_of, wait_until


@pytest.fixture(scope="module")
def demo(demo, tmp_path_factory):
    """A demo with the data of a first start, which takes long; the tests start it."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(first_data(demo), folder)
    return Demo(folder)


@pytest.fixture(autouse=True)
def nothing_is_left(demo):
    yield
    demo.end()


@pytest.fixture
def whole_demo(demo):
    """The running demo with all its parts; the drawing worker has nothing to do yet."""
    demo.draws_figures = True
    demo.start()
    return demo


def board_of(demo: Demo) -> str:
    """Return the words of the leaderboard with all entries, once it is made.

    The data may have been copied while a process was making the board; another one begins after `BoardResult.LEASE`.
    """

    def made() -> str:
        text = text_of(requests.get(f"{demo.url}/leaderboard/?entries=all", timeout=60).text)
        return "" if text.startswith("Being computed") else text

    return wait_until(made, 180)


def assert_all_gone(demo: Demo) -> None:
    wait_until(lambda: demo.processes() == [], 15)  # the drawing browser ends a moment after its worker
    assert is_free(demo.port)


def test_ctrl_c_stops_it_and_a_later_start_keeps_what_is_there(demo):
    demo.start()
    text = board_of(demo)
    assert "Demo model, careful" in text
    assert "Demo model, hasty" in text
    assert "Warning" not in demo.output
    assert "Traceback" not in demo.output
    demo.run(
        "from accounts.models import Team; Team.objects.create_user('Keep me', 'keep@example.org', 'x' * 12)"
    )

    demo.interrupt()
    assert demo.wait(60) == 0
    assert "Stopping" in demo.output
    assert "Traceback" not in demo.output
    assert_all_gone(demo)

    demo.start(by_make=True)
    assert "Submitting" not in demo.output
    assert "Scoring" not in demo.output
    assert board_of(demo).count("Demo model") == text.count("Demo model")
    names = demo.run("from accounts.models import Team; print(*Team.objects.values_list('name', flat=True))")
    assert "Keep me" in names
    assert list(demo.home.iterdir()) == []  # nothing is written outside its data folder

    # Send the signal to make, which passes it on to its child; no shell in between may swallow it.
    demo.process.send_signal(signal.SIGTERM)
    demo.wait(60)
    assert_all_gone(demo)


def test_stopped_while_figures_are_drawn_it_leaves_no_browser_behind(whole_demo, drawing_browser):
    whole_demo.run(
        "from challenge.models import Evaluation; from challenge.services.queue import enqueue_figures;"
        "from django.conf import settings; import shutil; shutil.rmtree(settings.FIGURES_DIR, True);"
        "[enqueue_figures(e.pk) for e in Evaluation.objects.scored()]"
    )
    wait_until(
        lambda: any("--remote-debugging-pipe" in command_of(pid) for pid in whole_demo.processes()), 30
    )
    whole_demo.interrupt()
    assert whole_demo.wait(60) == 0
    assert_all_gone(whole_demo)


def test_an_interrupt_while_it_is_prepared_ends_it_without_a_traceback(demo):
    demo.launch()
    wait_until(lambda: "Preparing" in demo.output, 60)
    demo.interrupt()
    demo.wait(60)
    assert "Traceback" not in demo.output
    assert_all_gone(demo)


@pytest.mark.parametrize("program", ["gunicorn", "celery"])
def test_it_says_so_and_stops_when_a_part_of_it_dies(whole_demo, program):
    os.kill(whole_demo.pid_of(program), signal.SIGKILL)
    assert whole_demo.wait(60) != 0
    assert "The web server or the worker has ended by itself" in whole_demo.output
    assert_all_gone(whole_demo)


def test_an_occupied_port_is_said_at_once_with_a_way_out(demo):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        other = Demo(demo.data_dir, port)
        other.launch()
        assert other.wait(60) != 0
    wait_until(lambda: "PORT=" in other.output, 15)
    assert f"Port {port} on 127.0.0.1 is in use" in other.output
    assert f"make demo PORT={port + 1}" in other.output
    assert "Traceback" not in other.output


def test_a_port_that_is_none_is_refused(demo):
    other = Demo(demo.data_dir, 70000)
    other.launch()
    assert other.wait(60) != 0
    wait_until(lambda: "PORT=" in other.output, 15)
    assert "Traceback" not in other.output
