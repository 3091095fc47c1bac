"""Each scheme, from images to a file that the site reads and scores."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from baselines.mmpt.data import splits
from baselines.mmpt.data.splits import DataError
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.inference import load_model
from baselines.mmpt.training.learner import preprocess_for
from baselines.mmpt.training.predict import PredictError, predict
from baselines.mmpt.training.train import train
from baselines.tests.mmpt.small import NAMES, small_config
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.reading.predictions import read_predictions

CPU = torch.device("cpu")
SCHEMES = ("mm-pt", "end-to-end", "linear-probing", "knn")


@pytest.fixture(scope="module")
def run_of(collection, tmp_path_factory):
    """Return the output folder of a scheme's run; each scheme is trained once."""
    folder, benchmark = collection
    outputs = tmp_path_factory.mktemp("schemes")

    def run(scheme: str):
        if not (outputs / scheme).exists():
            train(small_config(scheme=scheme, epochs=1), folder, outputs / scheme, benchmark=benchmark)
        return outputs / scheme

    return run


def labels_of(folder, benchmark) -> dict[str, np.ndarray]:
    return {
        dataset.name: splits.load_split(folder, dataset, 28, "test").labels.astype(np.int64)
        for dataset in benchmark
    }


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_ends_in_a_file_that_the_site_scores(run_of, collection, tmp_path, scheme):
    folder, benchmark = collection
    predict(run_of(scheme), folder, tmp_path / "file.csv.gz", benchmark=benchmark, batch_size=7)
    labels = labels_of(folder, benchmark)
    predictions = read_predictions(tmp_path / "file.csv.gz", benchmark, labels=labels).values
    scores = evaluate(predictions, labels, benchmark)
    assert scores.rows == benchmark.n_rows
    assert 0 <= scores.average.auc <= 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv.gz"]


@pytest.mark.parametrize("scheme", SCHEMES[1:])
def test_single_dataset_schemes_have_a_folder_for_each_dataset(run_of, scheme):
    assert {path.name for path in run_of(scheme).iterdir()} == {
        f"{name}_28_{scheme}_test_resnet_s9930641" for name in NAMES
    }
    for path in run_of(scheme).iterdir():
        assert (path / "best.pt").exists()
        assert (path / "metrics.csv").read_text().count(path.name.partition("_")[0]) == (
            1 if scheme == "knn" else 2
        )


def test_predictions_are_those_of_the_model_with_the_statistics_of_the_dataset(run_of, collection, tmp_path):
    folder, benchmark = collection
    predict(run_of("mm-pt"), folder, tmp_path / "file.csv", benchmark=benchmark)
    found = read_predictions(tmp_path / "file.csv", benchmark).values
    checkpoint = checkpoints.load(run_of("mm-pt") / "best.pt")
    for dataset in benchmark:
        model = load_model(checkpoint, tuple(benchmark))
        model.load_state_dict(
            {f"backbone.{name}": value for name, value in checkpoint.statistics[dataset.name].items()},
            strict=False,
        )
        images = torch.from_numpy(np.array(splits.load_split(folder, dataset, 28, "test").images))
        with torch.no_grad():
            logits = model(preprocess_for(checkpoint.config, model, CPU)(images), dataset.name)
            expected = model.probabilities(logits, dataset).numpy()
        np.testing.assert_allclose(found[dataset.name], expected, atol=2e-6)


def test_linear_probing_changes_the_head_alone(run_of):
    (path,) = run_of("linear-probing").glob("bloodmnist*/best.pt")
    (untouched,) = run_of("knn").glob("bloodmnist*/best.pt")
    trained, at_first = checkpoints.load(path).model_state, checkpoints.load(untouched).model_state
    assert {name for name in trained if name not in at_first} == {
        "heads.bloodmnist.weight", "heads.bloodmnist.bias",
    }  # fmt: skip
    assert all(torch.equal(value, trained[name]) for name, value in at_first.items())  # buffers, too


def test_linear_probing_goes_on_to_the_same_weights(collection, tmp_path):
    folder, benchmark = collection
    config = small_config(scheme="linear-probing", dataset="bloodmnist", scheduler="none")
    train(config, folder, tmp_path / "whole", benchmark=benchmark)
    train(replace(config, epochs=1), folder, tmp_path / "stopped", benchmark=benchmark)
    # without a scheduler, a run of one epoch equals a run of two epochs that was stopped
    (tmp_path / "stopped/config.json").write_bytes((tmp_path / "whole/config.json").read_bytes())
    train(config, folder, tmp_path / "stopped", benchmark=benchmark, resume=True)
    states = [checkpoints.load(tmp_path / name / "last.pt").model_state for name in ("whole", "stopped")]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())


def test_neighbours_find_a_training_image_itself(run_of, collection, tmp_path, monkeypatch):
    folder, benchmark = collection
    # if test images are training images, each has its own class among the votes
    monkeypatch.setattr(
        "baselines.mmpt.training.inference.splits.stream_images",
        lambda folder, dataset, resolution, split, batch_size: iter(
            [
                np.array(splits.load_split(folder, dataset, resolution, "train").images)[
                    : benchmark[dataset.name].n_test
                ]
            ]
            if split == "test"
            else [np.array(splits.load_split(folder, dataset, resolution, "train").images)]
        ),
    )
    predict(run_of("knn"), folder, tmp_path / "file.csv", benchmark=benchmark)
    found = read_predictions(tmp_path / "file.csv", benchmark).values
    for name in ("bloodmnist", "retinamnist"):
        labels = splits.load_split(folder, benchmark[name], 28, "train").labels[: benchmark[name].n_test]
        assert (found[name][np.arange(len(labels)), labels] > 0.09).all()


def test_a_submission_needs_every_dataset_once(collection, tmp_path, run_of):
    folder, benchmark = collection
    one = small_config(scheme="knn", dataset="bloodmnist")
    train(one, folder, tmp_path / "runs/one", benchmark=benchmark)
    with pytest.raises(PredictError, match=r"1 of 4 datasets.*chestmnist, retinamnist, breastmnist"):
        predict(tmp_path / "runs/one", folder, tmp_path / "file.csv", benchmark=benchmark)
    train(replace(one, seed=1), folder, tmp_path / "runs/two", benchmark=benchmark)
    with pytest.raises(PredictError, match="both for bloodmnist"):
        predict(tmp_path / "runs", folder, tmp_path / "file.csv", benchmark=benchmark)
    with pytest.raises(PredictError, match="no run"):
        predict(tmp_path, folder, tmp_path / "file.csv", benchmark=benchmark)


def test_predictions_that_the_site_would_refuse_are_not_made(collection, tmp_path, run_of):
    folder, benchmark = collection
    official = replace(benchmark, datasets=tuple(replace(each, n_test=400) for each in benchmark))
    with pytest.raises(PredictError, match=r"synthetic collection with 45 test images of chestmnist.*400"):
        predict(run_of("mm-pt"), folder, tmp_path / "file.csv", benchmark=official)
    with pytest.raises(PredictError, match="csv"):
        predict(run_of("mm-pt"), folder, tmp_path / "file.txt", benchmark=benchmark)
    with pytest.raises(PredictError, match="no folder"):
        predict(run_of("mm-pt"), folder, tmp_path / "missing/file.csv", benchmark=benchmark)
    with pytest.raises(DataError):
        predict(run_of("mm-pt"), tmp_path, tmp_path / "file.csv", benchmark=benchmark)
    assert list(tmp_path.iterdir()) == []
