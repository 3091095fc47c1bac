"""Studies of a few trainings, and trainings that are done."""

import csv
from dataclasses import replace
from pathlib import Path

from baselines.mmpt.studies.experiment_scores import SCORES_FILE
from baselines.mmpt.studies.experiments import Study
from baselines.tests.mmpt.small import small_config
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


def small_study(output: Path, data: Path, *numbers: int, **changes) -> Study:
    return make_study(
        output, *numbers, data=data, architectures=("test_resnet",), resolutions=(28,), **changes
    )
