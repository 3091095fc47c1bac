"""Downloads of the page: a template with every row, and an example that is valid."""

import gzip

import pytest

from challenge.content.downloads import EXAMPLE, TEMPLATE
from challenge.models import Evaluation
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.reading.predictions import read_predictions
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS
from challenge.tests.submission_format.conftest import EXAMPLE_CSV, TEMPLATE_CSV
from challenge.views import submission_format as view


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_template_holds_every_row(client, db):
    response = client.get(TEMPLATE_CSV)
    assert response["Content-Disposition"] == 'attachment; filename="big-template.csv"'
    header, *rows = body_of(response).decode().splitlines()
    assert header == "dataset,index," + ",".join(f"p{j}" for j in range(14))
    assert rows == [f"{d.name},{i}" + "," * 14 for d in MEDMNIST_PLUS for i in range(d.n_test)]


def test_the_template_is_refused_until_it_is_filled_in(client, submit_and_score, team):
    template = body_of(client.get(TEMPLATE_CSV))
    evaluation = submit_and_score(team, content=template).evaluations.get()
    assert evaluation.status == Evaluation.Status.FAILED
    (problem,) = evaluation.problems
    assert "pathmnist, line 2, index 0: p0 is blank; expected a value for each of the 9 classes" in problem
    assert "119,320 lines of 12 datasets" in problem


def test_the_example_is_valid_and_knows_nothing(client, db, labels, tmp_path):
    response = client.get(EXAMPLE_CSV)
    assert response["Content-Type"] == "application/gzip"
    path = tmp_path / "example.csv.gz"
    path.write_bytes(body_of(response))
    predictions = read_predictions(path, MEDMNIST_PLUS, labels=labels.labels).values
    scores = evaluate(predictions, labels.labels, MEDMNIST_PLUS)
    assert scores.average.auc == pytest.approx(0.5, abs=0.03)
    assert all(row.auc == pytest.approx(0.5, abs=0.15) for row in scores.datasets.values())
    assert path.stat().st_size < 4e6


@pytest.mark.parametrize("address", [TEMPLATE_CSV, EXAMPLE_CSV])
def test_a_download_is_made_once_and_kept_by_browsers(address, client, db, settings, monkeypatch):
    monkeypatch.setattr(view, "MEDMNIST_PLUS", TINY)
    first = client.get(address)
    content = body_of(first)
    (kept,) = (settings.DATA_DIR / "downloads").iterdir()
    made_at = kept.stat().st_mtime_ns
    assert kept.read_bytes() == content
    assert body_of(client.get(address)) == content
    assert kept.stat().st_mtime_ns == made_at
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", [TEMPLATE_CSV, EXAMPLE_CSV])
def test_another_benchmark_gives_another_file(address, client, db, monkeypatch):
    monkeypatch.setattr(view, "MEDMNIST_PLUS", TINY)
    old = client.get(address)
    body_of(old)
    smaller = Benchmark(TINY.name, TINY.datasets[1:], TINY.resolutions)
    monkeypatch.setattr(view, "MEDMNIST_PLUS", smaller)
    new = client.get(address, headers={"If-None-Match": old["ETag"]})
    assert new.status_code == 200
    content = body_of(new)
    text = gzip.decompress(content) if address == EXAMPLE_CSV else content
    assert b"tripmnist" not in text
    assert b"pairmnist" in text


def test_a_file_that_could_not_be_made_is_not_kept(settings, monkeypatch):
    def fill_the_disk(target, benchmark):
        target.write_text("half")
        raise OSError("No space left on device")

    broken = type(TEMPLATE)(TEMPLATE.name, TEMPLATE.content_type, fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        broken.file(TINY)
    assert list((settings.DATA_DIR / "downloads").iterdir()) == []
    assert TEMPLATE.file(TINY).read_text().startswith("dataset,index,p0")


def test_the_downloads_of_a_small_benchmark(tmp_path):
    assert list(read_predictions(EXAMPLE.file(TINY), TINY).values) == list(TINY_PREDICTIONS)
