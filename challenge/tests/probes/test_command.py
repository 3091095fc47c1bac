"""`manage.py test_submission`: exit status and text for monitors."""

import pytest
from django.core.management import call_command

from challenge.management.commands import test_submission as command
from challenge.models import HistoryLine, Probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(carry_out, monkeypatch):
    """Do the work while the command waits."""

    def work(seconds: float) -> None:
        carry_out(Probe.objects.pending().get())

    monkeypatch.setattr(command.time, "sleep", work)


def run(capsys, *arguments: str) -> tuple[int, str]:
    """Return the exit status of the command, and its line."""
    try:
        call_command("test_submission", *arguments)
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_it_is_ok_with_times_for_graphs(ground_truth, worker, capsys):
    status, line = run(capsys, "--slow", "1000")
    assert status == 0
    assert line.startswith("OK: right, scores after ")
    assert "| scores=" in line
    assert not HistoryLine.objects.exists(), "a monitor every 5 minutes would fill the history"


def test_slow_is_a_warning(ground_truth, worker, capsys):
    status, line = run(capsys, "--slow", "0")
    assert status == 1
    assert line.startswith("WARNING: right")


def test_no_worker_is_critical_and_the_next_run_waits_for_the_same_one(ground_truth, worker, capsys):
    status, line = run(capsys, "--wait", "0")
    assert status == 2
    assert line.startswith("CRITICAL: No worker took it within 0 s.")
    assert run(capsys, "--slow", "1000")[0] == 0
    assert Probe.objects.count() == 1


def test_missing_intervals_are_critical(sent, capsys):
    Probe.objects.update(scored_at=sent.asked_at)
    assert "no intervals within 0 s" in run(capsys, "--wait", "0")[1]


def test_problems_are_critical(sent, capsys, monkeypatch):
    def fail(seconds: float) -> None:
        Probe.objects.update(status=Probe.Status.FAILED, problems=["octmnist, auc: wrong."])

    monkeypatch.setattr(command.time, "sleep", fail)
    assert run(capsys) == (2, "CRITICAL: octmnist, auc: wrong.\n")


def test_without_labels_it_is_critical(capsys):
    status, line = run(capsys)
    assert status == 2
    assert "load_ground_truth" in line


def test_a_lost_file_of_labels_is_critical(ground_truth, capsys, settings, tmp_path):
    settings.GROUND_TRUTH_DIR = tmp_path
    status, line = run(capsys)
    assert status == 2
    assert line.startswith("CRITICAL: The test labels cannot be read")
