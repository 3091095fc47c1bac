"""Cost of scoring one submission, compared with a simple pipeline with pandas and scikit-learn.

    python -m benchmarks.scoring

The benchmark makes a complete case in a temporary folder and measures each reader and layout in its own process. CPU
time includes all threads, from the file to the metrics; it is the median of several runs after one warm-up run. The
CSV files are not compressed: gunzip would add the same time for both readers. Peak memory includes the whole process
with its imports. The curves of figures are measured separately, from predictions in memory.
"""

import argparse
import ast
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scoring_cases import FILES, make_case, make_hostile_file
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.metrics.curves import N_BINS, curves
from challenge.scoring.metrics.evaluator import evaluate
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.reading.predictions import PredictionsError, read_predictions

#: Targets: CPU milliseconds from file to metrics, peak MB of a process, and CPU milliseconds of curves.
TARGETS = {"canonical": 100, "thesis": 200, "evaluator": 250}
TARGET_MEMORY = 300
TARGET_CURVES = 150

RUNS = {"ours": 15, "reference": 3}

Metrics = dict[str, dict[str, float]]


def main() -> None:
    """Measure everything, or run the single step of a child process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--make", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--make-hostile", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=3, metavar=("READER", "LAYOUT", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--measure-curves", nargs=2, metavar=("MAKER", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        make_case(arguments.make)
        return
    if arguments.make_hostile:
        make_hostile_file(arguments.make_hostile)
        return
    if arguments.measure:
        reader, layout, folder = arguments.measure
        print(json.dumps(measure(reader, layout, Path(folder))))
        return
    if arguments.measure_curves:
        maker, folder = arguments.measure_curves
        print(json.dumps(measure_curves(maker, Path(folder))))
        return
    with tempfile.TemporaryDirectory() as folder:
        # not in this process: on Linux a child's peak memory starts at its parent's
        run_self("--make", folder)
        report(Path(folder))


def measure(reader: str, layout: str, folder: Path) -> dict[str, Any]:
    """Return CPU and wall time (medians, in ms), peak memory (MB), and the metrics."""
    with np.load(folder / "labels.npz") as archive:
        labels = dict(archive)
    path = folder / FILES[layout]
    score = {"ours": score_ours, "reference": score_by_reference}[reader]
    metrics = score(path, labels)  # warms up
    cpu, wall = zip(*(timed(lambda: score(path, labels)) for _ in range(RUNS[reader])), strict=True)
    return {
        "cpu": statistics.median(cpu),
        "wall": statistics.median(wall),
        "memory": peak_memory(),
        "metrics": metrics,
    }


def measure_curves(maker: str, folder: Path) -> dict[str, float]:
    """Return CPU and wall time (medians, in ms) and peak memory (MB) of curves."""
    with np.load(folder / "labels.npz") as archive:
        labels = dict(archive)
    predictions = read_predictions(folder / "canonical.csv", MEDMNIST_PLUS, labels=labels).values
    make = {"ours": lambda: curves(predictions, labels, MEDMNIST_PLUS),
            "reference": lambda: curves_by_sklearn(predictions, labels)}[maker]  # fmt: skip
    make()  # warms up
    cpu, wall = zip(*(timed(make) for _ in range(RUNS[maker])), strict=True)
    return {"cpu": statistics.median(cpu), "wall": statistics.median(wall), "memory": peak_memory()}


def peak_memory() -> float:
    """Return the peak memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Return CPU and wall milliseconds of one call."""
    cpu, wall = time.process_time(), time.perf_counter()
    function()
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)


def score_ours(path: Path, labels: dict[str, np.ndarray]) -> Metrics:
    """Score a file with the site's scorer; return no metrics if it refuses the file."""
    try:
        predictions = read_predictions(path, MEDMNIST_PLUS, labels=labels)
    except PredictionsError:
        return {}
    return evaluate(predictions.values, labels, MEDMNIST_PLUS).to_dict()["datasets"]


def score_by_reference(path: Path, labels: dict[str, np.ndarray]) -> Metrics:
    """Score a file with hardly any checks, `ast.literal_eval` for lists, and scikit-learn for metrics."""
    import pandas as pd

    from challenge.verification.metrics import metrics_by_sklearn

    if path.suffix == ".zip":
        return score_archive_by_reference(path, labels)
    frame = pd.read_csv(path)
    scores = {}
    for dataset in MEDMNIST_PLUS:
        if "probability" in frame:
            rows = frame[frame["dataset_name"] == dataset.name]
            y_score = np.array([ast.literal_eval(cell) for cell in rows["probability"]])
        else:
            rows = frame[frame["dataset"] == dataset.name].sort_values("index")
            y_score = rows[[f"p{j}" for j in range(dataset.n_classes)]].to_numpy()
        scores[dataset.name] = metrics_by_sklearn(labels[dataset.name], y_score, dataset.task)
    return scores


def score_archive_by_reference(path: Path, labels: dict[str, np.ndarray]) -> Metrics:
    """Score the files of MedMNIST's evaluator as the evaluator itself reads them."""
    import pandas as pd

    from challenge.verification.metrics import metrics_by_sklearn

    scores = {}
    with zipfile.ZipFile(path) as archive:
        for dataset in MEDMNIST_PLUS:
            with archive.open(f"{dataset.name}_224_test.csv") as file:
                y_score = pd.read_csv(file, index_col=0, header=None).to_numpy()
            scores[dataset.name] = metrics_by_sklearn(labels[dataset.name], y_score, dataset.task)
    return scores


def curves_by_sklearn(predictions: dict[str, np.ndarray], labels: dict[str, np.ndarray]) -> None:
    """Compute the same curves with scikit-learn, at full length."""
    from sklearn import metrics
    from sklearn.calibration import calibration_curve

    for dataset in MEDMNIST_PLUS:
        y_true, y_score = labels[dataset.name], predictions[dataset.name]
        if dataset.task is Task.MULTILABEL:
            metrics.multilabel_confusion_matrix(y_true, y_score > 0.5)
            calibration_curve(y_true.ravel(), y_score.ravel(), n_bins=N_BINS)
        else:
            y_pred = y_score.argmax(axis=1)
            metrics.confusion_matrix(y_true, y_pred)
            calibration_curve(y_pred == y_true, np.clip(y_score.max(axis=1), 0, 1), n_bins=N_BINS)
        for c in range(dataset.n_classes):
            positive = y_true[:, c] if dataset.task is Task.MULTILABEL else y_true == c
            metrics.roc_curve(positive, y_score[:, c])


def report(folder: Path) -> None:
    """Measure every case in its own process and print the results."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"
    )
    print(f"{MEDMNIST_PLUS.n_rows:,} rows; medians of {RUNS['ours']} runs (reference: {RUNS['reference']})\n")
    print(f"{'layout':10} {'file':>9} {'':10} {'CPU':>10} {'wall':>10} {'peak memory':>12}")
    verdicts = []
    for layout, target in TARGETS.items():
        ours, reference = (in_own_process(reader, layout, folder) for reader in ("ours", "reference"))
        size = (folder / FILES[layout]).stat().st_size / 1e6
        print_lines(layout, f"{size:.1f} MB", ours, reference)
        verdicts += [
            verdict(f"{layout}: CPU of file to metrics", ours["cpu"], target, "ms"),
            verdict(f"{layout}: peak memory", ours["memory"], TARGET_MEMORY, "MB"),
            verdict(f"{layout}: metrics differ by", largest_difference(ours, reference), 1e-12, "at most"),
        ]
    verdicts.append(report_curves(folder))
    run_self("--make-hostile", str(folder))  # only now: writing 180 MB would disturb the other measurements
    hostile = in_own_process("ours", "hostile", folder)
    print(f"\nThe worst file that is read to its end is refused after {hostile['cpu']:.0f} ms of CPU.")
    verdicts.append(verdict("worst file: peak memory", hostile["memory"], TARGET_MEMORY, "MB"))
    print("\n" + "\n".join(verdicts))


def print_lines(what: str, size: str, ours: dict[str, Any], reference: dict[str, Any]) -> None:
    """Print the costs of both, and the ratios."""
    for name, found in (("ours", ours), ("reference", reference)):
        cpu, wall, memory = found["cpu"], found["wall"], found["memory"]
        print(f"{what:10} {size:>9} {name:10} {cpu:7.0f} ms {wall:7.0f} ms {memory:9.0f} MB")
    ratios = [reference[key] / ours[key] for key in ("cpu", "wall", "memory")]
    print(f"{'':10} {'':9} {'ratio':10} {ratios[0]:8.1f} x {ratios[1]:8.1f} x {ratios[2]:10.1f} x")


def report_curves(folder: Path) -> str:
    """Measure the curves of figures and print the results; return the verdict."""
    ours, reference = (
        json.loads(run_self("--measure-curves", maker, str(folder))) for maker in ("ours", "reference")
    )
    print_lines("curves", "", ours, reference)
    return verdict("curves: CPU", ours["cpu"], TARGET_CURVES, "ms")


def in_own_process(reader: str, layout: str, folder: Path) -> dict[str, Any]:
    """Return the result of `measure` in a fresh interpreter."""
    return json.loads(run_self("--measure", reader, layout, str(folder)))


def run_self(*arguments: str) -> str:
    """Run this module with `arguments` and return its output."""
    command = [sys.executable, "-m", "benchmarks.scoring", *arguments]
    from bigsite.threads import (
        scoring_environment,
    )  # imports Celery, which the measured process does not need

    environment = os.environ | scoring_environment()
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def largest_difference(ours: dict[str, Any], reference: dict[str, Any]) -> float:
    """Return the largest difference over all datasets and metrics."""
    return max(
        abs(ours["metrics"][dataset.name][metric] - reference["metrics"][dataset.name][metric])
        for dataset in MEDMNIST_PLUS
        for metric in METRICS
    )


def verdict(what: str, found: float, target: float, unit: str) -> str:
    """Return a line that says if a target holds."""
    return (
        f"{'holds' if found <= target else 'DOES NOT HOLD':14} {what} {found:.3g} {unit} (target {target:g})"
    )


if __name__ == "__main__":
    main()
