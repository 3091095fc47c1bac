"""A file with one cause of many symptoms has one problem, which names the cause and the remedy."""

import gzip

import numpy as np
import pytest

from challenge.scoring.reading.predictions import PredictionsError
from challenge.tests.scoring import odd_files
from challenge.tests.scoring.conftest import TINY_PREDICTIONS


def content_of(case: odd_files.Case) -> bytes:
    content = case(TINY_PREDICTIONS)
    return content.encode() if isinstance(content, str) else content


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", odd_files.REFUSED)
def test_the_cause_is_the_only_problem(name, compress, read):
    case, message = odd_files.REFUSED[name]
    with pytest.raises(PredictionsError) as caught:
        read(compress(content_of(case)))
    (problem,) = caught.value.problems
    assert str(problem).startswith(message)


@pytest.mark.parametrize("name", odd_files.TAKEN)
def test_odd_files_that_are_taken(name, read):
    found = read(content_of(odd_files.TAKEN[name]))
    for dataset, values in TINY_PREDICTIONS.items():
        np.testing.assert_array_equal(found[dataset], values)


def test_lines_below_a_sep_line_are_those_of_the_file(read, canonical):
    with pytest.raises(PredictionsError, match="pairmnist, line 9, index 1: p0 is 'x'"):
        read("sep=,\n" + canonical.replace("pairmnist,1,0.25", "pairmnist,1,x"))


@pytest.mark.parametrize("name", ["NumPy over several lines", "no header", "semicolons"])
def test_the_cause_comes_before_the_general_limits(name, read):
    case, message = odd_files.REFUSED[name]
    with pytest.raises(PredictionsError) as caught:
        read(content_of(case) + b"x,\n" * 5000 + b"y" * 5000)
    assert [str(problem)[: len(message)] for problem in caught.value.problems] == [message]


def test_too_many_blank_lines_are_named(read, canonical):
    content = canonical.replace("\n", "\n\n")
    read(content)  # within the limit, blank lines are allowed
    rows = "x\n\n" * 1000
    with pytest.raises(PredictionsError) as caught:
        read(content + rows)
    assert [str(problem) for problem in caught.value.problems] == [
        "The file has more than 1,022 lines, because every second line is blank; remove these lines "
        "(Python: open the file with `newline=''`)."
    ]


def test_one_row_with_a_trait_of_a_cause_is_a_problem_of_that_row(read, canonical):
    for old, new in (("pairmnist,1,0.25,0.75", "pairmnist;1;0.25;0.75"), ("0.25,0.75,,", "0.25,0.75,,,")):
        with pytest.raises(PredictionsError, match="line 8: the row has"):
            read(canonical.replace(old, new))
