"""`plot_features`: the projection of a backbone's features, and the separation of the datasets."""

import csv
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

torch = pytest.importorskip("torch")

from sklearn.decomposition import PCA  # noqa: E402
from sklearn.metrics import silhouette_score  # noqa: E402

from baselines.mmpt.data import synthetic  # noqa: E402
from baselines.mmpt.studies.features import Features, overall, project, silhouettes  # noqa: E402
from baselines.mmpt.training import train  # noqa: E402
from baselines.tests.mmpt.small import small_config  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    synthetic.make_collection(folder, scale=0.0005)
    return folder


@pytest.fixture(scope="module")
def run(data, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("run") / "three"
    config = small_config(epochs=1, only=("pathmnist", "bloodmnist", "tissuemnist"))
    train.train(config, data, output, write=lambda line: None)
    return output


def draw(run: Path, data: Path, output: Path, **options) -> str:
    told = StringIO()
    given = {"split": "val", "images": 10, "device": "cpu", "statistics": "own"} | options
    call_command("plot_features", run, data=data, output=output, stdout=told, **given)
    return told.getvalue()


def test_figures_and_silhouettes_of_the_datasets_of_a_run(run, data, tmp_path, settings):
    settings.CHROMIUM = ""
    told = draw(run, data, tmp_path / "plots")
    assert "PathMNIST" in told
    assert f"2 figures are in {tmp_path / 'plots'}." in told
    with (tmp_path / "plots/csv/features.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Dataset"] for row in rows} == {"PathMNIST", "BloodMNIST", "TissueMNIST"}
    assert len(rows) == 30
    with (tmp_path / "plots/csv/features-separation.csv").open(newline="") as file:
        found = {row["Dataset"]: float(row["Mean silhouette"]) for row in csv.DictReader(file)}
    assert all(-1 <= value <= 1 for value in found.values())
    assert f"{np.mean(list(found.values())):+.3f}" in told


def test_pooled_statistics_keep_the_differences_of_the_datasets(run, data, tmp_path, settings):
    settings.CHROMIUM = ""

    def mean(statistics: str) -> float:
        told = draw(run, data, tmp_path / statistics, statistics=statistics)
        return float(next(line.split()[1] for line in told.splitlines() if line.split()[:1] == ["mean"]))

    assert mean("pooled") > mean("own") + 0.1


def test_the_numbers_are_those_of_scikit_learn():
    generator = np.random.default_rng(0)
    values = np.concatenate([generator.normal(size=(40, 6)) + shift for shift in (0, 3, 6)])
    names = np.repeat(["a", "b", "c"], 40)
    found = silhouettes(Features("title", "val", values, names))
    scaled = (values - values.mean(0)) / values.std(0)
    assert overall(found) == pytest.approx(silhouette_score(scaled, names))
    points, shares = project(values)
    expected = PCA(2).fit(scaled)
    np.testing.assert_allclose(np.abs(points), np.abs(expected.transform(scaled)), atol=1e-8)
    np.testing.assert_allclose(shares, expected.explained_variance_ratio_)


def test_a_constant_feature_changes_nothing():
    values = np.random.default_rng(1).normal(size=(20, 3))
    points, _ = project(np.hstack([values, np.ones((20, 1))]))
    np.testing.assert_allclose(np.abs(points), np.abs(project(values)[0]))


def test_bad_input_is_reported(run, data, tmp_path):
    single = tmp_path / "single"
    config = small_config(epochs=1, scheme="end-to-end", dataset="breastmnist")
    train.train(config, data, single, write=lambda line: None)
    for given, options, message in (
        (single, {}, "trained on one dataset"),
        (tmp_path / "none", {}, "there is no run"),
        (run, {"images": 1}, "images is 1; it must be 2 or more"),
        (run, {"data": tmp_path}, "3 of 3 files are missing"),
    ):
        with pytest.raises(CommandError, match=message):
            draw(given, options.pop("data", data), tmp_path / "plots", **options)
    assert not (tmp_path / "plots").exists()


def test_without_torch_the_command_says_what_to_install(data, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "baselines.mmpt.studies.features", None)
    with pytest.raises(CommandError, match=r"requirements/baselines\.txt"):
        draw(tmp_path, data, tmp_path / "plots")
