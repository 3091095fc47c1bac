"""Cost of verifying one entry with the field's own code.

    python -m benchmarks.verification

Each layout is verified in a process of its own, as by the worker that verifies. The time is the CPU time of the whole
process with its imports, of medmnist and torch too where they are installed.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.scoring import verdict
from benchmarks.scoring_cases import FILES, make_case

#: Targets: seconds of CPU and peak MB of a process.
TARGET_SECONDS = 10
TARGET_MEMORY = 600
LAYOUTS = ("canonical", "thesis", "evaluator")


def main() -> None:
    """Measure every layout and print the results."""
    with tempfile.TemporaryDirectory() as folder:
        make_case(Path(folder))
        for layout in LAYOUTS:
            seconds, memory = measure(Path(folder, FILES[layout]), Path(folder, "labels.npz"))
            print(verdict(f"{layout}: verification", seconds, TARGET_SECONDS, "s"))
            print(verdict(f"{layout}: peak memory", memory, TARGET_MEMORY, "MB"))


def measure(path: Path, labels: Path) -> tuple[float, float]:
    """Return CPU seconds and peak memory (MB) of verifying a file."""
    command = [sys.executable, "-m", "challenge.verification", str(path), str(labels)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{path.name} could not be verified")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**10


if __name__ == "__main__":
    main()
