"""Results of an evaluation: data frame, table for notebooks, what is missing, and refusals."""

import numpy as np
import pytest

from challenge.scoring.demo import make_demo_predictions
from challenge.tests.bad_files.short_splits import SHORT
from medbig import Evaluator, InvalidFileError, MedbigError

from .conftest import use_in_package, write_label_files


@pytest.fixture
def evaluator(short_labels, tmp_path, monkeypatch) -> Evaluator:
    use_in_package(SHORT, monkeypatch)
    return Evaluator(size=64, root=write_label_files(tmp_path, short_labels.labels, SHORT, 28))


@pytest.fixture
def predictions(short_labels) -> dict[str, np.ndarray]:
    return make_demo_predictions(short_labels, SHORT, skill=1, seed=0)


def some(predictions: dict[str, np.ndarray], *names: str) -> dict[str, np.ndarray]:
    return {name: predictions[name] for name in names}


def test_a_part_is_scored_and_the_others_are_named(evaluator, predictions, tmp_path):
    result = evaluator.evaluate(some(predictions, "octmnist", "breastmnist"))
    assert len(result.missing) == 10
    assert "octmnist" not in result.missing
    frame = result.results
    assert list(frame.columns) == ["dataset", "metric", "score", "low", "high"]
    assert set(frame["dataset"]) == {"octmnist", "breastmnist", "average"}
    assert (frame["low"] <= frame["score"]).all()
    for refused in (
        lambda: result.save(tmp_path / "p.csv"),
        lambda: result.submit(model_name="x", description="x"),
    ):
        with pytest.raises(MedbigError, match="needs all datasets; there are no predictions for pathmnist"):
            refused()


def test_a_notebook_shows_means_intervals_and_what_may_be_wrong(evaluator, predictions):
    constant = np.tile([0.4, 0.3, 0.2, 0.1], (20, 1))
    shown = evaluator.evaluate(some(predictions, "breastmnist") | {"octmnist": constant})._repr_html_()
    assert "average of 2" in shown
    assert "<small>[" in shown
    assert "Missing: pathmnist, " in shown
    assert "Warning: All rows of octmnist are equal" in shown


def test_predictions_are_added_one_dataset_after_the_other(evaluator, predictions):
    evaluator.add("octmnist", predictions["octmnist"])
    one = evaluator.evaluate(intervals=False)
    both = evaluator.add("breastmnist", predictions["breastmnist"][:, 1]).evaluate(intervals=False)
    assert list(one.scores.datasets) == ["octmnist"]
    assert list(both.scores.datasets) == ["octmnist", "breastmnist"]
    assert {row["low"] for row in both.rows} == {None}


@pytest.mark.parametrize(
    ("name", "change", "error", "words"),
    [
        ("mnist", lambda p: p, MedbigError, "no dataset mnist. The datasets are pathmnist, "),
        ("octmnist", lambda p: p[:, :3], MedbigError, r"shape \(20, 3\); expected \(n, 4\)"),
        ("octmnist", lambda p: p[:7], MedbigError, "7 rows; the split has 20"),
        ("octmnist", lambda p: p * np.nan, InvalidFileError, "some values are not finite"),
        ("octmnist", lambda p: np.log(p), InvalidFileError, "logits"),
    ],
)
def test_arrays_that_are_no_predictions_are_refused(name, change, error, words, evaluator, predictions):
    with pytest.raises(error, match=words):
        evaluator.evaluate({name: change(predictions["octmnist"])})


@pytest.mark.parametrize(
    ("about", "words"), [({"size": 32}, "must be one of 28, 64"), ({"split": "train"}, "must be test or val")]
)
def test_other_sizes_and_splits_are_refused(about, words):
    with pytest.raises(MedbigError, match=words):
        Evaluator(**about)


def test_without_labels_the_message_says_how_to_get_them(predictions, tmp_path):
    with pytest.raises(MedbigError, match=f"python -m medmnist download --size=64 --root={tmp_path}"):
        Evaluator(size=64, root=tmp_path).evaluate(some(predictions, "octmnist"))


def test_labels_of_another_length_are_refused(short_labels, predictions, tmp_path):
    write_label_files(tmp_path, short_labels.labels, SHORT, 64)
    with pytest.raises(MedbigError, match="has 20 test labels of octmnist; the official file has 1,000"):
        Evaluator(size=64, root=tmp_path).evaluate(some(predictions, "octmnist"))


def test_a_damaged_file_of_labels_is_named(evaluator, predictions, tmp_path):
    (tmp_path / "octmnist.npz").write_bytes(b"PK\x03\x04damaged")
    with pytest.raises(MedbigError, match=r"octmnist\.npz is damaged"):
        evaluator.evaluate(some(predictions, "octmnist"))


def test_a_file_that_the_site_does_not_take_is_not_written(evaluator, predictions, tmp_path):
    result = evaluator.evaluate(predictions, intervals=False)
    with pytest.raises(MedbigError, match=r"must end in \.csv or \.csv\.gz"):
        result.save(tmp_path / "p.npz")
    assert result.save(tmp_path / "p.csv").exists()


def test_the_validation_split_is_scored_and_never_sent(predictions, short_labels, tmp_path, monkeypatch):
    use_in_package(SHORT, monkeypatch)
    labels = short_labels.labels["octmnist"].reshape(-1, 1)
    np.savez(tmp_path / "octmnist.npz", test_labels=labels, val_labels=labels[:15])
    evaluator = Evaluator(size=28, root=tmp_path, split="val")
    result = evaluator.evaluate({"octmnist": predictions["octmnist"][:15]})
    assert 0 < result.scores.average.auc <= 1
    with pytest.raises(MedbigError, match="predictions of the val split"):
        result.save(tmp_path / "p.csv")
    with pytest.raises(MedbigError, match="20 rows; the split has 15"):
        evaluator.evaluate(some(predictions, "octmnist"))
