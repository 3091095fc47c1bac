"""Drawing of figures into a zip, by a browser that may break, hang, or lose its worker."""

import csv
import html
import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from PIL import Image
from plotly.offline import get_plotlyjs_version

from challenge import tasks
from challenge.entries import figures_zip
from challenge.entries.figures import all_figures, dataset_figures, overview_figures
from challenge.figures import files
from challenge.figures.figure import FILE_WIDTH, PNG_SCALE, Figure
from challenge.models import ranked_versions
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services import figure_files
from challenge.tests.figure_files.conftest import zips
from challenge.tests.processes import all_pids, command_of, read_proc, wait_until

HOSTILE = '=<b>"A" & B</b>'


def figure(name: str) -> Figure:
    return Figure(
        name=name,
        title=f"What {name} shows",
        data=[{"type": "bar", "x": ["a", "b"], "y": [1, 0.5]}],
        layout={"xaxis": {"title": {"text": "&lt;b&gt; is no markup"}}},
        columns=["Dataset", HOSTILE],
        rows=[["PathMNIST", 0.25], ["ChestMNIST, wide", None]],
    )


def test_png_svg_and_csv_of_each_figure_and_a_readme(tmp_path, drawing_browser):
    path = tmp_path / "new" / "figures.zip"
    files.write_zip([figure("one"), figure("two")], path, readme="Ä", chromium=drawing_browser, seconds=60)
    assert zips(path.parent) == [path], "a draft was left"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {one.date_time[0] for one in archive.infolist()} == {1980}, (
            "a time could name an anonymous team"
        )
        assert sorted(archive.namelist()) == [
            "README.txt", "csv/one.csv", "csv/two.csv",
            "png/one.png", "png/two.png", "svg/one.svg", "svg/two.svg",
        ]  # fmt: skip
        assert archive.read("README.txt").decode() == "Ä"
        with Image.open(io.BytesIO(archive.read("png/two.png"))) as png:
            png.load()
            assert png.width == FILE_WIDTH * PNG_SCALE
            assert png.height == figure("two").file_layout()["height"] * PNG_SCALE
            assert png.info["dpi"] == pytest.approx((288, 288), abs=0.1)
            assert png.convert("RGB").getpixel((5, 5)) == (255, 255, 255), "the background is white"
            assert png.convert("L").getextrema() == (0, 255), "nothing is drawn"
        svg = ElementTree.fromstring(archive.read("svg/two.svg"))  # noqa: S314 (we made it)
        assert svg.get("width") == str(FILE_WIDTH)
        text = " ".join(svg.itertext())
        assert "What two shows" in text
        assert "<b> is no markup" in text
        rows = list(csv.reader(io.StringIO(archive.read("csv/one.csv").decode(), newline="")))
    assert rows == [["Dataset", f"'{HOSTILE}"], ["PathMNIST", "0.25"], ["ChestMNIST, wide", ""]]


def test_no_text_of_a_figure_becomes_markup_of_its_page():
    text = "</script><script>alert('&')</script>"
    hostile = replace(figure("one"), title=text, data=[{"type": "bar", "x": [text], "y": [1]}])
    page = files.html(hostile).decode()
    assert text not in page
    assert f"<title>{html.escape(text)}</title>" in page
    assert r"\u003c\u002fscript\u003e" in page


def test_files_are_checked_by_the_plotly_that_draws_them():
    """The bundle has the version whose attributes plotly.py knows."""
    assert f"v{get_plotlyjs_version()}\n" in files.PLOTLY.read_text()[:200]


def test_only_what_draws_loads_plotly():
    code = (
        "import sys, bigsite.wsgi, bigsite.urls, challenge.tasks\n"
        "sys.exit(' '.join({'plotly', 'kaleido'} & set(sys.modules)) or 0)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bigsite.settings_for_tests"}
    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=True)


def test_a_figure_of_each_kind_is_drawn(entry, settings, ground_truth, light_browser, monkeypatch):
    figures = [*overview_figures(entry.submission, entry, ranked_versions())]
    for dataset in (MEDMNIST_PLUS["pathmnist"], MEDMNIST_PLUS["chestmnist"]):
        figures += dataset_figures(entry, dataset)
    monkeypatch.setattr(figures_zip, "all_figures", lambda *about: figures)
    settings.CHROMIUM = light_browser
    figures_zip.render_figures(entry.pk)
    with zipfile.ZipFile(figure_files.figures_path(entry)) as archive:
        names = set(archive.namelist())
    assert names == {"README.txt"} | {f"{k}/{f.name}.{k}" for f in figures for k in ("png", "svg", "csv")}


@pytest.mark.slow
def test_every_figure_of_an_entry_is_drawn(entry, settings, ground_truth, drawing_browser):
    settings.CHROMIUM = drawing_browser
    figures_zip.render_figures(entry.pk)
    figures = all_figures(entry.submission, entry, ranked_versions())
    with zipfile.ZipFile(figure_files.figures_path(entry)) as archive:
        names = set(archive.namelist())
    assert names == {"README.txt"} | {f"{k}/{f.name}.{k}" for f in figures for k in ("png", "svg", "csv")}


@pytest.mark.parametrize("program", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\nsleep 60\n"])
def test_a_browser_that_breaks_or_hangs_is_ended_and_leaves_nothing(program, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(program)
    browser.chmod(0o755)
    path = tmp_path / "figures.zip"
    started = time.monotonic()
    with pytest.raises(files.RenderError):
        files.write_zip([figure("one")], path, readme="", chromium=str(browser), seconds=2)
    assert time.monotonic() - started < 15
    assert zips(tmp_path) == [browser]
    assert running(str(browser)) == []


NO_SANDBOX = (
    "[4:4:0101/000000.0:FATAL:content/browser/zygote_host_impl_linux.cc:129] No usable sandbox! If you are"
)
NO_LIBRARY = "/usr/lib/chromium/chromium: error while loading shared libraries: libnss3.so: cannot open"


@pytest.mark.parametrize(
    ("said", "cause"), [(NO_SANDBOX, "may not create user namespaces"), (NO_LIBRARY, "libnss3.so")]
)
def test_one_line_of_the_log_says_why_nothing_was_drawn(said, cause, entry, settings, tmp_path, caplog):
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho '[4:4:WARNING] Starting.' >&2\necho '{said}' >&2\nexit 1\n")
    browser.chmod(0o755)
    settings.CHROMIUM = str(browser)
    tasks.render_figures(entry.pk)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info is None
    assert cause in record.getMessage()
    assert f"evaluation {entry.pk}" in record.getMessage()
    assert "\n" not in record.getMessage()


def test_a_browser_that_is_not_there_is_said(tmp_path):
    with pytest.raises(files.RenderError, match="nowhere"):
        files.write_zip([], tmp_path / "x.zip", readme="", chromium="/nowhere/chromium", seconds=2)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
def test_a_browser_ends_with_a_worker_that_is_killed(drawing_browser):
    with tempfile.TemporaryDirectory(prefix="big-", ignore_cleanup_errors=True) as folder:
        # Not in pytest's own folder: the names of Chromium's sockets must be short.
        drawn = Path(folder, "drawn")
        code = f"""
import django; django.setup()
from challenge.tests.figure_files.test_drawing import *
def figures_without_end():
    yield figure("one")
    Path({str(drawn)!r}).touch()
    while True:
        yield figure("one")
files.render(figures_without_end(), {drawing_browser!r}, 60)"""
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bigsite.settings_for_tests", "TMPDIR": folder}
        worker = subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment)
        try:
            wait_until(drawn.exists, 60)
            worker.kill()
            worker.wait()
            wait_until(lambda: not running(folder), 10)
        finally:
            worker.kill()


def running(mark: str) -> list[str]:
    """Return the commands of other processes with a mark in their command line or, if readable, environment."""
    return [
        command_of(pid)
        for pid in all_pids()
        if pid != os.getpid() and mark.encode() in read_proc(pid, "cmdline") + read_proc(pid, "environ")
    ]
