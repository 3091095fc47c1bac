"""Results that others published on MedMNIST+, read from the CSV files in `reported/`.

The README there names the sources.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from challenge.services.published import PublishedResult

REPORTED_DIR = Path(__file__).parent / "reported"

#: The files, and the factor that scales their values to [0, 1]: one file has percent.
SOURCES = {"doerrich2024": 0.01, "thesis2024": 1.0}


def read_published_results(folder: Path = REPORTED_DIR) -> Iterator[PublishedResult]:
    """Yield every published score, scaled to [0, 1] (kappa: [-1, 1]).

    Raises:
        OSError: a file is missing.
        KeyError, ValueError: a file is damaged.

    """
    for source, scale in SOURCES.items():
        with (folder / f"{source}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield PublishedResult(
                    source=source,
                    scheme=row["scheme"],
                    architecture=row["architecture"],
                    weighted_loss=row.get("weighted_loss") == "true",
                    resolution=int(row["resolution"]),
                    dataset=row["dataset"],
                    metric=row["metric"],
                    mean=round(float(row["mean"]) * scale, 6),
                    std=round(float(row["std"]) * scale, 6) if row["std"] else None,
                )
