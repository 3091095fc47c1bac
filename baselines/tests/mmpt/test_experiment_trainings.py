"""Trainings of the experiments: scores of the test split, and interruptions."""

import csv

import numpy as np
import pytest
import torch

from baselines.mmpt.studies import experiments
from baselines.mmpt.studies.experiment_scores import SCORES_FILE, read_averages
from baselines.mmpt.studies.experiments import carry_out, plan
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.inference import predict_datasets
from baselines.tests.mmpt.small import NAMES, small_config
from baselines.tests.mmpt.study import small_study
from challenge.scoring.metrics.ranked import METRICS


def test_from_trainings_to_scores_of_the_test_split(tmp_path, collection):
    folder, benchmark = collection
    study = small_study(tmp_path, folder, 4, common=small_config(epochs=1))
    planned = plan(study)
    called: list[int] = []
    told: list[str] = []
    carry_out(planned, folder, benchmark=benchmark, after_each=lambda: called.append(1), write=told.append)
    assert len(called) == 2
    assert [line for line in told if line.startswith("Training ")] == [
        "Training 1 of 2: end-to-end test_resnet, 28 px, seed 9930641",
        "Training 2 of 2: mm-PT test_resnet, 28 px, seed 9930641",
    ]
    for run in planned:
        assert run.is_done
        with (run.folder / SCORES_FILE).open(newline="") as file:
            lines = {line["dataset"]: line for line in csv.DictReader(file)}
        assert set(lines) == set(NAMES)
        averages = read_averages([run.folder])
        assert set(averages) == set(METRICS)
        assert averages["auc"].mean == pytest.approx(np.mean([float(line["auc"]) for line in lines.values()]))
    # one of the scores computed independently: the fraction of images whose class has the largest probability
    joint = planned[1]
    checkpoint = checkpoints.load(joint.folder / "best.pt")
    predicted = predict_datasets(checkpoint, tuple(benchmark), folder, torch.device("cpu"), 7)
    (probabilities,) = (values for dataset, values in predicted if dataset.name == "bloodmnist")
    with np.load(folder / "bloodmnist.npz") as arrays:
        correct = probabilities.argmax(axis=1) == arrays["test_labels"][:, 0]
    with (joint.folder / SCORES_FILE).open(newline="") as file:
        accuracy = {line["dataset"]: float(line["accuracy"]) for line in csv.DictReader(file)}
    assert accuracy["bloodmnist"] == pytest.approx(correct.mean())


def test_an_interrupted_training_continues_to_the_same_result(tmp_path, collection, monkeypatch):
    folder, benchmark = collection
    whole, broken = (plan(small_study(tmp_path / name, folder, 1)) for name in ("whole", "broken"))
    carry_out(whole, folder, benchmark=benchmark, write=lambda line: None)

    def stop_after_the_first_epoch(line: str) -> None:
        if line.startswith("epoch 1/2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(broken, folder, benchmark=benchmark, write=stop_after_the_first_epoch)
    assert broken[0].progress() == "begun, epoch 1 is done"
    told: list[str] = []
    carry_out(broken, folder, benchmark=benchmark, write=told.append)
    assert "Continuing after epoch 1." in told
    assert read_averages([broken[0].folder]) == read_averages([whole[0].folder])


def test_a_training_that_was_stopped_before_scoring_is_only_scored(tmp_path, collection, monkeypatch):
    folder, benchmark = collection
    planned = plan(small_study(tmp_path, folder, 1, common=small_config(epochs=1)))
    monkeypatch.setattr(experiments, "score", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        carry_out(planned, folder, benchmark=benchmark, write=lambda line: None)
    monkeypatch.undo()
    told: list[str] = []
    carry_out(planned, folder, benchmark=benchmark, write=told.append)
    assert "Nothing is left to do." in told
    assert planned[0].is_done
