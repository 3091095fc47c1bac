"""Check and measure training on a GPU: results, speed, synchronisations, memory, determinism, all schemes.

    python -m benchmarks.gpu --out results

The benchmark needs no network and no data: images are random or synthetic, weights are random. A section that fails
leaves its traceback in the report, and the next section follows. `results/gpu.md` and `results/gpu.json` are written
after every measurement. `--device cpu --tiny` tries the benchmark itself on a CPU, in two minutes.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from baselines.mmpt.training.device import choose_device
from benchmarks.gpu import environment, memory, repeatability, results, schemes, speed, synchronisation
from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Setting

#: Sections by name, the most important first, and estimated seconds of each on an H200; no GPU has run them yet.
SECTIONS: dict[str, tuple[Callable[[Setting, Report], None], int]] = {
    "environment": (environment.measure, 5),
    "results": (results.measure, 40),
    "speed": (speed.measure, 200),
    "synchronisation": (synchronisation.measure, 25),
    "memory": (memory.measure, 60),
    "repeatability": (repeatability.measure, 90),
    "schemes": (schemes.measure, 30),
}


def main() -> None:
    """Run the sections that the time allows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    parser.add_argument("--minutes", type=float, default=8, help="no section starts that would take longer")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tiny", action="store_true", help="tiny networks and data, to try the benchmark")
    arguments = parser.parse_args()
    report = Report(arguments.out, arguments.minutes)
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(choose_device(arguments.device), arguments.tiny, Path(folder))
        for name in arguments.only.split(","):
            section, seconds = SECTIONS[name]
            report.run(name, 0 if setting.tiny else seconds, section, setting, report)
    print(report.markdown())


if __name__ == "__main__":
    main()
