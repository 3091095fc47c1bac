"""The experiments: their trainings, continuation after an interruption, and tables."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from baselines.mmpt.data.splits import DataError, load_split, take_share
from baselines.mmpt.model.architectures import ArchitectureError, create_backbone
from baselines.mmpt.studies import experiments
from baselines.mmpt.studies.experiment_tables import write_tables
from baselines.mmpt.studies.experiments import (
    SCORES_FILE,
    Study,
    Training,
    carry_out,
    check,
    comparisons,
    plan,
)
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import train
from baselines.mmpt.training.config import ConfigError
from baselines.mmpt.training.history import HistoryError
from baselines.mmpt.training.inference import predict_datasets
from baselines.tests.mmpt.histories import ROWS, make_run
from baselines.tests.mmpt.small import NAMES, small_config
from challenge.scoring.metrics.ranked import METRICS

RESNET, VIT = "resnet18", "vit_base_patch16_224"


def make_study(output: Path, *numbers: int, data: Path | None = None, **changes) -> Study:
    return replace(
        Study(numbers, small_config(), (RESNET, VIT), (28, 64), data or output / "data", output), **changes
    )


def finish(run, **averages: float) -> None:
    """Mark a training as done, with the same values on two datasets around each average."""
    run.folder.mkdir(parents=True)
    with (run.folder / SCORES_FILE).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("dataset", *METRICS))
        for name, offset in (("pathmnist", -0.05), ("breastmnist", 0.05)):
            writer.writerow((name, *(averages.get(m, 0.5) + offset for m in METRICS)))


# --- Plans ------------------------------------------------------------------------------------------


def ways(tmp_path: Path, *numbers: int) -> set[tuple[str, bool]]:
    planned = plan(make_study(tmp_path, *numbers))
    assert {(run.training.architecture, run.training.resolution) for run in planned} == {
        (name, resolution) for name in (RESNET, VIT) for resolution in (28, 64)
    }
    return {(run.training.scheme, run.training.weighted_loss) for run in planned}


def test_trainings_of_each_experiment(tmp_path):
    plain, weighted, single = ("mm-pt", False), ("mm-pt", True), ("end-to-end", False)
    assert ways(tmp_path, 1) == {plain}
    assert ways(tmp_path, 2) == {plain, weighted}
    assert ways(tmp_path, 3) == {plain, weighted}
    assert ways(tmp_path, 4) == {plain, single}


def test_a_training_that_several_experiments_need_is_planned_once(tmp_path):
    planned = plan(make_study(tmp_path, 1, 2, 3, 4))
    assert len(planned) == 3 * 2 * 2  # ways, architectures, resolutions
    assert len({run.folder for run in planned}) == len(planned)
    needed = {run.training: run.experiments for run in planned}
    assert needed[Training("mm-pt", RESNET, False, 28)] == (1, 2, 3, 4)
    assert needed[Training("mm-pt", VIT, True, 64)] == (2, 3)
    assert needed[Training("end-to-end", VIT, False, 28)] == (4,)
    assert {run.folder for run in plan(make_study(tmp_path, 3))} < {run.folder for run in planned}


def test_the_configuration_of_a_training_combines_common_and_own_settings(tmp_path):
    common = small_config(epochs=7, training_share=0.5)
    for run in plan(make_study(tmp_path, 3, 4, common=common)):
        asked = run.training
        assert run.config == replace(
            common,
            scheme=asked.scheme,
            architecture=asked.architecture,
            weighted_loss=asked.weighted_loss,
            resolution=asked.resolution,
        )


def test_the_folder_depends_on_configuration_and_collection_but_not_on_the_device(tmp_path, collection):
    folder, _ = collection
    asked = make_study(tmp_path, 1)

    def name(study: Study) -> str:
        return plan(study)[0].folder.name

    assert name(asked).startswith("mm-pt_resnet18_28_")
    others = [
        replace(asked, common=small_config(epochs=3)),
        replace(asked, common=small_config(training_share=0.5)),
        replace(asked, common=small_config(batch_norm="shared")),
        replace(asked, data=folder),
    ]
    assert len({name(asked), *map(name, others)}) == 5
    assert "synthetic" in name(others[-1])
    assert name(replace(asked, common=small_config(device="cuda", images_on="host"))) == name(asked)


def test_comparisons_of_each_experiment():
    asked = ([RESNET, VIT], [28, 64, 128])
    plain = {
        (name, resolution): Training("mm-pt", name, False, resolution)
        for name in asked[0]
        for resolution in asked[1]
    }
    assert list(comparisons(1, *asked)) == [(plain[RESNET, r], plain[VIT, r]) for r in asked[1]]
    steps = list(comparisons(2, *asked))
    assert len(steps) == 2 * 2 * 2
    assert (plain[VIT, 64], plain[VIT, 128]) in steps
    assert all(replace(low, resolution=high.resolution) == high for low, high in steps)
    assert list(comparisons(3, *asked)) == [(one, replace(one, weighted_loss=True)) for one in plain.values()]
    assert list(comparisons(4, *asked)) == [
        (replace(one, scheme="end-to-end"), one) for one in plain.values()
    ]


def test_progress_of_trainings_that_are_not_begun_begun_and_done(tmp_path):
    planned = {run.training.scheme: run for run in plan(make_study(tmp_path, 4))}
    joint, single = planned["mm-pt"], planned["end-to-end"]
    assert joint.progress() == single.progress() == "to do"
    make_run(joint.folder, ROWS)
    make_run(single.folder / "breast", ROWS[:2], scheme="end-to-end", dataset="breastmnist")
    make_run(single.folder / "next", scheme="end-to-end", dataset="pathmnist")
    assert joint.progress() == "begun, epoch 2 is done"
    assert single.progress() == "begun, 1 of 12 datasets"
    (joint.folder / SCORES_FILE).touch()
    assert joint.progress() == "done"


# --- Before anything starts -------------------------------------------------------------------------


def test_impossible_trainings_are_reported_before_anything_starts(tmp_path, collection):
    folder, benchmark = collection
    study = make_study(tmp_path, 1, data=folder, architectures=("test_resnet",), resolutions=(28,))
    check(plan(study), folder, benchmark)
    with pytest.raises(DataError, match=r"bloodmnist_64\.npz"):
        check(
            plan(replace(study, resolutions=(28, 64), common=small_config(input_size=64))), folder, benchmark
        )
    with pytest.raises(ArchitectureError, match="no architecture 'test_rasnet'"):
        check(plan(replace(study, architectures=("test_rasnet",))), folder, benchmark)
    with pytest.raises(ConfigError, match="training_share"):
        check(plan(replace(study, common=small_config(training_share=0))), folder, benchmark)


def weights_in(folder: Path, **names: str) -> Path:
    """Write random weights of architectures, each under a name."""
    folder.mkdir(exist_ok=True)
    for name, architecture in names.items():
        network = create_backbone(architecture, pretrained=False, input_size=32).network
        torch.save(network.state_dict(), folder / f"{name}.pth")
    return folder


def test_each_architecture_starts_from_its_file(tmp_path, collection):
    folder, benchmark = collection
    weights = weights_in(tmp_path / "weights", test_resnet="test_resnet", test_vit="test_vit")
    common = small_config(weights=weights)
    study = make_study(
        tmp_path, 3, data=folder, common=common, architectures=("test_resnet", "test_vit"), resolutions=(28,)
    )
    planned = plan(study)
    assert {(run.training.architecture, run.config.weights) for run in planned} == {
        ("test_resnet", weights / "test_resnet.pth"),
        ("test_vit", weights / "test_vit.pth"),
    }
    check(planned, folder, benchmark)
    others = plan(replace(study, common=small_config()))
    assert not {run.folder for run in planned} & {run.folder for run in others}
    # for one architecture, the file itself
    file = weights / "test_resnet.pth"
    (alone, _) = plan(replace(study, common=small_config(weights=file), architectures=("test_resnet",)))
    assert alone.config.weights == file


def test_a_training_starts_from_the_given_weights(tmp_path, collection):
    folder, benchmark = collection
    weights = weights_in(tmp_path / "weights", test_resnet="test_resnet")
    common = small_config(epochs=1, weights=weights, learning_rate=1e-30, weight_decay=0.0)
    (run,) = plan(small_study(tmp_path, folder, 1, common=common))
    carry_out([run], folder, benchmark=benchmark, write=lambda line: None)
    trained = checkpoints.load(run.folder / "best.pt").model_state
    given = torch.load(weights / "test_resnet.pth", weights_only=True)
    learned = [name for name in given if name.endswith(".weight")]
    assert len(learned) > 10
    for name in learned:  # with a learning rate near 0, training does not change them
        torch.testing.assert_close(trained[f"backbone.network.{name}"], given[name], atol=1e-20, rtol=0)


def test_missing_or_unfitting_weights_are_reported_before_anything_starts(tmp_path, collection):
    folder, benchmark = collection
    weights = weights_in(tmp_path / "weights", resnet18="test_resnet")
    study = make_study(tmp_path, 1, data=folder, common=small_config(weights=weights), resolutions=(28,))
    with pytest.raises(
        ConfigError, match=r"no weights of vit_base_patch16_224: vit_base_patch16_224\.safetensors or"
    ):
        plan(study)
    with pytest.raises(ConfigError, match="is not a folder: for several architectures"):
        plan(replace(study, common=small_config(weights=weights / "resnet18.pth")))
    one = replace(study, architectures=("resnet18",))
    with pytest.raises(ArchitectureError, match=r"resnet18\.pth: these are not weights of ResNet"):
        check(plan(one), folder, benchmark)
    with pytest.raises(ArchitectureError, match="no such file of weights"):
        check(plan(replace(one, common=small_config(weights=weights / "typo.pth"))), folder, benchmark)
    (weights / "resnet18.safetensors").touch()
    with pytest.raises(ConfigError, match=r"holds resnet18\.safetensors and resnet18\.pth"):
        plan(one)


def test_finished_trainings_need_no_data(tmp_path):
    planned = plan(make_study(tmp_path, 1))
    for run in planned:
        finish(run)
    check(planned, tmp_path / "nowhere")
    told: list[str] = []
    carry_out(planned, tmp_path / "nowhere", write=told.append)
    assert told == []


# --- Trainings --------------------------------------------------------------------------------------


def small_study(output: Path, data: Path, *numbers: int, **changes) -> Study:
    return make_study(
        output, *numbers, data=data, architectures=("test_resnet",), resolutions=(28,), **changes
    )


def test_from_trainings_to_scores_of_the_test_split(tmp_path, collection):
    folder, benchmark = collection
    study = small_study(tmp_path, folder, 4, common=small_config(epochs=1))
    planned = plan(study)
    called: list[int] = []
    told: list[str] = []
    carry_out(planned, folder, benchmark=benchmark, after_each=lambda: called.append(1), write=told.append)
    assert len(called) == 2
    assert [line for line in told if line.startswith("Training ")] == [
        "Training 1 of 2: end-to-end test_resnet, 28 px",
        "Training 2 of 2: mm-PT test_resnet, 28 px",
    ]
    for run in planned:
        assert run.is_done
        with (run.folder / SCORES_FILE).open(newline="") as file:
            lines = {line["dataset"]: line for line in csv.DictReader(file)}
        assert set(lines) == set(NAMES)
        averages = experiments.read_averages(run)
        assert set(averages) == set(METRICS)
        assert averages["auc"] == pytest.approx(np.mean([float(line["auc"]) for line in lines.values()]))
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
    assert experiments.read_averages(broken[0]) == experiments.read_averages(whole[0])


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


def test_a_share_of_the_training_images_is_the_same_each_time_and_the_checkpoint_names_it(
    tmp_path, collection
):
    folder, benchmark = collection
    whole = load_split(folder, benchmark["chestmnist"], 28, "train")
    one, again = (take_share(whole, 0.25) for _ in range(2))
    assert len(one) == len(one.labels) == round(len(whole) / 4)
    np.testing.assert_array_equal(one.images, again.images)
    places = [int(np.flatnonzero((whole.images == image).all(axis=(1, 2)))[0]) for image in one.images]
    assert places == sorted(set(places))
    np.testing.assert_array_equal(one.labels, whole.labels[places])
    assert len(take_share(whole, 0.001)) == 2

    config = small_config(epochs=1, training_share=0.25)
    train.train(config, folder, tmp_path / "run", benchmark=benchmark, write=lambda line: None)
    assert checkpoints.load_config(tmp_path / "run/best.pt").training_share == 0.25
    with (tmp_path / "run/metrics.csv").open(newline="") as file:
        batches = {(row["dataset"], row["split"]): int(row["batches"]) for row in csv.DictReader(file)}
    assert batches["chestmnist", "train"] == -(-len(one) // config.batch_size)


# --- Tables -----------------------------------------------------------------------------------------

THESIS = {
    Training("mm-pt", RESNET, False, 28): {"auc": 0.7774, "balanced_accuracy": 0.3617, "cohen_kappa": 0.1870},
    Training("mm-pt", VIT, False, 28): {"auc": 0.8986, "balanced_accuracy": 0.6510, "cohen_kappa": 0.5653},
}


def read(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(newline="") as file:
        return {(line["what"], line["metric"]): line for line in csv.DictReader(file)}


def test_a_table_beside_the_thesis_with_the_differences(tmp_path):
    study = make_study(tmp_path, 1, resolutions=(28,))
    resnet, vit = plan(study)
    finish(resnet, auc=0.85, balanced_accuracy=0.6, cohen_kappa=0.5)
    finish(vit, auc=0.90, balanced_accuracy=0.7, cohen_kappa=0.6)
    (path,) = write_tables(study, THESIS)
    assert path == tmp_path / "experiment-1.md"
    line = read(tmp_path / "experiment-1.csv")["mm-PT ResNet-18, 28 px", "auc"]
    assert (line["here"], line["thesis"], line["difference"]) == ("0.850000", "0.777400", "0.072600")
    assert line["training_share"] == "1.0"
    what = "mm-PT ViT-B/16, 28 px - mm-PT ResNet-18, 28 px"
    line = read(tmp_path / "experiment-1-comparisons.csv")[what, "balanced_accuracy"]
    # 0.7 - 0.6; 0.6510 - 0.3617; and their difference
    assert (line["here"], line["thesis"], line["difference"]) == ("0.100000", "0.289300", "-0.189300")
    text = path.read_text()
    assert text.startswith("# Experiment 1: CNNs against ViTs\n")
    assert (
        "| mm-PT ResNet-18, 28 px | 0.8500 | 0.7774 | +0.0726 | 0.6000 | 0.3617 | +0.2383 | 0.5000 | 0.1870 | +0.3130 |"
        in text
    )
    assert f"| {what} | +0.0500 | +0.1212 | -0.0712 |" in text
    assert "Trainings done: 2 of 2" in text
    assert "from scratch" in text
    assert "BatchNorm has statistics for each dataset" in text
    assert "trial" not in text
    assert "synthetic" not in text


def test_values_that_are_not_trained_or_not_printed_are_blank(tmp_path):
    study = make_study(tmp_path, 3)
    finish(plan(study)[0], auc=0.85)
    (path,) = write_tables(study, THESIS)
    assert "Trainings done: 1 of 8" in path.read_text()
    assert "| mm-PT ViT-B/16, 28 px | – | 0.8986 | – |" in path.read_text()
    lines = read(tmp_path / "experiment-3.csv")
    assert lines["mm-PT ResNet-18, weighted loss, 64 px", "auc"]["here"] == ""
    assert lines["mm-PT ResNet-18, weighted loss, 64 px", "auc"]["thesis"] == ""


def test_tables_name_a_trial_and_synthetic_images(tmp_path, collection):
    folder, _ = collection
    common = small_config(training_share=0.125, pretrained=True, batch_norm="shared")
    (path,) = write_tables(make_study(tmp_path, 1, data=folder, common=common), THESIS)
    text = path.read_text()
    assert "A trial with 12.5 % of the training images" in text
    assert "The images are synthetic" in text
    assert "from scratch" not in text
    assert "BatchNorm" not in text
    assert {line["training_share"] for line in read(tmp_path / "experiment-1.csv").values()} == {"0.125"}


def test_a_metric_that_is_missing_for_a_dataset_has_no_average(tmp_path):
    run = plan(make_study(tmp_path, 1))[0]
    finish(run)
    path = run.folder / SCORES_FILE
    path.write_text("dataset,auc,balanced_accuracy,cohen_kappa,accuracy\na,0.5,0.4,0.3,0.2\nb,,0.6,0.5,0.4\n")
    averages = experiments.read_averages(run)
    assert averages == pytest.approx({"balanced_accuracy": 0.5, "cohen_kappa": 0.4, "accuracy": 0.3})
    path.write_text("nonsense\n1\n")
    with pytest.raises(HistoryError, match="cannot be read"):
        experiments.read_averages(run)
