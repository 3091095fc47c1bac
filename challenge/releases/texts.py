"""Texts of the archive of a release: README, CITATION.cff and licence."""

import json
import textwrap
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from challenge.formats.times import in_utc
from challenge.leaderboard.export import BENCHMARK, absolute
from challenge.models import Release

#: Licence of the archive, as its SPDX identifier and its address.
LICENCE, LICENCE_URL = "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"
AUTHOR = "Organizers of the BIG benchmark"


def title_of(release: Release) -> str:
    """Return the title under which a release is cited."""
    return f"{release}: leaderboard of the Biomedical Image Generalization benchmark"


def citation_file(release: Release, frozen_at: datetime) -> str:
    """Return CITATION.cff; JSON strings are strings of YAML."""
    fields = {
        "cff-version": "1.2.0",
        "message": "Please cite this release, and the studies behind the entries that you name.",
        "type": "dataset",
        "title": title_of(release),
        "version": release.name,
        "date-released": f"{frozen_at:%Y-%m-%d}",
        "url": absolute(release.get_absolute_url()),
        "license": LICENCE,
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join([*lines, "authors:", f"  - name: {json.dumps(AUTHOR)}", ""])


def licence() -> str:
    """Return the text of the licence file."""
    return _LICENCE


def readme(release: Release, frozen_at: datetime, head: Mapping[str, Any]) -> str:
    """Return the README of the archive."""
    versions = head["versions"]
    labels = versions["ground_truth"]
    return _README.format(
        release=release,
        benchmark=BENCHMARK,
        demo=_DEMO if labels and labels["is_demo"] else "",
        address=absolute(release.get_absolute_url()),
        frozen=in_utc(frozen_at),
        labels=f"{labels['name']}, SHA-256 {labels['sha256']}" if labels else "none",
        scorer=versions["scorer"],
        bootstrap=f"version {versions['bootstrap']['version']}, {versions['bootstrap']['replicates']:,} replicates",
        site=versions["site"],
        counts="\n".join(
            f"- {resolution} pixels: {count['entries']} rows of entries, {count['published']} published results"
            for resolution, count in head["rows_by_resolution"].items()
        ),
        folder=folder_of(release),
        note=f"\n{head['note']}\n" if head["note"] else "",
        citation=head["citation"] or "See the page of the challenge.",
    )


def folder_of(release: Release) -> str:
    """Return the name of the folder in the archive, and of the archive without its suffix."""
    return f"big-{release.name}"


_DEMO = (
    "\n**Demo data: the test labels are synthetic, and the scores mean nothing. Do not cite this release.**\n"
)

_README = textwrap.dedent("""\
    # {release}

    The leaderboard of {benchmark}, as it was on {frozen}.
    {demo}{note}
    - Page of the release: {address}
    - Test labels: {labels}
    - Scorer: version {scorer}
    - Bootstrap: {bootstrap}
    - Software of the site: version {site}

    Rows:

    {counts}

    ## Files

    | file | content |
    | --- | --- |
    | `board.json` | everything: versions, datasets, and each row with its description, scores and ranks |
    | `rows.csv` | one line for each row: description, means with 95 % intervals, ranks by each metric |
    | `scores.csv` | one line for each row, dataset and metric |
    | `submissions.csv` | the submissions behind each row and their published predictions: address, licence, SHA-256 |
    | `replicates/*.npy` | replicates of the means, (rows, replicates); `board.json` lists the keys of the rows |
    | `recompute_ranks.py` | computes all ranks again from these files, with Python and numpy |
    | `CITATION.cff`, `LICENSE.txt`, `SHA256SUMS` | citation, licence, checksums (`sha256sum --check SHA256SUMS`) |

    ## Rows

    `key` is the identity of a row: `s12` is entry 12, `g3` a group of seeds (mean and standard deviation of the runs of
    one method), `p7` a published result. Its page is `submissions/12/`, `groups/3/` or `published/7/` on the site.
    Pages can change or go, this archive does not. “Anonymous team” was hidden when the board was frozen.

    There are two boards. On `all`, every entry has a row. On `best`, each team has one: the entry that it chose, or its
    best by the metric. Published results are on both. Equal values share a rank.

    `low` and `high` are the ends of the middle 95 % of the ranks over resamples of the test images. Replicate b of all
    rows is on the same resample. `low_over_datasets` and `high_over_datasets` are over resamples of the datasets, too.
    A row without replicates keeps its value. These ranges say how far a rank moves; they are no confidence intervals.
    `with_leader` marks rows that paired tests cannot distinguish from the leading entry.

    The replicates of a group of seeds include how much seeds vary. Published results have replicates over the datasets
    only. In CSV files, texts that a spreadsheet would read as a formula begin with an apostrophe.

    ## Files of predictions

    The archive refers to predictions and does not have them. `submissions.csv` has the SHA-256 of each file that was
    sent, which identifies it; that of an anonymous entry is left out. Of predictions that a team publishes, it has the
    address on the site, the licence, and the SHA-256 of the published file.

    ## Citation

    Cite an entry as “rank 2–5, {release}”, with its study. The work that proposes the benchmark:

    ```
    {citation}
    ```
    """)

_LICENCE = textwrap.dedent(f"""\
    The data and texts of this archive are licensed under the Creative Commons Attribution 4.0 International licence
    ({LICENCE}). You may share and adapt them for any purpose, if you give credit.

    Licence: {LICENCE_URL}
    Legal code: {LICENCE_URL}legalcode

    The script recompute_ranks.py is licensed under the Apache License 2.0:
    https://www.apache.org/licenses/LICENSE-2.0
    """)
