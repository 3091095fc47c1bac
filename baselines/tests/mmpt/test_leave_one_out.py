"""Experiment 5: a dataset is left out of pre-training, and fine-tuning on it is compared with other starts."""

import csv
from dataclasses import replace
from pathlib import Path
from statistics import fmean, pstdev

import pytest
import torch

from baselines.mmpt.model.architectures import create_backbone
from baselines.mmpt.studies import leave_one_out, leave_one_out_figures, leave_one_out_tables
from baselines.mmpt.studies.experiment_scores import read_scores
from baselines.mmpt.studies.experiments import ERRORS
from baselines.mmpt.studies.leave_one_out import LeaveOneOut, carry_out, check, plan
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.tests.mmpt.small import small_config
from challenge.scoring.benchmark import Benchmark


@pytest.fixture(scope="module")
def two(collection) -> Benchmark:
    _, benchmark = collection
    return replace(benchmark, datasets=(benchmark["breastmnist"], benchmark["bloodmnist"]))


def make_study(data: Path, output: Path, **changes) -> LeaveOneOut:
    common = small_config(epochs=1)
    return replace(
        LeaveOneOut(common, common, ("test_resnet",), (28,), (2, None), (1, 2), data, output), **changes
    )


@pytest.fixture(scope="module")
def done(collection, two, tmp_path_factory) -> LeaveOneOut:
    """A study with all starts that is done."""
    folder, _ = collection
    output = tmp_path_factory.mktemp("study")
    weights = output / "test_resnet.pth"
    torch.save(create_backbone("test_resnet", pretrained=False).network.state_dict(), weights)
    common = small_config(epochs=1, weights=weights)
    study = make_study(folder, output / "out", pretraining=common)
    planned = plan(study, two)
    check(planned, folder, two)
    carry_out(planned, folder, benchmark=two, write=lambda line: None)
    return study


def test_each_dataset_is_left_out_and_fine_tuned_from_every_start(done, two):
    planned = plan(done, two)
    assert len(planned) == 2 * 2 * 2 * 3  # seeds, datasets, shots, starts
    assert all(one.is_done for one in planned)
    for one in planned:
        config = checkpoints.load_config(one.folder / "best.pt")
        assert (config.scheme, config.dataset) == ("end-to-end", one.dataset)
        if one.start == "mm-pt":
            assert config.from_run is not None
            source = checkpoints.load(config.from_run / "best.pt")
            (other,) = {"breastmnist", "bloodmnist"} - {one.dataset}
            assert source.heads() == [other]
            assert source.config.seed == config.seed
        else:
            assert config.from_run is None
        assert (config.weights is not None) == (one.start == "published")


def test_tables_and_figures_have_the_means_and_deviations_over_the_seeds(done, two):
    planned = plan(done, two)
    path = leave_one_out_tables.write_tables(done, planned)
    with path.with_suffix(".csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 2 * 2 * 3 * 4  # datasets, shots, starts, metrics
    chosen = [
        one for one in planned if (one.dataset, one.start, one.config.shots) == ("bloodmnist", "mm-pt", 2)
    ]
    values = [read_scores(one.folder)["bloodmnist"]["auc"] for one in chosen]
    (line,) = (
        line
        for line in lines
        if (line["dataset"], line["start"], line["shots"], line["metric"])
        == ("bloodmnist", "mm-pt", "2", "auc")
    )
    assert float(line["mean"]) == pytest.approx(fmean(values), abs=1e-6)
    assert float(line["std"]) == pytest.approx(pstdev(values), abs=1e-6)
    assert line["n_seeds"] == "2"
    text = path.read_text()
    assert "Fine-tunings done: 24 of 24, with seeds 1, 2" in text
    assert "Pre-training by mm-PT starts from the published weights, too." in text
    assert "| BloodMNIST | 0." in text
    assert text.count("| test_resnet, 28 px, all images | from") == 3
    drawn = leave_one_out_figures.figures(leave_one_out_tables.read_results(planned))
    assert [figure.name for figure in drawn] == [
        "few-shot-test-resnet-28", "left-out-test-resnet-28-2", "left-out-test-resnet-28-all",
    ]  # fmt: skip
    curve = drawn[0]
    assert [row[:2] for row in curve.rows[:2]] == [
        ["from scratch", "2 shots"],
        ["from scratch", "all images"],
    ]


def test_what_is_done_is_not_done_again(done, two, collection):
    folder, _ = collection
    told: list[str] = []
    carry_out(plan(done, two), folder, benchmark=two, write=told.append)
    assert told == []
    (one, *_) = plan(done, two)
    (one.folder / "test.csv").unlink()
    assert one.progress() == "begun, epoch 1 is done"
    carry_out(plan(done, two), folder, benchmark=two, write=told.append)
    assert told[0].startswith("Fine-tuning 1 of 1: breastmnist, test_resnet, 28 px, 2 shots, from scratch")
    assert one.is_done


def test_without_published_weights_two_starts_are_compared(collection, two, tmp_path):
    folder, _ = collection
    study = make_study(folder, tmp_path)
    assert {one.start for one in plan(study, two)} == {"scratch", "mm-pt"}
    assert "starts from scratch" in " ".join(leave_one_out_tables.conditions(study, plan(study, two)))
    assert leave_one_out_tables.write_tables(study, plan(study, two)).exists()  # before anything is done


def test_tables_of_an_unfinished_study_compare_only_datasets_with_all_starts(done, two):
    planned = plan(done, two)
    half = [one for one in planned if one.dataset == "bloodmnist" or one.start == "scratch"]
    scores = leave_one_out_tables.read_results(half)
    (setting, _) = leave_one_out_tables.settings_of(scores)
    assert list(leave_one_out_tables.complete(scores, setting, "auc")) == ["bloodmnist"]


def test_impossible_trainings_are_reported_before_anything_starts(collection, two, tmp_path):
    folder, _ = collection
    for changes, message in (
        ({"architectures": ("resnet_18",)}, "no architecture 'resnet_18'"),
        ({"resolutions": (64,), "fine_tuning": small_config()}, "never made smaller"),
        ({"shots": (0,)}, "shots is 0"),
    ):
        with pytest.raises(ERRORS, match=message):
            check(plan(make_study(folder, tmp_path, **changes), two), folder, two)
    assert not (tmp_path / "runs").exists()


def test_settings_of_the_protocol_follow_the_scheme(collection, two, tmp_path):
    folder, _ = collection
    common = small_config(protocol="doerrich", select_by="datasets")
    study = make_study(
        folder, tmp_path, pretraining=common, fine_tuning=common, chosen=("select_by", "epochs")
    )
    for one in plan(study, two):
        assert (one.config.patience, one.config.select_by, one.config.batch_norm) == (5, "batches", "shared")
        assert one.source is None or one.source.select_by == "datasets"


def test_shots_are_named_in_words():
    assert leave_one_out.shots_title(1) == "1 shot"
    assert leave_one_out.shots_title(10) == "10 shots"
    assert leave_one_out.shots_title(None) == "all images"
