"""Scored entry, a folder for its figures, and a browser that only seems to draw."""

from pathlib import Path

import pytest

from challenge.figures import files
from challenge.figures.figure import Figure
from challenge.models import Evaluation


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.FIGURES_DIR = tmp_path / "figures"
    return settings.FIGURES_DIR


@pytest.fixture
def quick(monkeypatch, settings) -> list[Figure]:
    """Configure Chromium but fake the pictures; the list collects the requested figures."""
    drawn: list[Figure] = []

    def render(figures, chromium, seconds):
        drawn.extend(figures)
        return [(f"png/{figure.name}.png", b"PNG") for figure in figures]

    monkeypatch.setattr(files, "render", render)
    settings.CHROMIUM = "/usr/bin/some-browser"
    return drawn


@pytest.fixture
def entry(submit_and_score, team) -> Evaluation:
    return submit_and_score(team).evaluations.get()


def zips(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))
