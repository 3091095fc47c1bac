"""Figures as files: PNG and SVG drawn by Chromium, CSV, a zip of all three for a set of figures, and HTML.

`static/js/figures.js` makes the same files in a reader's browser; names and sizes are the same.
"""

import asyncio
import csv
import html as markup
import io
import json
import os
import shutil
import signal
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from choreographer.browsers.chromium import Chromium
from kaleido import Kaleido, PageGenerator

from challenge.figures.figure import PNG_RESOLUTION, PNG_RESOLUTION_AT, PNG_SCALE, Figure, RenderError

PLOTLY = Path(__file__).resolve().parents[2] / "static" / "vendor" / "plotly" / "plotly-cartesian.min.js"
#: Nobody listens there: whatever the browser would fetch, it does not reach the network.
NO_NETWORK = "127.0.0.1:9"
#: A figure takes 0.2 s; a browser that is silent for so long hangs.
FIGURE_SECONDS = 30
_FOLDER_PREFIX = "big-figures-"
_LOG_NAME = "browser.log"


class _Chromium(Chromium):
    """A browser that leaves nothing behind, even when it is killed: all that it writes is in one folder."""

    def get_cli(self) -> list[str]:
        """Return the command, with what the browser says in a file; otherwise nobody would see why it did not start."""
        log = str(Path(str(self._tmp_dir_path), _LOG_NAME))
        return ["/bin/sh", "-c", 'exec "$@" 2>"$0"', log, *super().get_cli()]

    def get_env(self) -> dict[str, str]:
        """Return the environment with that folder as home and for temporary files."""
        folder = str(self._tmp_dir_path)
        places = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
        return {**super().get_env(), **dict.fromkeys(places, folder)}


def write_zip(figures: Sequence[Figure], path: Path, *, readme: str, chromium: str, seconds: float) -> None:
    """Write PNG, SVG and CSV of each figure, and a README, to a zip that appears when it is whole.

    Args:
        figures: with a name of its own each.
        path: where it belongs; the folder is made.
        readme: the text of README.txt.
        chromium: the browser's program.
        seconds: how long drawing may take in all.

    Raises:
        RenderError: the browser did not draw them in time.

    """
    files = [("README.txt", readme.encode()), *render(figures, chromium, seconds), *_tables(figures)]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                # PNG is compressed already.
                archive.writestr(name, content, zipfile.ZIP_STORED if name.endswith(".png") else None)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def render(figures: Sequence[Figure], chromium: str, seconds: float) -> list[tuple[str, bytes]]:
    """Draw figures as they go into files; returns names, such as "png/NAME.png", and contents.

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
    """Return why the browser did not start, as far as it said so; else nothing."""
    said = log.read_text(errors="replace") if log.exists() else ""
    if "No usable sandbox" in said:
        return (
            "its sandbox cannot start, as this user may not create user namespaces "
            "(docs/operations.md, Figures, says what to allow)"
        )
    fatal = [line for line in said.splitlines() if "FATAL" in line or "error while loading" in line]
    return fatal[0].strip() if fatal else ""


def _clear_leftovers() -> None:
    """Delete the folders of drawings that were killed with their process, an hour ago or earlier."""
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
            return [
                (f"{kind}/{figure.name}.{kind}", await _picture(browser, figure, kind))
                for figure in figures
                for kind in ("png", "svg")
            ]
    finally:
        await _end(browser)


async def _picture(browser: Kaleido, figure: Figure, kind: str) -> bytes:
    layout = figure.file_layout()
    options = {"format": kind, "width": layout["width"], "height": layout["height"]}
    if kind == "svg":
        return await browser.calc_fig({"data": figure.data, "layout": layout}, options)
    png = await browser.calc_fig({"data": figure.data, "layout": layout}, options | {"scale": PNG_SCALE})
    return png[:PNG_RESOLUTION_AT] + PNG_RESOLUTION + png[PNG_RESOLUTION_AT:]


async def _end(browser: Kaleido) -> None:
    """End a browser, whatever state it is in, with its children; there is nothing in it to be kept."""
    if hasattr(browser, "subprocess"):  # it was started, in a process group of its own
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
    """Return a page of one figure that can be zoomed and asked for values, and needs nothing from the network."""
    library = PLOTLY.read_text(encoding="utf-8").replace("</script", "<\\/script")
    layout = {name: value for name, value in figure.file_layout().items() if name != "width"}
    drawing = json.dumps({"data": figure.data, "layout": layout | {"autosize": True}}, allow_nan=False)
    drawing = drawing.replace("<", "\\u003c")  # no text in it ends the script
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{markup.escape(figure.title)}</title><body>
<div id="figure"></div><script>{library}</script>
<script type="application/json" id="spec">{drawing}</script>
<script>const figure = JSON.parse(document.getElementById("spec").textContent);
Plotly.newPlot("figure", figure.data, figure.layout, {{ responsive: true }});</script></body></html>"""
    return page.encode()


def _cell(cell: str | float | None) -> str | float | None:
    """Return a cell such that no spreadsheet takes the text of a team for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
