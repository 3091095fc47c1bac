"""Error messages on the page are those of the reader."""

import re
from pathlib import Path

import pytest

from challenge.content import submission_format as content
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.reading.predictions import PredictionsError, read_predictions, write_predictions
from challenge.tests.scoring.archives import evaluator_name, zipped
from challenge.tests.submission_format.conftest import SHORT


@pytest.fixture(scope="module")
def canonical(zeros, tmp_path_factory) -> list[str]:
    path = tmp_path_factory.mktemp("canonical") / "zeros.csv"
    write_predictions(path, zeros, SHORT)
    return path.read_text().splitlines()


def thesis(zeros, truth: str | None = None) -> list[str]:
    lines = ["dataset_name,probability" + (",truth" if truth else "")]
    for dataset in SHORT:
        line = f'{dataset.name},"{zeros[dataset.name][0].tolist()}"' + (f",{truth}" if truth else "")
        lines += [line] * dataset.n_test
    return lines


#: For each error on the page, the changed line 9 (pathmnist, index 7), or all changed lines.
SPOILS = {
    "the column 'p13' is missing": lambda lines: [lines[0].removesuffix(",p13"), *lines[1:]],
    "the column 'truth' is not allowed": lambda lines: [lines[0] + ",truth", *lines[1:]],
    "the row has 15 cells, but the header has 16": lambda lines: at(lines, lines[8].removesuffix(",")),
    "the dataset 'PathMNIST' must be written exactly 'pathmnist'": lambda lines: at(
        lines, lines[8].replace("pathmnist", "PathMNIST")
    ),
    "the index '7180' is past the end of the test split": lambda lines: at(lines, row(7180, 1)),
    "line 5 already has this index": lambda lines: at(lines, row(3, 1)),
    "1 row is missing: index 7": lambda lines: lines[:8] + lines[9:],
    "p8 is blank; expected a value for each of the 9 classes": lambda lines: at(lines, row(7, *[0.125] * 8)),
    "p9 is '0', but the dataset has 9 classes": lambda lines: at(lines, row(7, 1, *[0] * 9)),
    "p0 is '12%'; expected a plain decimal number": lambda lines: at(lines, row(7, "12%", *[0] * 8)),
    "p0 is 'nan'; expected a finite number from 0 to 1": lambda lines: at(lines, row(7, "nan", *[0] * 8)),
    "the probability of class 0 is -3.2; expected a value from 0 to 1": lambda lines: at(
        lines, row(7, -3.2, *[0] * 8)
    ),
    "the probabilities sum to 0.8; expected 1 within 0.01": lambda lines: at(lines, row(7, 0.8, *[0] * 8)),
}
SPOILS_OF_THESIS = {
    "probability is '[0.1 0.9]'; separate the values by commas": lambda lines: at(
        lines, "pathmnist,[0.1 0.9]"
    ),
    "probability has 1 value, but the dataset has 2 classes; write both": lambda lines: [
        re.sub(r'(breastmnist),".*"', r"\1,[0.5]", line) for line in lines
    ],
    "probability is '[np.float32(0.1), 0.9]', a Python expression; write plain numbers": lambda lines: at(
        lines, 'pathmnist,"[np.float32(0.1), 0.9]"'
    ),
    "the dataset has 7,179 rows, but its test split has 7,180": lambda lines: lines[:8] + lines[9:],
}


def at(lines: list[str], line: str) -> list[str]:
    return [*lines[:8], line, *lines[9:]]


def row(index: int, *values: object) -> str:
    return ",".join(["pathmnist", str(index), *map(str, values), *[""] * (14 - len(values))])


def problems_of(lines: list[str], tmp_path: Path, **options) -> str:
    path = tmp_path / "spoilt.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(PredictionsError) as caught:
        read_predictions(path, SHORT, **options)
    return str(caught.value)


@pytest.mark.parametrize("error", [rule.error for rule in content.canonical_rules(MEDMNIST_PLUS)])
def test_the_errors_of_the_layout(error, canonical, tmp_path):
    assert error in problems_of(SPOILS[error](canonical), tmp_path)


@pytest.mark.parametrize("error", [rule.error for rule in content.THESIS_RULES[:-1]])
def test_the_errors_of_the_layout_of_the_thesis(error, zeros, tmp_path):
    assert error in problems_of(SPOILS_OF_THESIS[error](thesis(zeros)), tmp_path)


def test_the_error_of_a_wrong_truth(zeros, tmp_path):
    labels = make_demo_ground_truth(SHORT).labels
    assert content.THESIS_RULES[-1].error in problems_of(thesis(zeros, "1"), tmp_path, labels=labels)


NAMES = {name: evaluator_name(name) for name in (dataset.name for dataset in SHORT)}
ONE_OF_EACH = dict.fromkeys(NAMES.values(), "0,1\n")

#: For each error of an archive on the page, the files of an archive with that error.
SPOILT_ARCHIVES = {
    "The zip archive has no file of organsmnist": {n: t for n, t in ONE_OF_EACH.items() if "organs" not in n},
    "The files are for images of 64 pixels by their names, but the submission is for 28 pixels": {
        evaluator_name(name, 64): "0,1\n" for name in NAMES
    },
    "the zip archive has two files of the dataset": ONE_OF_EACH
    | {evaluator_name("octmnist", run="run2"): "0,1\n"},
    "the file begins with a line that is not an index and scores": dict.fromkeys(ONE_OF_EACH, "id,p0\n"),
    "the row has 2 cells; expected 10: the index and 9 scores": ONE_OF_EACH,
    "The zip archive holds a file that MedMNIST's evaluator does not write ('notes.txt')": ONE_OF_EACH
    | {"notes.txt": ""},
}


@pytest.mark.parametrize("error", [rule.error for rule in content.EVALUATOR_RULES])
def test_the_errors_of_archives(error, tmp_path):
    (tmp_path / "spoilt.zip").write_bytes(zipped(SPOILT_ARCHIVES[error]))
    with pytest.raises(PredictionsError) as caught:
        read_predictions(tmp_path / "spoilt.zip", SHORT, resolution=28)
    assert error in str(caught.value)
