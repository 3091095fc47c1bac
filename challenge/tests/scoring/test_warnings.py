"""Warnings about valid files: each sign of a mistake is one sentence, and files without signs have none."""

import numpy as np
import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.metrics.warnings import warnings_of_scores
from challenge.scoring.reading import predictions as module
from challenge.scoring.reading.predictions import read_predictions
from challenge.tests.scoring.conftest import TINY, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import canonical_text


@pytest.fixture(params=["fast", "careful"])
def warnings_of(request, tmp_path, monkeypatch):
    """Return a function that gives the warnings about the content of a file, from either parser."""
    if request.param == "careful":
        monkeypatch.setattr(module, "read_rows", lambda *args: None)

    def warnings(content: str) -> tuple[str, ...]:
        path = tmp_path / "p.csv"
        path.write_text(content)
        return read_predictions(path, TINY).warnings

    return warnings


def with_values(**values) -> str:
    return canonical_text(TINY_PREDICTIONS | {n: np.array(v) for n, v in values.items()}, TINY)


def test_files_without_signs_of_mistakes(warnings_of, canonical, thesis):
    assert warnings_of(canonical) == ()
    assert warnings_of(thesis.replace("manymnist,1,", "manymnist,,")) == ()


def test_a_softmax_over_independent_labels(warnings_of):
    values = TINY_PREDICTIONS["manymnist"] + 0.1
    values /= values.sum(axis=1, keepdims=True)
    expected = "Every row of manymnist sums to 1, as after a softmax; its 4 labels are independent and want a sigmoid."
    assert warnings_of(with_values(manymnist=values)) == (expected,)
    values[5, 0] += 0.1  # one row is enough to show that it is no softmax
    assert warnings_of(with_values(manymnist=values)) == ()


def test_zeros_and_ones(warnings_of):
    expected = "are 0 or 1; write probabilities, because the AUC needs their order."
    assert warnings_of(with_values(pairmnist=[[0, 1], [1, 0], [0, 1], [0, 1]])) == (
        f"All values of pairmnist {expected}",
    )
    both = with_values(
        pairmnist=[[0, 1], [1, 0], [0, 1], [0, 1]], manymnist=[[0, 1, 1, 0], *[[0, 1, 0, 0]] * 5]
    )
    assert warnings_of(both) == (f"All values of 2 datasets (pairmnist, manymnist) {expected}",)


def test_classes_are_no_softmax(warnings_of):
    (warning,) = warnings_of(with_values(manymnist=[[0, 1, 0, 0], *[[1, 0, 0, 0]] * 5]))
    assert warning.startswith("All values of manymnist are 0 or 1")


def test_equal_rows(warnings_of):
    expected = "All rows of pairmnist are equal; the AUC of equal rows is 0.5."
    assert warnings_of(with_values(pairmnist=[[0.3, 0.7]] * 4)) == (expected,)
    assert warnings_of(with_values(pairmnist=[[0, 1]] * 4)) == (expected,)  # not also: zeros and ones


def with_predictions(predictions: dict[str, list[str]]) -> str:
    lines = ["dataset_name,prediction,probability"]
    for name, values in TINY_PREDICTIONS.items():
        lines += [f'{name},{c},"{p}"' for c, p in zip(predictions[name], values.tolist(), strict=True)]
    return "\n".join(lines)


#: Classes of the highest probability; row 3 of tripmnist and row 0 of pairmnist are tied.
RIGHT = {
    "tripmnist": ["2", "0", "1", "1", "2.0"],
    "pairmnist": ["1", "[1]", "0", "1"],
    "manymnist": [
        *('"[0, 1, 0, 0]"', "[0 0 0 0]", '"[1, 1, 1, 1]"', '"[0, 1, 1, 0]"', '"[1,0,1,1]"', '"[0, 1, 0, 0]"')
    ],
}


def test_stated_classes_that_fit(warnings_of):
    assert warnings_of(with_predictions(RIGHT)) == ()
    assert warnings_of(with_predictions(RIGHT | {"pairmnist": ["0", "", "cat", "1"]})) == ()


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"tripmnist": ["2", "0", "1", "2", "2"]}, "1 row of tripmnist"),
        ({"tripmnist": ["2", "0", "1", "0", "9"]}, "1 row of tripmnist"),
        ({"pairmnist": ["0", "0", "1", "0"]}, "3 rows of pairmnist"),
        ({"pairmnist": ["0", "1", "0", "2"]}, "1 row of pairmnist"),
        ({"manymnist": ['"[1, 1, 1, 0]"', *RIGHT["manymnist"][1:]]}, "1 row of manymnist"),
        (
            {"tripmnist": ["0"] * 5, "pairmnist": ["0"] * 4},
            "5 rows of 2 datasets (tripmnist, pairmnist)",
        ),
    ],
)
def test_stated_classes_that_contradict_the_probabilities(changed, where, warnings_of):
    expected = f"The column prediction is not the class of the highest probability on {where}."
    assert warnings_of(with_predictions(RIGHT | changed)) == (expected,)


# --- With the labels ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def labels():
    return make_demo_ground_truth(MEDMNIST_PLUS)


@pytest.fixture(scope="module")
def good(labels):
    return make_demo_predictions(labels, MEDMNIST_PLUS, skill=5, seed=0)


def warnings_with_labels(predictions, labels) -> list[str]:
    return warnings_of_scores(
        evaluate(predictions, labels.labels, MEDMNIST_PLUS), labels.labels, MEDMNIST_PLUS
    )


def test_good_predictions_have_no_warnings(good, labels):
    assert warnings_with_labels(good, labels) == []


@pytest.mark.parametrize("name", ["breastmnist", "octmnist", "chestmnist"])
def test_classes_in_another_order(name, good, labels):
    values = good[name]
    other = 1 - values if MEDMNIST_PLUS[name].task is Task.MULTILABEL else values[:, ::-1]
    (warning,) = warnings_with_labels(good | {name: other}, labels)
    scores = evaluate(good | {name: other}, labels.labels, MEDMNIST_PLUS)
    value = f"{scores.datasets[name].auc:.3f}"
    assert warning == f"The AUC is far below 0.5 ({name} {value}): the classes are probably in another order."


def test_an_accuracy_below_the_majority(good, labels):
    rng = np.random.default_rng(0)
    chance = good | {"octmnist": rng.dirichlet(np.ones(4), 1000)}
    (warning,) = warnings_with_labels(chance, labels)
    accuracy = evaluate(chance, labels.labels, MEDMNIST_PLUS).datasets["octmnist"].accuracy
    share = np.bincount(labels.labels["octmnist"]).max() / 1000
    assert warning == (
        "The accuracy is below that of always predicting the most frequent class "
        f"(octmnist {accuracy:.3f} < {share:.3f})."
    )


def test_rows_in_another_order(good, labels):
    rng = np.random.default_rng(0)
    shuffled = {name: rng.permutation(values) for name, values in good.items()}
    auc = evaluate(shuffled, labels.labels, MEDMNIST_PLUS).average.auc
    assert warnings_with_labels(shuffled, labels) == [
        f"The mean AUC is {auc:.3f}, as for guessing: the rows are probably not in the order of the test splits."
    ]


def test_always_the_majority_is_not_below_it(good, labels):
    share = labels.labels["chestmnist"].mean(axis=0)
    constant = good | {"chestmnist": np.tile(share * 0.9, (len(good["chestmnist"]), 1))}
    assert warnings_with_labels(constant, labels) == []
