"""Helpers for tests of the reader's own board."""

from collections.abc import Sequence

from django.urls import reverse

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.own import Line, own_board
from challenge.models import PublishedMethod
from challenge.tests.pages import page_of, region, rows_of

ADDRESS, CSV = reverse("own_board"), reverse("own_board_csv")
ORGANS = "organamnist=1&organcmnist=1&organsmnist=1"
ORGAN_WEIGHTS = (*[0] * 9, 1, 1, 1)


def publish(architecture: str, scores: dict[str, float]) -> PublishedMethod:
    method = PublishedMethod.objects.create(scheme="end-to-end", architecture=architecture, resolution=224)
    for dataset, value in scores.items():
        method.scores.create(source="doerrich2024", dataset=dataset, metric="auc", mean=value)
    return method


def board_of(weights: Sequence[int], **about) -> list[Line]:
    return own_board(Filters(**about), weights, every_row=True).highest


def table(client, query: str) -> list[list[str]]:
    return rows_of(region(page_of(client, f"{ADDRESS}?{query}"), "Your ranking"))
