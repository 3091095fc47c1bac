"""Releases as earlier versions of the site stored them: their pages stay readable, whatever the software becomes.

The rows are copied from a database and are never edited.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from challenge.models import Release, ReleaseMember, ReleaseRow
from challenge.tests.pages import attribute, element, page_of, rows_of, text_of

pytestmark = pytest.mark.django_db

HEAD_1: dict[str, Any] = {
    "frozen_at": "2027-01-15T09:30:00Z",
    "benchmark": "BIG: the Biomedical Image Generalization benchmark",
    "site": "https://big.example.org",
    "note": None,
    "versions": {
        "site": "0.1.0",
        "scorer": "1",
        "ground_truth": {"name": "MedMNIST+ test labels", "sha256": "ab" * 32, "is_demo": False},
        "bootstrap": {"version": "2", "replicates": 1000, "level": 0.95},
    },
    "how_to_cite": "https://big.example.org/challenge/#citing",
    "citation": None,
    "metrics": ["auc", "balanced_accuracy", "cohen_kappa", "accuracy"],
    "resolutions": [28, 64, 128, 224],
    "datasets": [
        {"name": "pathmnist", "title": "PathMNIST", "task": "multi-class", "n_classes": 9, "n_test": 7180}
    ],
    "rows_by_resolution": {
        "28": {"entries": 0, "published": 0, "ranked": 0},
        "64": {"entries": 0, "published": 0, "ranked": 0},
        "128": {"entries": 0, "published": 0, "ranked": 0},
        "224": {"entries": 2, "published": 1, "ranked": 3},
    },
}


def _ranks(rank: int, low: int | None, high: int | None, *, with_leader: bool | None) -> dict[str, Any]:
    of_metric = {"rank": rank, "low": low, "high": high, "low_over_datasets": 1, "high_over_datasets": 3}
    by_metric = {
        name: {**of_metric, "with_leader": with_leader}
        for name in ("auc", "balanced_accuracy", "cohen_kappa", "accuracy")
    }
    return {"all": by_metric, "best": by_metric}


def _average(value: float, *, low: float | None, source: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("auc", "balanced_accuracy", "cohen_kappa", "accuracy"):
        high = None if low is None else value + 0.01
        found |= {
            name: value,
            f"{name}_low": low,
            f"{name}_high": high,
            f"{name}_se": None,
            f"{name}_std": None,
        }
        if source:
            found |= {f"{name}_source": source, f"{name}_other_sources": []}
    return found


_FACTS = {"parameters_millions": None, "family": None, "pretraining": None, "pretraining_name": None}
_ENTRY: dict[str, Any] = {
    "kind": "entry",
    "resolution": 224,
    "n_seeds": 1,
    "standard": False,
    "baseline": False,
    "chosen_by_team": False,
    "external_data": True,
    "special_methods": "ensemble of 5 networks",
    "facts": _FACTS,
    "datasets": {"pathmnist": {"auc": 0.91}},
    "datasets_std": {},
}
ROWS_1: list[dict[str, Any]] = [
    _ENTRY
    | {
        "key": "s12",
        "name": "ResNet-18",
        "team": "Team Alpha",
        "submitted_at": "2026-12-01T13:37:11Z",
        "attempts": 7,
        "study_url": "https://doi.org/10.1000/1",
        "average": _average(0.91, low=0.90),
        "members": [{"number": 12, "sha256": "cd" * 32}],
        "ranks": _ranks(1, 1, 2, with_leader=True),
    },
    _ENTRY
    | {
        "key": "s13",
        "name": "ViT-B/16",
        "team": "Anonymous team",
        "submitted_at": "2026-12-02T00:00:00Z",
        "attempts": None,
        "study_url": None,
        "average": _average(0.90, low=None),
        "members": [{"number": 13, "sha256": None}],
        "ranks": _ranks(2, None, None, with_leader=None),
    },
    {
        "key": "p7",
        "kind": "published",
        "name": "VGG16, k-NN",
        "team": None,
        "submitted_at": None,
        "resolution": 224,
        "n_seeds": None,
        "standard": None,
        "baseline": False,
        "chosen_by_team": False,
        "attempts": None,
        "study_url": None,
        "external_data": None,
        "special_methods": None,
        "facts": _FACTS,
        "average": _average(0.89, low=None, source="Doerrich et al. (2025)"),
        "datasets": {},
        "datasets_std": {},
        "members": [],
        "ranks": _ranks(3, None, None, with_leader=None),
    },
]


@pytest.fixture
def stored(entry, team) -> Release:
    """A release of format 1, of which one entry still exists."""
    release = Release.objects.create(
        name="2027.1",
        status=Release.Status.DONE,
        frozen_at=datetime(2027, 1, 15, 9, 30, tzinfo=UTC),
        format=1,
        head=HEAD_1,
        archive_name="big-2027.1-0123456789abcdef.zip",
        archive_sha256="0123456789abcdef" * 4,
        archive_size=123_456,
    )
    for values in ROWS_1:
        ReleaseRow.objects.create(release=release, resolution=224, key=values["key"], values=values)
        for member in values["members"]:
            ReleaseMember.objects.create(release=release, key=values["key"], number=member["number"])
    entry(team, 0.5, pk=12, model_name="Renamed since")
    return release


def test_the_page_of_format_1(stored, client):
    page = page_of(client, "/releases/2027.1/")
    lines = rows_of(element(page, "table.board"))[1:]
    assert [line[0].partition(" ")[0] for line in lines] == ["≈", "(2)", "(3)"]
    assert lines[0][1].startswith("ResNet-18 study non-standard Team Alpha")
    assert "best of 7" in lines[0][1]
    assert "Anonymous team" in lines[1][1]
    assert lines[2][1] == "VGG16, k-NN published"
    assert [line[2].partition(" ")[0] for line in lines] == ["0.9100", "0.9000", "0.8900"]
    links = attribute(page, "table.board tbody th > a:first-child", "href")
    assert links == ["/submissions/12/"]
    assert "Renamed since" not in page
    assert "ab" * 32 in page


def test_the_list_and_the_page_of_an_entry(stored, client):
    _, line = rows_of(page_of(client, "/releases/"))
    assert line[:4] == ["BIG 2027.1", "15 Jan 2027", "2", "MedMNIST+ test labels"]
    section = element(page_of(client, "/submissions/12/"), "section.in-releases")
    assert "rank 1–2, BIG 2027.1 : by mean AUC, among 3 entries and published results" in text_of(section)
