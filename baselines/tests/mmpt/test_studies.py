"""The study of BatchNorm's statistics and the benchmark of training, on tiny cases."""

import csv
from dataclasses import replace

import pytest

from benchmarks import batchnorm, training
from benchmarks.batchnorm_figures import Row, by_dataset, loss_curves

#: Tiny networks in place of those of the study.
TINY = {"resnet18": "test_resnet", "test_vit": "test_vit"}


@pytest.fixture(scope="module")
def rows(collection) -> list[Row]:
    folder, benchmark = collection
    found = []
    for name, architecture in TINY.items():
        for seed in (1, 2):
            config = batchnorm.configuration(architecture, seed=seed, epochs=1, batch_size=16, device="cpu")
            found += [replace(row, architecture=name) for row in batchnorm.study(config, folder, benchmark)]
    return found


def test_both_kinds_of_statistics_are_compared_with_the_same_weights(rows):
    assert len(rows) == 2 * 2 * 4 * 3  # architectures, seeds, datasets; training and both kinds of validation
    accuracies = {
        evaluation: [row.loss for row in rows if (row.architecture, row.evaluation) == evaluation]
        for evaluation in ((name, kind) for name in TINY for kind in ("shared", "per-dataset"))
    }
    assert accuracies["test_vit", "shared"] == accuracies["test_vit", "per-dataset"]
    assert accuracies["resnet18", "shared"] != accuracies["resnet18", "per-dataset"]
    assert batchnorm.gap(rows, "test_vit") == 0


def row(seed: int, dataset: str, evaluation: str, accuracy: float) -> Row:
    return Row("resnet18", seed, 1, dataset, evaluation, 1.0, 0.5, accuracy)


def test_the_table_has_means_over_datasets_and_deviations_over_seeds():
    made = [
        *(row(1, "pathmnist", "shared", 0.2), row(1, "octmnist", "shared", 0.4)),
        *(row(2, "pathmnist", "shared", 0.4), row(2, "octmnist", "shared", 0.6)),
        *(row(seed, name, "per-dataset", 0.9) for seed in (1, 2) for name in ("pathmnist", "octmnist")),
    ]
    made += [replace(each, architecture="test_vit") for each in made]
    table = batchnorm.tables(made)
    assert "| ResNet-18 | shared statistics | 0.400 ± 0.100 | 0.500 ± 0.000 | 1.000 ± 0.000 |" in table
    assert "| OCTMNIST | 0.500 ± 0.100 | 0.900 ± 0.000 |" in table
    assert batchnorm.gap(made, "resnet18") == pytest.approx(0.5)
    assert "DOES NOT HOLD  small ViT" in batchnorm.verdict(made)


def test_results_go_into_the_page_between_its_marks(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(batchnorm, "draw", lambda figures, folder: None)
    page = tmp_path / "batchnorm.md"
    page.write_text(
        "# Before\n<!-- results: written by make batchnorm -->\nold\n<!-- end of results -->\nAfter\n"
    )
    batchnorm.write_results(rows, tmp_path)
    text = page.read_text()
    assert text.startswith("# Before\n")
    assert text.endswith("After\n")
    assert "old" not in text
    assert "| BloodMNIST |" in text
    with (tmp_path / "batchnorm.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(rows)


def test_figures_are_valid_for_plotly(rows):
    graph_objects = pytest.importorskip("plotly.graph_objects")
    for figure in (loss_curves(rows, batchnorm.ARCHITECTURES), by_dataset(rows, "resnet18")):
        graph_objects.Figure(figure.data, figure.layout)
    assert by_dataset(rows, "resnet18").rows[0][0] == "ChestMNIST"


def test_the_benchmark_of_training_measures_all_its_loops(monkeypatch, capsys):
    monkeypatch.setattr(training, "STEPS_ON_CPU", {28: 2})
    monkeypatch.setattr(training, "ROUNDS", 1)
    case = training.make_case(28, training.choose_device("cpu"), "fp32", compiled=False)
    verdicts = training.report("28 px", case, workers=0)
    lines = capsys.readouterr().out
    assert all(f"28 px, {loop} " in lines for loop in ("epoch", "replay", "plain", "batches"))
    assert [verdict.split("28 px: ")[1].split(" ")[0] for verdict in verdicts] == ["epoch", "batches"]
