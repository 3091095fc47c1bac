"""Tolerances of values and sums: what is within them scores as if it were exact, in all layouts and both parsers."""

import numpy as np
import pytest

from challenge.scoring.reading import parse_evaluator
from challenge.scoring.reading import predictions as module
from challenge.scoring.reading.predictions import PredictionsError, read_predictions, write_predictions
from challenge.tests.scoring.archives import evaluator_files, zipped
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import canonical_text, thesis_text

LAYOUTS = {
    "canonical": lambda predictions: canonical_text(predictions, TINY).encode(),
    "thesis": lambda predictions: thesis_text(predictions, TINY).encode(),
    "evaluator": lambda predictions: zipped(evaluator_files(predictions)),
}


@pytest.fixture(params=LAYOUTS)
def write(request):
    """Return a function that gives the content of a file whose pairmnist has other values."""
    return lambda pair: LAYOUTS[request.param](TINY_PREDICTIONS | {"pairmnist": np.array(pair, float)})


@pytest.fixture(params=["fast", "careful"])
def read_pair(request, read, monkeypatch):
    """Return a function that gives the values of pairmnist, from either parser."""
    if request.param == "careful":
        monkeypatch.setattr(module, "read_rows", lambda *args: None)
        monkeypatch.setattr(parse_evaluator, "_parse_fast", lambda *args: None)
    return lambda content: read(content)["pairmnist"]


def test_values_just_outside_are_taken_as_0_or_1(write, read_pair):
    pair = [[1.000001, -0.000001], [-1e-9, 1.0], [0, 1.0000000000000002], [0.25, 0.75]]
    assert read_pair(write(pair)).tolist() == [[1, 0], [0, 1], [0, 1], [0.25, 0.75]]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ([1.0000011, 0], "the probability of class 0 is 1.0000011; expected a value from 0 to 1"),
        ([1, -0.0000011], "the probability of class 1 is -1.1e-06; expected a value from 0 to 1"),
        ([1.0000010000000001, 0], "the probability of class 0 is 1.0000010000000001; expected"),
        ([0.5, 0.5100001], "the probabilities sum to 1.0100001; expected 1 within 0.01"),
        ([0.5, 0.4899999], "the probabilities sum to 0.9899999; expected 1 within 0.01"),
    ],
)
def test_values_past_the_tolerance_are_refused_with_digits_that_show_it(row, what, write, read_pair):
    with pytest.raises(PredictionsError) as caught:
        read_pair(write([row, [0.25, 0.75], [0, 1], [1, 0]]))
    (problem,) = caught.value.problems
    assert problem.message.startswith(what)


@pytest.mark.parametrize(
    "row", [[0.33, 0.66], [0.34, 0.67], [0.505, 0.505], [0.49, 0.5], [0.99, 0], [1, 0.01]]
)
def test_sums_off_by_exactly_the_tolerance_are_within_it(row, write, read_pair):
    assert read_pair(write([row, [0.25, 0.75], [0, 1], [1, 0]]))[0].tolist() == row


def test_written_values_are_clipped_too(tmp_path):
    pair = np.array([[1.0000001, -1e-7], [0.5, 0.5], [0, 1], [1, 0]])
    write_predictions(tmp_path / "p.csv", TINY_PREDICTIONS | {"pairmnist": pair}, TINY)
    assert "pairmnist,0,1.0,0.0,," in (tmp_path / "p.csv").read_text()
    assert read_predictions(tmp_path / "p.csv", TINY).values["pairmnist"][0].tolist() == [1, 0]
