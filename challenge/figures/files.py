"""Figures as files: HTML by plotly.py, PNG and SVG by kaleido and Chromium, CSV, and a zip of a set of figures.

`static/js/figures.js` makes the same files in a reader's browser; names and sizes are the same.

Pictures are drawn by kaleido without `plotly.io`: `plotly.io.write_images` starts Chromium without its sandbox, has no
time limit for all figures, and does not say which figures failed. With `kaleido.start_sync_server`, which accepts the
browser's options, it waits forever for a browser that does not start.
"""

import asyncio
import csv
import html as markup
import io
import os
import shutil
import signal
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import plotly.graph_objects as go
from choreographer.browsers.chromium import Chromium
from kaleido import Kaleido, PageGenerator

from challenge.figures.figure import PNG_RESOLUTION, PNG_RESOLUTION_AT, PNG_SCALE, Figure, RenderError
from challenge.formats.atomic import atomic_write

PLOTLY = Path(__file__).resolve().parents[2] / "static" / "vendor" / "plotly" / "plotly-cartesian.min.js"
#: Proxy on which nothing listens: the browser cannot reach the network.
NO_NETWORK = "127.0.0.1:9"
#: Time limit of one figure, which normally takes 0.2 s; a browser that is silent for longer hangs.
FIGURE_SECONDS = 30
_FOLDER_PREFIX = "big-figures-"
_LOG_NAME = "browser.log"


class _Chromium(Chromium):
    """A browser that writes all its files into one folder, so that nothing stays behind even if it is killed."""

    def get_cli(self) -> list[str]:
        """Return the command, with its error output in a log file, which says why a browser did not start."""
        log = str(Path(str(self._tmp_dir_path), _LOG_NAME))
        return ["/bin/sh", "-c", 'exec "$@" 2>"$0"', log, *super().get_cli()]

    def get_env(self) -> dict[str, str]:
        """Return the environment with that folder as home and for temporary files."""
        folder = str(self._tmp_dir_path)
        places = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
        return {**super().get_env(), **dict.fromkeys(places, folder)}


def write_zip(figures: Sequence[Figure], path: Path, *, readme: str, chromium: str, seconds: float) -> None:
    """Write PNG, SVG and CSV of each figure, and a README, to a zip that appears when it is complete.

    Args:
        figures: figures with unique names.
        path: path of the zip; its folder is created.
        readme: the text of README.txt.
        chromium: path of the browser's program.
        seconds: time limit for drawing all figures.

    Raises:
        RenderError: the browser did not draw them in time.

    """
    files = [("README.txt", readme.encode()), *render(figures, chromium, seconds), *_tables(figures)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            # PNG is compressed already. The files have no time: it could tell who sent an anonymous entry.
            packing = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, packing)


def render(figures: Sequence[Figure], chromium: str, seconds: float) -> list[tuple[str, bytes]]:
    """Draw the figures for files; return pairs of a name, such as "png/NAME.png", and the content.

    Raises:
        RenderError: the browser did not draw them in time.

    """
    _clear_leftovers()
    with tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX, ignore_cleanup_errors=True) as folder:
        try:
            return asyncio.run(_render(figures, chromium, seconds, folder))
        except Exception as error:
            cause = _cause(Path(folder, _LOG_NAME)) or repr(error)
            raise RenderError(f"{chromium} did not draw the figures: {cause}") from error


def _cause(log: Path) -> str:
    """Return why the browser did not start, according to its log; otherwise an empty string."""
    said = log.read_text(errors="replace") if log.exists() else ""
    if "No usable sandbox" in said:
        return (
            "its sandbox cannot start, because this user may not create user namespaces "
            "(see docs/operations.md, Figures)"
        )
    fatal = [line for line in said.splitlines() if "FATAL" in line or "error while loading" in line]
    return fatal[0].strip() if fatal else ""


def _clear_leftovers() -> None:
    """Delete the folders that killed processes left behind, if they are older than an hour."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - 3600:
                shutil.rmtree(folder)


async def _render(
    figures: Sequence[Figure], chromium: str, seconds: float, folder: str
) -> list[tuple[str, bytes]]:
    page = Path(folder, "index.html")
    page.write_text(PageGenerator(plotly=PLOTLY.as_uri(), mathjax=False).generate_index())
    browser = Kaleido(
        path=chromium,
        browser_cls=_Chromium,
        page_generator=page,
        timeout=FIGURE_SECONDS,
        tmp_dir=folder,
        proxy_server=NO_NETWORK,
        enable_extensions=False,
        enable_sandbox=os.geteuid() != 0,  # Chromium has none for root
    )
    try:
        async with asyncio.timeout(seconds):
            await browser.open()
            pictures = []
            for figure in figures:
                drawing = _drawing(figure)
                pictures.append((f"png/{figure.name}.png", await _png(browser, drawing)))
                pictures.append(
                    (f"svg/{figure.name}.svg", await browser.calc_fig(drawing, {"format": "svg"}))
                )
            return pictures
    finally:
        await _end(browser)


async def _png(browser: Kaleido, drawing: go.Figure) -> bytes:
    png = await browser.calc_fig(drawing, {"format": "png", "scale": PNG_SCALE})
    return png[:PNG_RESOLUTION_AT] + PNG_RESOLUTION + png[PNG_RESOLUTION_AT:]


async def _end(browser: Kaleido) -> None:
    """Kill a browser in any state, with its children; it holds nothing worth keeping."""
    if hasattr(browser, "subprocess"):  # it was started in its own process group
        with suppress(ProcessLookupError):
            os.killpg(browser.subprocess.pid, signal.SIGKILL)
        browser.subprocess.wait()
    with suppress(Exception):
        await asyncio.wait_for(browser.close(), 5)


def _tables(figures: Sequence[Figure]) -> Iterator[tuple[str, bytes]]:
    for figure in figures:
        yield f"csv/{figure.name}.csv", table(figure)


def table(figure: Figure) -> bytes:
    """Return a figure's numbers as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([[_cell(cell) for cell in row] for row in (figure.columns, *figure.rows)])
    return text.getvalue().encode()


def html(figure: Figure) -> bytes:
    """Return an interactive page of one figure that needs nothing from the network."""
    library = PLOTLY.read_text(encoding="utf-8").replace("</script", "<\\/script")
    drawing = _drawing(figure).update_layout(width=None, autosize=True)
    box = drawing.to_html(full_html=False, include_plotlyjs=False, div_id="figure")
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{markup.escape(figure.title)}</title><body>
<script>{library}</script>{box}</body></html>"""
    return page.encode()


def _drawing(figure: Figure) -> go.Figure:
    """Return a figure as a plotly.py object, with the layout for files.

    Raises:
        ValueError: plotly.js does not know a trace or an attribute.

    """
    return go.Figure(figure.data, figure.file_layout())


def _cell(cell: str | float | None) -> str | float | None:
    """Return a cell that no spreadsheet takes for a formula, whatever text a team has entered."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
