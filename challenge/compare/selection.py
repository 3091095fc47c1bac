"""Lookup of the rows to compare, by the keys in the address."""

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser

from accounts.models import Team
from challenge.access import visible_groups, visible_scored_submissions
from challenge.models import GroundTruth, MethodGroup, PublishedMethod
from challenge.results.rows import Kind, Row, RowKey, published_rows, row_of, with_dataset_scores
from challenge.results.seeds import ranked_evaluations_by_group

#: Number of rows in a comparison.
FEWEST, MOST = 2, 5
#: Maximum number of keys looked up from one address.
MOST_KEYS = 50


def find_rows(
    keys: Sequence[str], user: Team | AnonymousUser, ground_truth: GroundTruth | None
) -> dict[str, Row]:
    """Return the rows of the keys in their order, with dataset scores; rows that the user may not see are left out."""
    asked: dict[Kind, list[int]] = {kind: [] for kind in Kind}
    for key in map(RowKey.parse, keys):
        if key:
            asked[key.kind].append(key.pk)
    rows = [
        *_entries(asked[Kind.ENTRY], user, ground_truth),
        *_groups(asked[Kind.SEEDS], user, ground_truth),
        *published_rows(PublishedMethod.objects.filter(pk__in=asked[Kind.PUBLISHED])),
    ]
    found = {str(row.key): row for row in with_dataset_scores(rows)}
    return {key: found[key] for key in keys if key in found}


def _entries(pks: Sequence[int], user: Team | AnonymousUser, ground_truth: GroundTruth | None) -> list[Row]:
    evaluations = [s.latest_scores(ground_truth) for s in visible_scored_submissions(user, pks)]
    return [row_of(None, [evaluation]) for evaluation in evaluations if evaluation]


def _groups(pks: Sequence[int], user: Team | AnonymousUser, ground_truth: GroundTruth | None) -> list[Row]:
    groups = visible_groups(user, pks) if pks else []
    evaluations = ranked_evaluations_by_group(groups, ground_truth)
    return [
        row_of(group, evaluations[group.pk])
        for group in groups
        if len(evaluations[group.pk]) >= MethodGroup.FEWEST
    ]
