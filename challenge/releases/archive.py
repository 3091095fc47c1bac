"""Archive of a release: a zip whose bytes depend on its content alone. It is made once, and kept."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from challenge.formats.spreadsheets import to_csv
from challenge.leaderboard.export import absolute
from challenge.models import Release
from challenge.releases import texts
from challenge.releases.rows import BOARDS, Replicates
from challenge.scoring.metrics.ranked import METRICS
from challenge.services.releases import FrozenRow

_DESCRIPTION = (
    "key",
    "resolution",
    "kind",
    "name",
    "team",
    "submitted_at",
    "n_seeds",
    "standard",
    "baseline",
)
_RANKS = ("rank", "low", "high", "low_over_datasets", "high_over_datasets", "with_leader")
#: The script of the archive: it imports nothing of the site.
_SCRIPT = Path(__file__).with_name("recompute_ranks.py")
_MEANS = ("", "_low", "_high", "_se", "_std")

#: Name and content of a file.
File = tuple[str, bytes]


def write_archive(
    path: Path,
    release: Release,
    frozen_at: datetime,
    head: Mapping[str, Any],
    rows: Sequence[FrozenRow],
    replicates: Iterable[Replicates],
) -> None:
    """Write the zip of a release; all its files have the time at which the board was frozen."""
    folder, sums = texts.folder_of(release), []
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=6) as archive:

        def add(name: str, content: bytes) -> None:
            about = ZipInfo(f"{folder}/{name}", frozen_at.timetuple()[:6])
            about.compress_type, about.create_system, about.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(about, content)

        for name, content in _files(release, frozen_at, head, rows, replicates):
            add(name, content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        add("SHA256SUMS", "".join(sums).encode())


def _files(
    release: Release,
    frozen_at: datetime,
    head: Mapping[str, Any],
    rows: Sequence[FrozenRow],
    replicates: Iterable[Replicates],
) -> Iterator[File]:
    yield "README.md", texts.readme(release, frozen_at, head).encode()
    yield "CITATION.cff", texts.citation_file(release, frozen_at).encode()
    yield "LICENSE.txt", texts.licence().encode()
    yield "rows.csv", _rows_csv(rows).encode()
    yield "scores.csv", _scores_csv(rows).encode()
    yield "submissions.csv", _submissions_csv(rows).encode()
    yield "recompute_ranks.py", _SCRIPT.read_bytes()
    listed = []
    for of_metric in replicates:
        name = f"replicates/{of_metric.name}.npy"
        listed.append(
            {
                "file": name,
                "resolution": of_metric.resolution,
                "metric": of_metric.metric,
                "over": of_metric.over,
                "rows": of_metric.keys,
            }
        )
        yield name, _npy(of_metric.values)
    document = {"format": Release.FORMAT, "release": release.name, **head, "replicates": listed}
    document["rows"] = [row.values for row in rows]
    yield "board.json", json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _npy(values: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()


def _rows_csv(rows: Sequence[FrozenRow]) -> str:
    means = [f"{metric}{part}" for metric in METRICS for part in _MEANS]
    ranks = [f"{part}_by_{metric}_{board}" for board in BOARDS for metric in METRICS for part in _RANKS]
    return to_csv([*_DESCRIPTION, *means, *ranks], map(_csv_row, rows))


def _csv_row(row: FrozenRow) -> list[Any]:
    values = row.values
    ranks = [values["ranks"][board].get(metric, {}) for board in BOARDS for metric in METRICS]
    return [
        *(values[name] for name in _DESCRIPTION),
        *(values["average"].get(f"{metric}{part}") for metric in METRICS for part in _MEANS),
        *(of_metric.get(part) for of_metric in ranks for part in _RANKS),
    ]


def _scores_csv(rows: Sequence[FrozenRow]) -> str:
    lines = (
        (row.key, dataset, metric, value, row.values["datasets_std"].get(dataset, {}).get(metric))
        for row in rows
        for dataset, scores in row.values["datasets"].items()
        for metric, value in scores.items()
    )
    return to_csv(["key", "dataset", "metric", "value", "std"], lines)


def _submissions_csv(rows: Sequence[FrozenRow]) -> str:
    lines = []
    for row in rows:
        for member in row.values["members"]:
            published = member.get("predictions", {})
            page = absolute(f"/submissions/{member['number']}/")
            address = f"{page}predictions.csv.gz" if published else None
            of_predictions = (address, published.get("licence"), published.get("sha256"))
            lines.append((row.key, member["number"], page, member["sha256"], *of_predictions))
    columns = ["key", "submission", "address", "sha256", "predictions", "licence", "predictions_sha256"]
    return to_csv(columns, lines)
