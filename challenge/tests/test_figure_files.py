"""Zip of all figures of an entry: content, creation, deletion, and access."""

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
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from celery import Celery
from django.conf import settings
from PIL import Image
from plotly.offline import get_plotlyjs_version

from challenge import tasks
from challenge.entries import figures_zip
from challenge.entries.figures import all_figures, dataset_figures, overview_figures
from challenge.figures import files
from challenge.figures.figure import FILE_WIDTH, PNG_SCALE, Figure
from challenge.models import Evaluation, EvaluationCurves, GroundTruth, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import count_classes
from challenge.services import evaluations, figure_files, queue, submissions, uncertainty
from challenge.services.accounts import close_account
from challenge.tests.processes import Process, all_pids, celery_app, command_of, read_proc, wait_until

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


# --- The files --------------------------------------------------------------------------------------


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
    figures = [*overview_figures(entry.submission, entry, ground_truth)]
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
    figures = all_figures(entry.submission, entry, ground_truth)
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
from challenge.tests.test_figure_files import *
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


# --- Creation and deletion --------------------------------------------------------------


def test_it_is_made_once_and_says_what_it_is_of(entry, quick, ground_truth):
    figures_zip.render_figures(entry.pk)
    path = figure_files.figures_path(entry)
    before = path.stat().st_mtime_ns
    drawn = len(quick)
    figures_zip.render_figures(entry.pk)
    assert path.stat().st_mtime_ns == before
    assert len(quick) == drawn > 0
    with zipfile.ZipFile(path) as archive:
        readme = archive.read("README.txt").decode()
    for fact in (
        *(
            f"submission #{entry.submission_id} Model 1.0",
            "Team Alpha",
            "28 × 28",
            f"{entry.scored_at:%d %B %Y}",
        ),
        *(
            f"scorer version {entry.scorer_version}",
            f"Demo labels, version {ground_truth.version}",
            "DEMO DATA",
        ),
        *(f"http://testserver/submissions/{entry.submission_id}/", "Ranks", "Doerrich"),
    ):
        assert fact in readme
    GroundTruth.objects.update(is_demo=False)
    entry = Evaluation.objects.get()
    assert "DEMO" not in figures_zip.readme(entry.submission, entry)


def test_a_new_scoring_replaces_it(entry, quick, folder):
    figures_zip.render_figures(entry.pk)
    (old,) = zips(folder)
    evaluations.queue_evaluations([entry.submission])
    evaluations.evaluate(entry.pk)
    entry.refresh_from_db()
    assert figure_files.figures_path(entry) != old, "the old file would be taken for the new one"
    figures_zip.render_figures(entry.pk)
    assert zips(folder) == [figure_files.figures_path(entry)]


def test_one_of_a_renamed_team_is_not_taken_for_the_new_one(entry, quick, team):
    before = figure_files.figures_path(entry)
    team.name = "Team Gamma"
    team.save()
    assert figure_files.figures_path(Evaluation.objects.get()) != before


def test_nothing_is_made_where_there_is_nothing_to_draw_or_nobody_who_does(
    submit, submit_and_score, team, quick, settings, folder
):
    queued = submit(team)
    figures_zip.render_figures(queued.evaluations.get().pk)
    figures_zip.render_figures(12345)
    settings.CHROMIUM = ""
    figures_zip.render_figures(submit_and_score(team, skill=2.0).evaluations.get().pk)
    assert not folder.exists()
    assert quick == []


def test_scores_that_others_have_replaced_are_not_drawn(entry, quick, folder):
    later = Evaluation.objects.get()
    later.pk, later.scorer_version = None, "0"
    later.save()
    figures_zip.render_figures(later.pk)
    assert not folder.exists()


@pytest.mark.parametrize("keep_name", [True, False])
def test_files_go_with_a_team_that_takes_its_name_with_it(
    keep_name, entry, quick, team, folder, django_capture_on_commit_callbacks
):
    figures_zip.render_figures(entry.pk)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(team, keep_name=keep_name)
    assert len(zips(folder)) == keep_name


def test_it_goes_with_an_account_whose_results_are_not_public(
    entry, quick, team, folder, django_capture_on_commit_callbacks
):
    figures_zip.render_figures(entry.pk)
    submissions.disqualify(entry.submission, "Cheating.")
    with django_capture_on_commit_callbacks(execute=True):
        close_account(team, keep_name=True)
    assert not Submission.objects.exists()
    assert zips(folder) == []


def test_an_account_deleted_while_it_is_drawn_leaves_nothing(entry, quick, folder, monkeypatch):
    def render(figures, chromium, seconds):
        Submission.objects.all().delete()
        return []

    monkeypatch.setattr(files, "render", render)
    figures_zip.render_figures(entry.pk)
    assert zips(folder) == []


# --- The task ---------------------------------------------------------------------------------------


class Broker:
    conf = SimpleNamespace(task_default_queue="celery")

    def __init__(self) -> None:
        self.sent: list[tuple] = []

    def send_task(self, name: str, args: list, **options: object) -> None:
        self.sent.append((name, args, options))


@pytest.mark.parametrize("chromium", ["", "/usr/bin/some-browser"])
def test_a_scored_entry_is_drawn_once_its_intervals_are_there_where_there_is_a_browser(
    chromium, submit, team, labels, settings, monkeypatch, django_capture_on_commit_callbacks
):
    evaluation = submit(team).evaluations.get()
    settings.CHROMIUM = chromium
    broker = Broker()
    monkeypatch.setattr(queue, "current_app", broker)
    values, counts = np.full((12, 4), 0.5), count_classes(labels.labels, MEDMNIST_PLUS)
    fields = uncertainty.summarize(values, values[..., None].repeat(10, axis=2), counts, {"pathmnist": 0.01})
    made = uncertainty.Estimates(fields, {})
    monkeypatch.setattr(uncertainty, "estimate_file", lambda *paths: made)
    with django_capture_on_commit_callbacks(execute=True):
        evaluations.evaluate(evaluation.pk)
    expected_first = ("challenge.tasks.estimate_uncertainty", [evaluation.pk], {"queue": "celery-background"})
    assert expected_first in broker.sent
    assert "challenge.tasks.render_figures" not in [name for name, *_ in broker.sent]
    without_intervals = figure_files.figures_path(evaluation)
    with django_capture_on_commit_callbacks(execute=True):
        uncertainty.estimate(evaluation.pk)
    sent = [message for message in broker.sent if message[0] == "challenge.tasks.render_figures"]
    expected = ("challenge.tasks.render_figures", [evaluation.pk], {"expires": 3600})
    assert sent == ([expected] if chromium else [])
    assert figure_files.figures_path(Evaluation.objects.get()) != without_intervals


def test_a_failed_one_is_not(submit, team, settings, monkeypatch, django_capture_on_commit_callbacks):
    evaluation = submit(team, content=b"nothing").evaluations.get()
    settings.CHROMIUM = "/usr/bin/some-browser"
    broker = Broker()
    monkeypatch.setattr(queue, "current_app", broker)
    with django_capture_on_commit_callbacks(execute=True):
        evaluations.evaluate(evaluation.pk)
    assert [name for name, *_ in broker.sent] == ["challenge.tasks.send_outcome_mail"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_its_own_draws_and_the_one_that_scores_does_not(
    submit, team, settings, monkeypatch, tmp_path, folder, drawing_browser
):
    """With real workers: scoring never waits behind a browser."""
    submission = submit(team)
    evaluation = submission.evaluations.get()
    evaluations.evaluate(evaluation.pk)
    EvaluationCurves.objects.all().delete()  # drawing the figures of each dataset would take long
    evaluation.refresh_from_db()
    name = f"{settings.CELERY_TASK_DEFAULT_QUEUE}-{tmp_path.name}"
    app: Celery = celery_app(
        name, task_routes={"challenge.tasks.render_figures": {"queue": f"{name}-figures"}}
    )
    environment = {"CELERY_QUEUE": name, "CHROMIUM": drawing_browser}
    command = ["celery", "--app", "bigsite", "worker", "--loglevel", "info"]
    scoring = Process([*command, "--hostname", f"{name}@%h"], tmp_path / "scoring.log", **environment)
    try:
        scoring.wait_for(" ready.")
        app.send_task("challenge.tasks.render_figures", args=[evaluation.pk])
        app.send_task("challenge.tasks.evaluate", args=[evaluation.pk])
        scoring.wait_for("succeeded in")
        drawing = Process(
            [*command, "--hostname", f"{name}-figures@%h", "--queues", f"{name}-figures"],
            tmp_path / "drawing.log",
            **environment,
        )
        try:
            drawing.wait_for("render_figures")
            wait_until(lambda: drawing.has_said("succeeded in"), 60, explain=drawing.last_words)
        finally:
            drawing.kill()
        assert "render_figures" not in scoring.log.read_text().partition(" ready.")[2]
    finally:
        scoring.kill()
    # The worker keeps files in the suite's own folder, not in this test's.
    settings.FIGURES_DIR = settings.DATA_DIR / "figures"
    assert figure_files.figures_path(evaluation).stat().st_size > 10_000


# --- Access ------------------------------------------------------------------------------------


def test_the_zip_is_served_once_it_is_there(entry, quick, client):
    address = f"/submissions/{entry.submission_id}/figures.zip"
    page = f"/submissions/{entry.submission_id}/"
    assert client.get(address).status_code == 404
    assert address not in client.get(page).content.decode()
    figures_zip.render_figures(entry.pk)
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert f'"big-submission-{entry.submission_id}-figures.zip"' in response["Content-Disposition"]
    assert "private" in response["Cache-Control"]
    assert zipfile.ZipFile(io.BytesIO(response.getvalue())).testzip() is None
    assert address in client.get(page).content.decode()


def test_of_a_hidden_submission_nobody_else_gets_anything(entry, quick, client, as_user, team, other_team):
    figures_zip.render_figures(entry.pk)
    submissions.disqualify(entry.submission, "Cheating.")
    for kind in ("zip", "json"):
        address = f"/submissions/{entry.submission_id}/figures.{kind}"
        assert client.get(address).status_code == 404
        assert as_user(other_team).get(address).status_code == 404
        assert as_user(team).get(address).status_code == 200


def test_the_browser_gets_the_same_figures_to_draw(entry, client, ground_truth):
    response = client.get(
        f"/submissions/{entry.submission_id}/figures.json", headers={"Accept-Encoding": "gzip"}
    )
    assert response["Content-Encoding"] == "gzip"
    about = client.get(f"/submissions/{entry.submission_id}/figures.json").json()
    assert about["name"] == f"big-submission-{entry.submission_id}-figures"
    assert about["readme"] == figures_zip.readme(entry.submission, entry)
    figures = all_figures(entry.submission, entry, ground_truth)
    assert [spec["name"] for spec in about["figures"]] == [f.name for f in figures]
    assert all(spec["file"]["width"] >= FILE_WIDTH and spec["rows"] for spec in about["figures"])
