"""Compute the ranks of this release again from the other files of its archive, and compare them with the stored ranks.

    python recompute_ranks.py

Needs Python 3.10 and numpy, and nothing of the website. The exit status is 1 if anything differs.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
#: Share of the replicates within the range of a rank.
LEVEL = 0.95
#: The stored means and the means computed here may differ by rounding.
TOLERANCE = 1e-9


def changed_files() -> list:
    """Return the files whose SHA-256 is not that of the list."""
    lines = (FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = [line.split("  ", 1) for line in lines]
    return [name for stored, name in listed if sha256(FOLDER / name) != stored]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wrong_means(board: dict) -> list:
    """Return the rows of submissions whose mean is not the mean of their scores on the datasets."""
    wrong = []
    for row in board["rows"]:
        if row["kind"] == "published":  # papers state means that were rounded apart from the scores
            continue
        for metric in board["metrics"]:
            mean = np.mean([row["datasets"][dataset["name"]][metric] for dataset in board["datasets"]])
            if abs(mean - row["average"][metric]) > TOLERANCE:
                wrong.append(f"{row['key']} {metric}: {mean} in place of {row['average'][metric]}")
    return wrong


def replicates_of(board: dict, resolution: int, metric: str, over: str) -> dict:
    """Return the replicates of each row that has some, by key."""
    for about in board["replicates"]:
        if (about["resolution"], about["metric"], about["over"]) == (resolution, metric, over):
            return dict(zip(about["rows"], np.load(FOLDER / about["file"]).astype(float), strict=True))
    return {}


def ranks_within(values: Any) -> Any:
    """Return 1 + the number of higher values, for each value of a column; equal values share a rank."""
    ranks = np.empty(values.shape, dtype=int)
    for number, column in enumerate(values.T):
        ranks[:, number] = 1 + len(column) - np.searchsorted(np.sort(column), column, side="right")
    return ranks


def ranges(values: dict, replicates: dict) -> dict:
    """Return the middle 95 % of the ranks of each row with replicates; the other rows keep their value."""
    resampled = [key for key in values if key in replicates]
    if not resampled:
        return {}
    drawn = np.stack([replicates[key] for key in resampled])
    fixed = [np.full(drawn.shape[1], value) for key, value in values.items() if key not in replicates]
    ranks = ranks_within(np.vstack([drawn, *fixed]))[: len(resampled)]
    low = np.quantile(ranks, (1 - LEVEL) / 2, axis=1, method="lower")
    high = np.quantile(ranks, 1 - (1 - LEVEL) / 2, axis=1, method="higher")
    return {key: (int(low[place]), int(high[place])) for place, key in enumerate(resampled)}


def computed_ranks(board: dict, rows: list, resolution: int, metric: str) -> dict:
    """Return rank and ranges of each row, by key, in the form of the stored ranks."""
    values = {row["key"]: row["average"][metric] for row in rows}
    ranks = ranks_within(np.array(list(values.values()), dtype=float)[:, None])[:, 0]
    images, datasets = (
        ranges(values, replicates_of(board, resolution, metric, over)) for over in ("images", "datasets")
    )
    return {
        key: (int(rank), *images.get(key, (None, None)), *datasets.get(key, (None, None)))
        for key, rank in zip(values, ranks, strict=True)
    }


def wrong_ranks(board: dict, rows: list, resolution: int, metric: str, name: str) -> list:
    """Return the rows of one board whose stored ranks are not those that are computed."""
    computed = computed_ranks(board, rows, resolution, metric)
    wrong = []
    for row in rows:
        stored = row["ranks"][name][metric]
        parts = ("rank", "low", "high", "low_over_datasets", "high_over_datasets")
        if tuple(stored[part] for part in parts) != computed[row["key"]]:
            wrong.append(f"{row['key']} {row['name']}: {computed[row['key']]} in place of {stored}")
    return wrong


def main() -> int:
    """Compare everything, and print one line for each board."""
    board = json.loads((FOLDER / "board.json").read_text("utf-8"))
    wrong = [f"{name} was changed" for name in changed_files()] + wrong_means(board)
    for resolution in board["resolutions"]:
        for name in ("all", "best"):
            for metric in board["metrics"]:
                rows = [
                    row
                    for row in board["rows"]
                    if row["resolution"] == resolution and metric in row["ranks"][name]
                ]
                differing = wrong_ranks(board, rows, resolution, metric, name) if rows else []
                print(f"{resolution} {metric} {name}: {len(rows)} rows, {len(differing)} differ")
                wrong += differing
    print("\n".join(wrong) or "All ranks are as stored.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
