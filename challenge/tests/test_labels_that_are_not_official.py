"""Activation of labels by the command: official or not, what would change, and the question."""

from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from challenge.management.commands import load_ground_truth as command
from challenge.medmnist.origin import Origin
from challenge.models import GroundTruth, HistoryLine, ranked_ground_truth
from challenge.scoring.ground_truth import GroundTruth as Labels
from challenge.scoring.ground_truth import write_ground_truth
from challenge.tests.scored_again.steps import give_up_intervals, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def corrected(ground_truth, labels, tmp_path):
    """A file of the site's labels with two other labels."""
    arrays = {name: np.copy(values) for name, values in labels.labels.items()}
    arrays["pathmnist"][:2] = (arrays["pathmnist"][:2] + 1) % 9
    write_ground_truth(Labels(arrays), tmp_path / "corrected.npz")
    return tmp_path / "corrected.npz"


def load(*arguments: object) -> str:
    output = StringIO()
    call_command("load_ground_truth", *map(str, arguments), "--name", "Corrected", stdout=output)
    return output.getvalue()


def answer(monkeypatch, text: str) -> list[str]:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return text

    monkeypatch.setattr("builtins.input", ask)
    monkeypatch.setattr(command.sys, "stdin", type("Terminal", (), {"isatty": lambda self: True})())
    return asked


def test_it_says_what_would_change_and_asks(corrected, submit_and_score, team, ground_truth, monkeypatch):
    submit_and_score(team)
    asked = answer(monkeypatch, "n")
    output = load(corrected)
    assert asked == ["Activate labels that are not official? [y/N] "]
    assert "These are not the official labels, or it cannot be known." in output
    assert "One file of labels has no official checksum: corrected.npz." in output
    assert "Test images with another label: PathMNIST 2." in output
    assert "1 entry is scored again, which takes about" in output
    assert "Submissions are still ranked by: Demo labels" in output
    assert GroundTruth.objects.active() == ground_truth
    stored = GroundTruth.objects.get(name="Corrected")
    assert stored.is_official is False
    assert "no official checksum" in stored.origin


def test_yes_activates_them(corrected, submit_and_score, team, monkeypatch):
    submit_and_score(team)
    give_up_intervals()
    answer(monkeypatch, "yes")
    output = load(corrected, "--reason", "Two labels were wrong.")
    assert "These labels are active: ranks follow when all entries are scored again." in output
    line = HistoryLine.objects.get()
    assert (line.actor_name, line.action) == ("manage.py", "activated the labels")
    assert line.reason == "Two labels were wrong."
    work()
    assert ranked_ground_truth() == GroundTruth.objects.get(name="Corrected")


def test_a_script_says_yes_in_advance(corrected, ground_truth):
    with pytest.raises(CommandError, match="Add --yes to activate them"):
        load(corrected)
    assert GroundTruth.objects.active() == ground_truth
    assert "submissions are ranked by them" in load(corrected, "--yes")


def test_official_labels_are_activated_without_a_question(corrected, monkeypatch):
    monkeypatch.setattr(command, "origin_of", lambda *about: Origin(True, ("All 12 files are official.",)))
    output = load(corrected)
    assert "These are the official labels." in output
    assert GroundTruth.objects.active() == GroundTruth.objects.get(name="Corrected", is_official=True)


def test_labels_that_were_official_once_are_official_from_any_file(corrected, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(command, "origin_of", lambda *about: Origin(True, ("All 12 files are official.",)))
        load(corrected, "--no-activate")
    assert "These are the official labels." in load(corrected)


def test_active_labels_are_not_activated_again(corrected):
    load(corrected, "--yes")
    load(corrected, "--yes")
    assert HistoryLine.objects.filter(action="activated the labels").count() == 1
