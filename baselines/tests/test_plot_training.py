"""`plot_training`: figures of one or two trainings."""

import csv
import json
import re
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from baselines.tests.mmpt.histories import ROWS, make_run
from challenge.tests import needs

needs_chromium = needs.needs("chromium", "chromium")


def test_html_and_csv_of_each_figure_and_a_message_without_chromium(tmp_path, capsys):
    output = tmp_path / "new" / "plots"
    call_command("plot_training", str(make_run(tmp_path / "run", ROWS)), output=output)
    told = capsys.readouterr().out
    assert "Chromium is not installed" in told
    assert f"9 figures are in {output}" in told
    assert sorted(path.name for path in output.iterdir()) == ["csv", "html"]
    assert {path.stem for path in (output / "html").iterdir()} == {
        path.stem for path in (output / "csv").iterdir()
    }
    with (output / "csv/loss-mean-over-batches.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["Run", "Split", "Epoch", "Loss"]
    assert rows[0] == ["mm-PT ResNet-18, 28 px", "training", "1", "1.75"]


def test_a_page_loads_nothing(tmp_path):
    call_command("plot_training", str(make_run(tmp_path / "run", ROWS)), output=tmp_path / "plots")
    page = (tmp_path / "plots/html/loss-by-dataset.html").read_text()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page), "it loads something"
    (traces,) = re.findall(r'Plotly\.newPlot\(\s*"figure",\s*(\[.*?\]),\s*\{"', page, re.DOTALL)
    assert json.loads(traces)[0]["y"] == [2.0, 1.0]


@needs_chromium
def test_a_page_draws_itself_without_a_network(tmp_path):
    call_command("plot_training", str(make_run(tmp_path / "run", ROWS)), output=tmp_path / "plots")
    page = (tmp_path / "plots/html/loss-by-dataset.html").as_uri()
    options = [
        "--headless",
        "--no-sandbox",
        "--proxy-server=127.0.0.1:9",
        f"--user-data-dir={tmp_path / 'home'}",
    ]
    shown = subprocess.run(
        [needs.BROWSER, *options, "--dump-dom", page], check=True, capture_output=True, timeout=60
    )
    body = shown.stdout.decode().partition("<body>")[2].rpartition("</script>")[0]
    assert 'class="main-svg"' in body
    assert "PathMNIST</text>" in body


def test_pictures_where_chromium_is_installed(tmp_path, settings):
    needs.skip_without_drawing()
    settings.CHROMIUM = needs.BROWSER
    first, second = (make_run(tmp_path / name, ROWS, weighted_loss=name == "b") for name in "ab")
    call_command("plot_training", str(first), str(second), output=tmp_path / "plots")
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<svg")):
        pictures = list((tmp_path / "plots" / kind).iterdir())
        assert len(pictures) == 9
        assert all(picture.read_bytes().startswith(start) for picture in pictures)
    assert b"weighted loss" in (tmp_path / "plots/svg/loss-mean-over-batches.svg").read_bytes()


def test_a_browser_error_is_reported_and_keeps_the_other_files(tmp_path, settings):
    settings.CHROMIUM = "/nowhere/chromium"
    with pytest.raises(CommandError, match=r"HTML and CSV are in .* but no PNG and SVG: /nowhere/chromium"):
        call_command("plot_training", str(make_run(tmp_path / "run", ROWS)), output=tmp_path / "plots")
    assert list((tmp_path / "plots/html").iterdir())


def test_bad_input_is_reported(tmp_path):
    run = str(make_run(tmp_path / "run", ROWS))
    with pytest.raises(CommandError, match="nothing is not there"):
        call_command("plot_training", run, str(tmp_path / "nothing"), output=tmp_path / "plots")
    with pytest.raises(CommandError, match="3 runs were given"):
        call_command("plot_training", run, run, run, output=tmp_path / "plots")
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="Cannot write to"):
        call_command("plot_training", run, output=tmp_path / "file")
    assert not (tmp_path / "plots").exists()


def test_torch_is_not_needed():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import baselines.mmpt.studies.plots, baselines.management.commands.plot_training"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
