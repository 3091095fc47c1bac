"""Effect of BatchNorm's statistics on mm-PT: the same weights with shared and with per-dataset statistics.

    python -m benchmarks.batchnorm

The study makes a small synthetic collection of all 12 datasets and trains mm-PT on it from scratch, with three seeds.
It trains a ResNet-18 and, as a control, a small vision transformer, which has no BatchNorm. After each epoch it
evaluates the validation splits twice: with the running statistics, as the thesis did, and with the statistics of each
dataset. All numbers go to `batchnorm.csv`, the tables into `batchnorm.md` between its marks, and the figures to `img/`.
"""

import argparse
import csv
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, fields
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from baselines.mmpt.data import synthetic
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import choose_device, make_repeatable
from baselines.mmpt.training.epoch import estimate, train_epoch, validate
from baselines.mmpt.training.evaluate import Result
from baselines.mmpt.training.learner import build_model, make_learner
from baselines.mmpt.training.log import Progress, duration
from baselines.mmpt.training.run import Run, epoch_batches, set_learning_rate
from baselines.mmpt.training.sources import load_sources
from benchmarks.batchnorm_figures import EVALUATIONS, Row, by_dataset, loss_curves, over_datasets, select
from challenge.figures.figure import Figure
from challenge.figures.files import render
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

SEEDS = (9930641, 115149041, 252139603)
#: Architectures and their names in texts. The test model of timm is a ViT of 6 blocks with 64 features.
ARCHITECTURES = {"resnet18": "ResNet-18", "test_vit": "small ViT"}
#: Share of the official numbers of images, and minimum number of images of a split.
SCALE, AT_LEAST = 0.02, 128
EPOCHS = 4
LEARNING_RATE = 1e-3

#: Expected gap in balanced accuracy of a network with BatchNorm.
TARGET = 0.2
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOCS = Path(__file__).resolve().parents[1] / "docs"
_SHOWN = ("balanced_accuracy", "auc", "loss")
_BEGIN, _END = "<!-- results: written by make batchnorm -->\n", "<!-- end of results -->\n"


def main() -> None:
    """Run the whole study."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=DOCS, help="output folder (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--device", default="auto", help="default: a GPU if there is one")
    arguments = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        synthetic.make_collection(Path(folder), scale=SCALE, at_least=AT_LEAST)
        configs = [
            configuration(architecture, seed=seed, epochs=arguments.epochs, device=arguments.device)
            for architecture in ARCHITECTURES
            for seed in arguments.seeds
        ]
        rows = all_studies(configs, Path(folder))
    write_results(rows, arguments.output)
    print(
        "\n".join(["", tables(rows), verdict(rows), f"The study took {duration(time.monotonic() - start)}."])
    )


def configuration(architecture: str, **changes: Any) -> TrainingConfig:
    """Return the published protocol, reduced so that a CPU suffices."""
    values = {"resolution": 28, "input_size": 32, "learning_rate": LEARNING_RATE, "epochs": EPOCHS}
    return TrainingConfig(
        scheme="mm-pt", architecture=architecture, batch_norm="shared", pretrained=False, **(values | changes)
    )


def all_studies(configs: Sequence[TrainingConfig], folder: Path) -> list[Row]:
    """Run the studies one after the other on a GPU, or in parallel on a CPU with one thread each."""
    on_gpu = choose_device(configs[0].device).type == "cuda"
    n_processes = 1 if on_gpu else min(len(configs), os.cpu_count() or 1)
    with ProcessPoolExecutor(n_processes, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        return [row for rows in pool.map(study, configs, repeat(folder)) for row in rows]


def study(config: TrainingConfig, folder: Path, benchmark: Benchmark = MEDMNIST_PLUS) -> list[Row]:
    """Train one model, and evaluate it with both kinds of statistics after each epoch."""
    run = prepare(config, folder, benchmark)
    rows: list[Row] = []
    for epoch in range(1, config.epochs + 1):
        run.epoch = epoch
        set_learning_rate(run)
        batches = epoch_batches(run)
        progress = Progress(lambda line: None, epoch, config.epochs, len(batches))
        results = {"train": train_epoch(run.learner, run.train_sources, batches, progress)}
        results["shared"] = validate(run.learner, run.val_sources, None, config.batch_size)
        results["per-dataset"] = evaluate_per_dataset(run)
        rows += _rows(config, epoch, results)
        print(f"{config.architecture}, seed {config.seed}, {_epoch_line(rows, epoch)}", flush=True)
    return rows


def prepare(config: TrainingConfig, folder: Path, benchmark: Benchmark) -> Run:
    """Make model, data and optimizers, as `train_baseline` does."""
    device = choose_device(config.device)
    make_repeatable(config.seed, deterministic=config.deterministic)
    model = build_model(config, config.datasets(benchmark)).to(device)
    train_sources, val_sources = load_sources(config, folder, model, benchmark, device)
    learner = make_learner(config, model, train_sources)
    generator = np.random.default_rng(config.seed)
    return Run(config, device, learner, train_sources, val_sources, generator, takes_lone_images=False)


def evaluate_per_dataset(run: Run) -> dict[str, Result]:
    """Validate with each dataset's own statistics."""
    found = estimate(run.learner, run.train_sources, run.config.batch_size, run.config.seed)
    return validate(run.learner, run.val_sources, found, run.config.batch_size)


def _rows(config: TrainingConfig, epoch: int, results: dict[str, dict[str, Result]]) -> Iterator[Row]:
    for evaluation, by_name in results.items():
        for name, found in by_name.items():
            values = (found.loss, found.auc, found.balanced_accuracy)
            yield Row(config.architecture, config.seed, epoch, name, evaluation, *values)


def _epoch_line(rows: Sequence[Row], epoch: int) -> str:
    parts = []
    for evaluation, title in EVALUATIONS.items():
        loss, accuracy = (
            over_datasets(select(rows, epoch=epoch, evaluation=evaluation), what)
            for what in ("loss", "balanced_accuracy")
        )
        parts.append(f"{title}: loss {loss[0]:.3f}, balanced accuracy {accuracy[0]:.3f}")
    return f"epoch {epoch}: {'; '.join(parts)}"


def gap(rows: Sequence[Row], architecture: str) -> float:
    """Return the gain in balanced accuracy from statistics per dataset, after the last epoch."""
    at_end = select(rows, architecture=architecture, epoch=max(row.epoch for row in rows))
    shared, own = (
        over_datasets(select(at_end, evaluation=evaluation), "balanced_accuracy")
        for evaluation in ("shared", "per-dataset")
    )
    return statistics.fmean(own) - statistics.fmean(shared)


def verdict(rows: Sequence[Row]) -> str:
    """Return one line for each architecture that says if the expectation holds."""
    lines = []
    for architecture, title in ARCHITECTURES.items():
        found = gap(rows, architecture)
        held, target = (
            (found >= TARGET, f"at least {TARGET}") if architecture == "resnet18" else (found == 0, "none")
        )
        lines.append(
            f"{'holds' if held else 'DOES NOT HOLD':14} {title}: statistics per dataset give "
            f"{found:+.3f} balanced accuracy (expected: {target})"
        )
    return "\n".join(lines)


def write_results(rows: Sequence[Row], output: Path) -> None:
    """Write the CSV, the figures, and the tables of the page."""
    (output / "img").mkdir(parents=True, exist_ok=True)
    with (output / "batchnorm.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows([_cell(value) for value in astuple(row)] for row in rows)
    page = output / "batchnorm.md"
    text = page.read_text() if page.exists() else _BEGIN + _END
    before, _, rest = text.partition(_BEGIN)
    page.write_text(f"{before}{_BEGIN}\n{tables(rows)}\n{_END}{rest.partition(_END)[2]}")
    draw([loss_curves(rows, ARCHITECTURES), by_dataset(rows, "resnet18")], output / "img")


def _cell(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value


def draw(figures: Sequence[Figure], folder: Path) -> None:
    """Write the figures as PNG if Chromium is installed."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        print("No figures: Chromium is not installed (Debian: apt install chromium).")
        return
    for name, content in render(figures, chromium, seconds=300):
        if name.endswith(".png"):
            (folder / Path(name).name).write_bytes(content)


def tables(rows: Sequence[Row]) -> str:
    """Return the results after the last epoch as Markdown tables: means, and each dataset."""
    epoch = max(row.epoch for row in rows)
    lines = [
        f"After {epoch} epochs; mean ± deviation over {len({row.seed for row in rows})} seeds.",
        "",
        "| model | validation with | balanced accuracy | AUC | loss |",
        "| --- | --- | --- | --- | --- |",
    ]
    for architecture, title in ARCHITECTURES.items():
        for evaluation in ("shared", "per-dataset"):
            found = select(rows, architecture=architecture, epoch=epoch, evaluation=evaluation)
            cells = [mean_and_deviation(over_datasets(found, what)) for what in _SHOWN]
            lines.append(f"| {title} | {EVALUATIONS[evaluation]} | {' | '.join(cells)} |")
    lines += ["", "Balanced accuracy of ResNet-18 on each dataset:", ""]
    lines += ["| dataset | shared statistics | statistics per dataset |", "| --- | --- | --- |"]
    for dataset in dict.fromkeys(row.dataset for row in rows):
        found = select(rows, architecture="resnet18", epoch=epoch, dataset=dataset)
        cells = [
            mean_and_deviation([row.balanced_accuracy for row in select(found, evaluation=evaluation)])
            for evaluation in ("shared", "per-dataset")
        ]
        lines.append(f"| {MEDMNIST_PLUS[dataset].title} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def mean_and_deviation(values: Sequence[float]) -> str:
    """Return a table cell, with the population standard deviation as in the published tables."""
    return f"{statistics.fmean(values):.3f} ± {statistics.pstdev(values):.3f}"


if __name__ == "__main__":
    main()
