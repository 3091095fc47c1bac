"""Files in the layout of the thesis: lists in one column, rows in the order of the test split."""

import numpy as np
import pytest

from challenge.scoring.reading import predictions as module
from challenge.scoring.reading.predictions import PredictionsError
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import thesis_text
from challenge.tests.scoring.test_read_canonical import assert_tiny


@pytest.fixture
def with_truth() -> str:
    return thesis_text(TINY_PREDICTIONS, TINY, TINY_LABELS)


def test_it_works(read, thesis, with_truth, monkeypatch):
    monkeypatch.setattr(module, "parse_carefully", None)  # a regular file: the quick reader is enough
    assert_tiny(read(thesis))
    assert_tiny(read(with_truth))
    assert_tiny(read(with_truth, labels=TINY_LABELS))


def test_the_thorough_reader_alone_agrees(read, with_truth, monkeypatch):
    monkeypatch.setattr(module, "read_rows", lambda *args: None)
    assert_tiny(read(with_truth, labels=TINY_LABELS))


def test_probability_and_dataset_name_are_enough(read, thesis):
    lines = [line.split(",", 2) for line in thesis.splitlines()]
    assert_tiny(read("\n".join(f"{probability},{name}" for name, _, probability in lines)))


def test_datasets_may_be_mixed(read, thesis):
    header, *rows = thesis.splitlines()
    last_first = [row for name in reversed(list(TINY_PREDICTIONS)) for row in rows if row.startswith(name)]
    assert_tiny(read("\n".join([header, *last_first])))
    mixed = [row for group in zip_datasets(rows) for row in group]
    assert_tiny(read("\n".join([header, *mixed])))


def zip_datasets(rows):
    """Return the first row of every dataset, then the second row of every dataset, and so on."""
    by_dataset = [[row for row in rows if row.startswith(name)] for name in TINY_PREDICTIONS]
    return [[rows[i] for rows in by_dataset if i < len(rows)] for i in range(max(map(len, by_dataset)))]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: t.replace(", ", ","), id="no blanks"),
        pytest.param(lambda t: t.replace(", ", " ,\t"), id="odd blanks"),
        pytest.param(lambda t: t.replace('"[', '" [ ').replace(']"', ' ] "'), id="blanks at brackets"),
        pytest.param(lambda t: t.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda t: "\ufeff" + t, id="BOM"),
        pytest.param(lambda t: t.replace("\npairmnist", "\n\npairmnist"), id="blank lines"),
        pytest.param(lambda t: t.replace("mnist,2", "mnist,größte"), id="any prediction"),
        pytest.param(lambda t: t.replace("mnist,2", "mnist,"), id="no prediction"),
        pytest.param(lambda t: t.replace("mnist,2", 'mnist,"a ""b"", c"'), id="quoted prediction"),
    ],
)
def test_variants_that_mean_the_same(read, thesis, change):
    changed = change(thesis)
    assert changed != thesis
    assert_tiny(read(changed))


@pytest.mark.parametrize("truth", ["{}", "[{}]", "{}.0", "{}.", ""])
def test_ways_to_write_truth(read, with_truth, truth):
    label = TINY_LABELS["pairmnist"][3]
    assert_tiny(
        read(
            with_truth.replace(f"pairmnist,{label},1,", f"pairmnist,{truth.format(label)},1,"),
            labels=TINY_LABELS,
        )
    )


def test_truth_that_differs_is_refused_at_the_first_row_without_telling_the_label(read):
    stated = {name: labels.copy() for name, labels in TINY_LABELS.items()}
    stated["tripmnist"] = np.array([2, 0, 1, 0, 0])  # differs in the last two rows
    stated["manymnist"][4, 0] = 0
    with pytest.raises(PredictionsError) as caught:
        read(thesis_text(TINY_PREDICTIONS, TINY, stated), labels=TINY_LABELS)
    (problem,) = caught.value.problems
    assert (problem.dataset, problem.line, problem.index, problem.count) == ("tripmnist", 5, 3, 1)
    assert problem.datasets == ("tripmnist", "manymnist")
    assert str(problem).endswith(
        "are the rows in the order of the test split? This is true of 2 datasets (tripmnist, manymnist)."
    )
    assert not any(character.isdigit() for character in problem.message)


def test_truth_is_ignored_where_no_labels_are_held(read, with_truth):
    assert_tiny(read(with_truth.replace("pairmnist,0,", "pairmnist,nonsense,")))
