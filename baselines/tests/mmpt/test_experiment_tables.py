"""Tables of the experiments, next to those of the thesis."""

import csv
from pathlib import Path

import pytest

from baselines.mmpt.studies.experiment_scores import SCORES_FILE, read_averages
from baselines.mmpt.studies.experiment_tables import write_tables
from baselines.mmpt.studies.experiments import Training, plan
from baselines.mmpt.training.history import HistoryError
from baselines.tests.mmpt.small import small_config
from baselines.tests.mmpt.study import RESNET, VIT, finish, make_study

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
    averages = {metric: average.mean for metric, average in read_averages([run.folder]).items()}
    assert averages == pytest.approx({"balanced_accuracy": 0.5, "cohen_kappa": 0.4, "accuracy": 0.3})
    path.write_text("nonsense\n1\n")
    with pytest.raises(HistoryError, match="cannot be read"):
        read_averages([run.folder])
