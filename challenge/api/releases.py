"""Operations about releases: frozen leaderboards, open to everybody."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Path, Query, Router
from ninja.decorators import decorate_view
from pydantic import Field

from challenge.api import schemas
from challenge.api.open_page import open_page
from challenge.api.pages import page_of
from challenge.api.problems import problems_of
from challenge.leaderboard.export import absolute
from challenge.leaderboard.filters import Filters
from challenge.models import Metric, Release
from challenge.releases.citation import cite_release
from challenge.releases.page import Today, board_of, board_rows, entries_today
from challenge.releases.texts import LICENCE
from challenge.scoring.metrics.ranked import METRICS

router = Router()

Name = Annotated[str, Field(examples=["2027.1"])]
_RANKS = ("rank", "low", "high", "low_over_datasets", "high_over_datasets", "with_leader")


@router.get("/releases", response={200: list[schemas.Release], **problems_of()}, summary="Releases")
@decorate_view(open_page)
def releases(request: HttpRequest) -> list[dict[str, Any]]:
    """The releases, the newest first."""
    return [_about(one) for one in Release.objects.frozen()]


@router.get(
    "/releases/{name}",
    response={200: schemas.Release, **problems_of(404)},
    summary="A release",
)
@decorate_view(open_page)
def release(request: HttpRequest, name: Path[Name]) -> dict[str, Any]:
    """Versions, archive and citation of a release."""
    return _about(_frozen(name))


@router.get(
    "/releases/{name}/leaderboard",
    response={200: schemas.ReleaseBoard, **problems_of(404, 422)},
    summary="Leaderboard of a release",
)
@decorate_view(open_page)
def release_leaderboard(
    request: HttpRequest, name: Path[Name], choice: Query[schemas.ReleaseQuery]
) -> dict[str, Any]:
    """Rows as they were frozen, in order of rank. The archive has more: scores on each dataset, and replicates."""
    found, metric = _frozen(name), Metric(choice.metric)
    filters = Filters(choice.resolution, metric, all_entries=choice.entries == "all")
    rows = board_rows(found, filters)
    page = page_of(rows, choice)
    today = entries_today(page.items)
    return {
        "release": found.name,
        "resolution": choice.resolution,
        "metric": choice.metric,
        "frozen_at": found.frozen_at,
        "n_rows": len(rows),
        "rows": [
            _row(values, values["ranks"][board_of(filters)].get(metric, {}), today[values["key"]])
            for values in page.items
        ],
        "next": page.next,
    }


def _frozen(name: str) -> Release:
    return get_object_or_404(Release.objects.frozen(), name=name)


def _about(found: Release) -> dict[str, Any]:
    return {
        "name": found.name,
        "url": absolute(found.get_absolute_url()),
        "frozen_at": found.frozen_at,
        "doi": found.doi or None,
        "is_demo": found.is_demo,
        "archive": {
            "url": absolute(reverse("release_archive", args=[found.name])),
            "size": found.archive_size,
            "sha256": found.archive_sha256,
            "licence": LICENCE,
        },
        "versions": found.head["versions"],
        "rows_by_resolution": found.head["rows_by_resolution"],
        "bibtex": cite_release(found),
    }


def _row(values: Mapping[str, Any], ranks: Mapping[str, Any], today: Today) -> dict[str, Any]:
    rank, low, high, low_over_datasets, high_over_datasets, with_leader = map(ranks.get, _RANKS)
    average = values["average"]
    # the name of a published result has its training scheme: “VGG16, k-NN”
    name, _, scheme = (
        values["name"].partition(", ") if values["kind"] == "published" else (values["name"], "", "")
    )
    return {
        "key": values["key"],
        "kind": values["kind"],
        "rank": rank,
        "rank_low": low,
        "rank_high": high,
        "rank_low_over_datasets": low_over_datasets,
        "rank_high_over_datasets": high_over_datasets,
        "with_leader": with_leader,
        "name": name,
        "about": values["team"] or scheme,
        "url": today.url and absolute(today.url),
        "mark": today.mark,
        "study_url": values["study_url"] or "",
        "parameters_millions": values["facts"]["parameters_millions"],
        "average": {
            metric: {
                "value": average[metric],
                "low": average[f"{metric}_low"],
                "high": average[f"{metric}_high"],
            }
            for metric in METRICS
            if metric in average
        },
    }
