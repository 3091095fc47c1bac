"""Cost of 1,000 bootstrap resamples of all metrics, compared with a simple bootstrap with scikit-learn.

    python -m benchmarks.bootstrap

Each implementation runs in its own process, on a complete submission. For ours, the benchmark measures

- the CPU time of all resamples of every metric: the median of several runs, after a run that loads the compiled code;
- the CPU time of a worker's whole task, from the file to intervals and informational metrics;
- the peak memory of the process, which scores the file before each estimate, like a worker.

The reference weighs images by the same resamples and calls scikit-learn. The benchmark measures a few resamples and
extrapolates to 1,000.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scoring import peak_memory, timed, verdict
from benchmarks.scoring_cases import make_case
from bigsite.threads import give_memory_back, scoring_environment
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.predictions import read_predictions
from challenge.scoring.statistics.intervals import N_REPLICATES

TARGET_CPU, TARGET_TASK_CPU = 1_000, 400  # ms, for the resamples and for the whole task
TARGET_MEMORY = 300  # MB
RUNS, REFERENCE_REPLICATES = 7, 3


def main() -> None:
    """Measure both and report, or run the single step of a child process."""
    steps = {"--make": make, "--ours": measure_ours, "--reference": measure_reference}
    if len(sys.argv) == 3 and sys.argv[1] in steps:
        steps[sys.argv[1]](Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        run_self("--make", folder)
        report(json.loads(run_self("--ours", folder)), json.loads(run_self("--reference", folder)))


def run_self(step: str, folder: str) -> str:
    """Run a step of this module in its own process and return its output."""
    environment = os.environ | scoring_environment() | {
        "DATA_DIR": folder, "ENV_FILE": os.devnull, "SECRET_KEY": "benchmark",
        "DJANGO_SETTINGS_MODULE": "bigsite.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", "benchmarks.bootstrap", step, folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def make(folder: Path) -> None:
    """Write a complete submission, and its labels in the format of the site."""
    from challenge.scoring.ground_truth import GroundTruth, write_ground_truth

    make_case(folder)
    with np.load(folder / "labels.npz") as archive:
        labels = {name: array.astype(np.uint8) for name, array in archive.items()}
    write_ground_truth(GroundTruth(labels), folder / "truth.npz")


def read(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return predictions and labels."""
    with np.load(folder / "labels.npz") as archive:
        labels = dict(archive)
    return read_predictions(folder / "canonical.csv", MEDMNIST_PLUS, labels=labels).values, labels


def measure_ours(folder: Path) -> None:
    """Print the costs of the site's code, and the first replicates."""
    import django

    django.setup()
    from challenge.scoring.statistics.bootstrap import bootstrap
    from challenge.services.score_files import score_file
    from challenge.services.uncertainty import estimate_file

    give_memory_back()
    paths = folder / "canonical.csv", folder / "truth.npz"
    estimate_file(*paths)  # loads the code compiled by Numba, or compiles it
    task = []
    for _ in range(RUNS):
        score_file(*paths, withheld=())
        task.append(timed(lambda: estimate_file(*paths))[0])
    memory = peak_memory()
    predictions, labels = read(folder)
    resamples = [timed(lambda: bootstrap(predictions, labels, MEDMNIST_PLUS))[0] for _ in range(RUNS)]
    replicates = bootstrap(predictions, labels, MEDMNIST_PLUS, REFERENCE_REPLICATES)
    print(
        json.dumps(
            {
                "cpu": statistics.median(resamples),
                "task_cpu": statistics.median(task),
                "memory": memory,
                "replicates": replicates.tolist(),
            }
        )
    )


def measure_reference(folder: Path) -> None:
    """Print the costs of scikit-learn for the same resamples, and the replicates."""
    from challenge.scoring.statistics.bootstrap import draw_counts
    from challenge.tests.scoring.naive_bootstrap import metrics_by_sklearn

    predictions, labels = read(folder)

    def replicate(b: int) -> list[list[float]]:
        return [
            metrics_by_sklearn(
                labels[d.name], predictions[d.name], d.task, draw_counts(labels[d.name], d, b)
            ).tolist()
            for d in MEDMNIST_PLUS
        ]

    replicate(0)
    found: list[list[list[float]]] = []
    cpu = [timed(lambda b=b: found.append(replicate(b)))[0] for b in range(REFERENCE_REPLICATES)]  # type: ignore[misc]
    print(json.dumps({"cpu": N_REPLICATES * statistics.mean(cpu), "replicates": found}))


def report(ours: dict[str, Any], reference: dict[str, Any]) -> None:
    """Print the results."""
    # (datasets, metrics, replicates) and (replicates, datasets, metrics)
    difference = np.abs(np.array(ours["replicates"]) - np.moveaxis(reference["replicates"], 0, -1)).max()
    print(f"{N_REPLICATES:,} resamples of all metrics of {MEDMNIST_PLUS.n_rows:,} rows, CPU time\n")
    print(f"ours       {ours['cpu']:10.0f} ms  (the whole task of a worker: {ours['task_cpu']:.0f} ms)")
    print(f"reference  {reference['cpu']:10.0f} ms  (scikit-learn; extrapolated from {REFERENCE_REPLICATES})")
    print(f"ratio      {reference['cpu'] / ours['cpu']:10.0f} x\n")
    print(verdict("1,000 resamples: CPU", ours["cpu"], TARGET_CPU, "ms"))
    print(verdict("worker's whole task: CPU", ours["task_cpu"], TARGET_TASK_CPU, "ms"))
    print(verdict("worker that estimates: peak memory", ours["memory"], TARGET_MEMORY, "MB"))
    print(verdict("replicates differ by", float(difference), 1e-12, "at most"))


if __name__ == "__main__":
    main()
