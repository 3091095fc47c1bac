"""Labels of withheld datasets: files that say the same give the same labels."""

import io
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset, Task
from challenge.scoring.ground_truth import LabelsError
from challenge.scoring.withheld import MOST_IMAGES, checked, parse_labels

labels_of_images = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)


def npz_of(labels: np.ndarray, name: str) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {name: labels}
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@given(labels_of_images, st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]))
def test_csv_in_any_order_and_npz_give_the_same_labels(labels, random, line_end):
    rows = [f"{index}, {label}" for index, label in enumerate(labels)]
    random.shuffle(rows)
    text = line_end.join(["index,label", *rows])
    for content in (text.encode(), b"\xef\xbb\xbf" + text.encode(), npz_of(labels, "labels")):
        assert (parse_labels(content, Task.MULTICLASS, 5) == labels).all()
    assert (parse_labels(npz_of(labels[:, None], "test_labels"), Task.ORDINAL, 5) == labels).all()


@given(st.binary(max_size=300))
def test_any_bytes_give_labels_or_a_sentence(content):
    with suppress(LabelsError):
        assert 0 < len(parse_labels(content, Task.BINARY, 2)) <= MOST_IMAGES


@given(st.binary(max_size=60))
def test_any_bytes_after_the_magic_of_a_zip_give_a_sentence(content):
    with pytest.raises(LabelsError):
        parse_labels(b"PK\x03\x04" + content, Task.BINARY, 2)


def test_labels_are_kept_as_bytes():
    dataset = Dataset("skinmnist", "Skin", "", Task.BINARY, ("a", "b"), 4)
    assert checked(np.array([0, 1, 1, 0]), dataset).dtype == np.uint8


def test_a_benchmark_with_withheld_datasets():
    skin = Dataset("skinmnist", "Skin", "", Task.BINARY, ("a", "b"), 4, is_withheld=True)
    whole = MEDMNIST_PLUS.with_withheld([skin])
    assert MEDMNIST_PLUS.with_withheld([]) is MEDMNIST_PLUS
    assert whole.n_datasets == 13
    assert whole.withheld == (False,) * 12 + (True,)
    assert whole.blocks == (*MEDMNIST_PLUS.blocks, (12,))
    assert (whole.has_withheld, MEDMNIST_PLUS.has_withheld) == (True, False)
