"""Valid files in the canonical layout, in all variants of writing."""

import csv
import gzip
import io
import random

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading import predictions as module
from challenge.scoring.reading.predictions import PredictionsError, read_predictions, write_predictions
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS


def assert_tiny(found):
    assert list(found) == list(TINY_PREDICTIONS)
    for name, expected in TINY_PREDICTIONS.items():
        assert found[name].dtype == np.float64
        np.testing.assert_array_equal(found[name], expected)


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


def text_of(rows, **options):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **options).writerows(rows)
    return out.getvalue()


def test_it_works(read, canonical, monkeypatch):
    monkeypatch.setattr(module, "parse_carefully", None)  # a regular file: the quick reader is enough
    assert_tiny(read(canonical))


def test_blanks_after_commas_are_fast_too(read, canonical, monkeypatch):
    monkeypatch.setattr(module, "parse_carefully", None)
    assert_tiny(read(canonical.replace(",", ", ")))


def test_the_thorough_reader_alone_agrees(read, canonical, monkeypatch):
    monkeypatch.setattr(module, "read_rows", lambda *args: None)
    assert_tiny(read(canonical))


def test_rows_in_any_order(read, canonical):
    header, *rows = canonical.splitlines()
    random.Random(0).shuffle(rows)
    assert_tiny(read("\n".join([header, *rows])))


def test_columns_in_any_order(read, canonical):
    assert_tiny(read(text_of([row[::-1] for row in rows_of(canonical)])))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: "\ufeff" + t, id="BOM"),
        pytest.param(lambda t: t.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda t: t.removesuffix("\n"), id="no newline at the end"),
        pytest.param(lambda t: t + "\n\r\n  \n", id="blank lines at the end"),
        pytest.param(lambda t: t.replace("\npairmnist,2", "\n\n\t\npairmnist,2"), id="blank lines inside"),
        pytest.param(lambda t: text_of(rows_of(t), quoting=csv.QUOTE_ALL), id="all quoted"),
        pytest.param(lambda t: text_of(rows_of(t), quoting=csv.QUOTE_NONNUMERIC), id="QUOTE_NONNUMERIC"),
        pytest.param(lambda t: t.replace("0.25", "+0.25"), id="plus sign"),
        pytest.param(lambda t: t.replace("0.25", ".25"), id="no leading zero"),
        pytest.param(lambda t: t.replace("1.0", "1."), id="no trailing digit"),
        pytest.param(lambda t: t.replace("0.25", "2.5E-01"), id="exponent"),
        pytest.param(lambda t: t.replace("0.25", " 0.25 "), id="blanks around numbers"),
        pytest.param(lambda t: t.replace(",0.0", ",-0.0"), id="negative zero"),
        pytest.param(lambda t: t.replace("pairmnist,2", "pairmnist,002"), id="zeros before an index"),
        pytest.param(lambda t: t.replace("0.25", "0.25" + "0" * 40), id="many digits"),
    ],
)
def test_variants_that_mean_the_same(read, canonical, change):
    changed = change(canonical)
    assert changed != canonical
    assert_tiny(read(changed))


def test_gzip_is_recognized_by_its_content(read, canonical):
    assert_tiny(read(gzip.compress(canonical.encode())))


def test_concatenated_gzip_members(read, canonical):
    middle = len(canonical) // 2
    parts = canonical[:middle].encode(), b"", canonical[middle:].encode()
    assert_tiny(read(b"".join(map(gzip.compress, parts))))


def test_every_bit_of_a_double_is_kept(read, canonical):
    value = 0.5 - 2**-54
    found = read(canonical.replace("pairmnist,0,0.5,0.5", f"pairmnist,0,{value!r},0.5"))
    assert found["pairmnist"][0, 0] == value != 0.5


def test_polars_reads_numbers_as_python_does(tmp_path):
    rng = random.Random(1)
    texts = [repr(rng.random()) for _ in range(2000)]
    texts += [f"{rng.random():.{rng.randrange(1, 50)}f}" for _ in range(2000)]
    texts += [f"{rng.random() * 10.0 ** -rng.randrange(320):.{rng.randrange(30)}e}" for _ in range(2000)]
    texts += [f"{rng.randrange(10 ** rng.randrange(1, 25))}e-{rng.randrange(30, 345)}" for _ in range(2000)]
    dataset = TINY["manymnist"]
    benchmark = type(TINY)("One", (type(dataset)("m", "M", "", dataset.task, ("a", "b"), 4000),), (28,))
    lines = [f"m,{i},{a},{b}" for i, (a, b) in enumerate(zip(texts[::2], texts[1::2], strict=True))]
    path = tmp_path / "p.csv"
    path.write_text("dataset,index,p0,p1\n" + "\n".join(lines))
    assert read_predictions(path, benchmark).values["m"].ravel().tolist() == [float(text) for text in texts]


@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz"])
def test_written_files_are_read_back(tmp_path, name):
    path = tmp_path / name
    write_predictions(path, TINY_PREDICTIONS, TINY)
    found = read_predictions(path, TINY).values
    for dataset, values in TINY_PREDICTIONS.items():
        np.testing.assert_array_equal(found[dataset].astype(np.float32), values.astype(np.float32))
    assert (path.read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")


def test_equal_predictions_give_equal_files(tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        write_predictions(tmp_path / name, TINY_PREDICTIONS, TINY)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_a_file_of_full_size(tmp_path):
    rng = np.random.default_rng(0)
    predictions = {d.name: rng.dirichlet(np.ones(d.n_classes), d.n_test) for d in MEDMNIST_PLUS}
    path = tmp_path / "full.csv"
    write_predictions(path, predictions, MEDMNIST_PLUS)
    found = read_predictions(path, MEDMNIST_PLUS).values
    assert 14e6 < path.stat().st_size < 20e6
    for dataset in MEDMNIST_PLUS:
        np.testing.assert_allclose(found[dataset.name], predictions[dataset.name], rtol=1e-6, atol=1e-30)


def test_only_predictions_that_can_be_read_are_written(tmp_path):
    logits = {**TINY_PREDICTIONS, "pairmnist": np.array([[2.0, -1], [0.5, 0.5], [0, 1], [1, 0]])}
    with pytest.raises(PredictionsError, match="softmax"):
        write_predictions(tmp_path / "p.csv", logits, TINY)
    with pytest.raises(PredictionsError, match="finite"):
        write_predictions(
            tmp_path / "p.csv", {**TINY_PREDICTIONS, "pairmnist": np.full((4, 2), np.nan)}, TINY
        )
    with pytest.raises(ValueError, match=r"pairmnist: expected predictions of shape \(4, 2\), got none"):
        write_predictions(
            tmp_path / "p.csv", {k: v for k, v in TINY_PREDICTIONS.items() if k != "pairmnist"}, TINY
        )
