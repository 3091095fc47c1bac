"""Files read with pandas: each file that the site takes gives the values that the site reads."""

import gzip
import zipfile

import numpy as np
import pytest

from challenge.tests.scoring import odd_files
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import canonical_text, thesis_text
from challenge.verification.reading import read_with_pandas


def read(tmp_path, content: str | bytes) -> dict[str, np.ndarray]:
    path = tmp_path / "predictions"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_with_pandas(path, TINY)


def assert_as_written(found: dict[str, np.ndarray]) -> None:
    assert list(found) == [dataset.name for dataset in TINY]
    for name, values in TINY_PREDICTIONS.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize("write", [canonical_text, thesis_text])
def test_both_layouts(write, tmp_path):
    assert_as_written(read(tmp_path, write(TINY_PREDICTIONS, TINY)))


def test_gzip_in_two_parts(tmp_path):
    text = canonical_text(TINY_PREDICTIONS, TINY).encode()
    assert_as_written(read(tmp_path, gzip.compress(text[:99]) + gzip.compress(text[99:])))


@pytest.mark.parametrize("name", odd_files.TAKEN)
def test_odd_files_that_the_site_takes(name, tmp_path):
    assert_as_written(read(tmp_path, odd_files.TAKEN[name](TINY_PREDICTIONS)))


def test_rows_and_columns_in_any_order(tmp_path):
    head, *rows = canonical_text(TINY_PREDICTIONS, TINY).splitlines()
    turned = [",".join(reversed(line.split(","))) for line in [head, *reversed(rows)]]
    assert_as_written(read(tmp_path, "\n".join(turned)))


def test_files_of_the_evaluator(tmp_path):
    with zipfile.ZipFile(tmp_path / "predictions", "w") as archive:
        for name, values in TINY_PREDICTIONS.items():
            scores = values[:, 1:] if name == "pairmnist" else values  # one score of a binary dataset
            archive.writestr(f"run 1/{name}_28_test_[AUC]0.9@a.csv", odd_files.evaluator_file(scores))
            archive.writestr(f"run 1/{name}_28_val_[AUC]0.9@a.csv", "0,0.1,0.9\n")
            archive.writestr(f"__MACOSX/run 1/{name}_28_test_[AUC]0.9@a.csv", "not a table")
    found = read_with_pandas(tmp_path / "predictions", TINY)
    for name, values in TINY_PREDICTIONS.items():
        np.testing.assert_array_equal(found[name][:, -1], values[:, -1])
    np.testing.assert_array_equal(found["tripmnist"], TINY_PREDICTIONS["tripmnist"])


def test_values_just_outside_are_0_or_1(tmp_path):
    text = canonical_text(TINY_PREDICTIONS, TINY).replace(",1.0,0.0,0.0,", ",1.0000001,-0.0000001,0.0,")
    assert_as_written(read(tmp_path, text))
