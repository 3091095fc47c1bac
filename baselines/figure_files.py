"""Files of figures: HTML and CSV of each and, where Chromium is installed, PNG and SVG."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from challenge.figures import files
from challenge.figures.figure import Figure

#: Time limit for drawing: 0.2 s per figure on an idle machine, much longer on a loaded one.
SECONDS = 300


class FigureFilesError(Exception):
    """Figures could not be written; the message says why."""


def write_figures(drawn: Sequence[Figure], output: Path) -> str:
    """Write figures to html/, csv/, png/ and svg/ in a folder; return a sentence if there are no pictures.

    Raises `FigureFilesError`.
    """
    try:
        for figure in drawn:
            _keep(output, f"html/{figure.name}.html", files.html(figure))
            _keep(output, f"csv/{figure.name}.csv", files.table(figure))
        if not settings.CHROMIUM:
            return "No PNG or SVG: Chromium is not installed (Debian: apt install chromium)."
        for name, content in files.render(drawn, settings.CHROMIUM, SECONDS):
            _keep(output, name, content)
    except files.RenderError as error:
        raise FigureFilesError(f"HTML and CSV are in {output}, but no PNG and SVG: {error}") from error
    except OSError as error:
        raise FigureFilesError(f"Cannot write to {output}: {error}") from error
    return ""


def _keep(output: Path, name: str, content: bytes) -> None:
    path = output / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
