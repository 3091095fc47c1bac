"""Averages over seeds and datasets of weights that were re-evaluated."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import pytest

from baselines.mmpt.studies.reevaluate import missing_weights, result_rows, table, write_csv
from baselines.tests.mmpt.reevaluated import METHOD, SCORES
from challenge.scoring.benchmark import MEDMNIST_PLUS

TWO = replace(MEDMNIST_PLUS, datasets=tuple(MEDMNIST_PLUS[name] for name in ("pathmnist", "breastmnist")))
#: Seeds 1 to 3; the other metrics are constant.
BY_HAND = {
    "pathmnist": {seed: replace(SCORES, auc=auc) for seed, auc in ((1, 0.90), (2, 0.92), (3, 0.97))},
    "breastmnist": {seed: replace(SCORES, auc=auc) for seed, auc in ((1, 0.5), (2, 0.5), (3, 0.8))},
}


def test_seeds_are_summed_up_as_the_thesis_does():
    """By hand: path (.90+.92+.97)/3 = .93, deviations -.03 -.01 .04; breast .6, deviations -.1 -.1 .2."""
    found = {(row.dataset, row.metric): (row.mean, row.std) for row in result_rows(METHOD, BY_HAND, TWO)}
    path, breast = math.sqrt(0.0026 / 3), math.sqrt(0.06 / 3)
    assert found["pathmnist", "auc"] == pytest.approx((0.93, path))
    assert found["breastmnist", "auc"] == pytest.approx((0.6, breast))
    assert found["average", "auc"] == pytest.approx((0.765, (path + breast) / 2))
    assert found["average", "accuracy"] == (0.75, 0)
    assert len(found) == 3 * 4


def test_one_seed_has_no_deviation():
    scores = {name: {1: SCORES} for name in BY_HAND}
    assert {row.std for row in result_rows(METHOD, scores, TWO)} == {None}


def test_without_all_datasets_and_seeds_there_is_no_average():
    scores = {"pathmnist": BY_HAND["pathmnist"], "breastmnist": {1: SCORES, 3: SCORES}}
    assert missing_weights(BY_HAND, TWO) == ""
    assert missing_weights(scores, TWO) == "breastmnist (seed 2)"
    assert {row.dataset for row in result_rows(METHOD, scores, TWO)} == {"pathmnist", "breastmnist"}
    assert missing_weights({"pathmnist": {1: SCORES}}, TWO) == "breastmnist (seed 1)"


def test_the_csv_has_the_layout_of_the_reported_results(tmp_path):
    write_csv(tmp_path / "results.csv", result_rows(METHOD, BY_HAND, TWO))
    reported = Path(__file__).parents[2] / "reported" / "thesis2024.csv"
    with (tmp_path / "results.csv").open() as file, reported.open() as other:
        rows = csv.DictReader(file)
        assert rows.fieldnames == csv.DictReader(other).fieldnames
        first = next(rows)
    assert first == {
        "scheme": "end-to-end", "architecture": "vgg16", "weighted_loss": "", "resolution": "28",
        "dataset": "average", "metric": "auc", "mean": "0.765000", "std": "0.085430",
    }  # fmt: skip


def test_the_table_has_a_line_for_each_dataset():
    lines = list(table(list(result_rows(METHOD, BY_HAND, TWO))))
    assert [line.split()[0] for line in lines] == ["dataset", "average", "pathmnist", "breastmnist"]
    assert "0.9300 +- 0.0294" in lines[2]
