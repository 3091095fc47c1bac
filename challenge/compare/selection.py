"""Lookup of the rows to compare, by the keys in the address."""

from collections.abc import Sequence
from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import Team
from challenge.access import (
    is_insider,
    shown_team,
    visible_groups,
    visible_members,
    visible_scored_submissions,
)
from challenge.models import Evaluation, MethodGroup, PublishedMethod, Versions, benchmarks_of
from challenge.results.rows import Kind, Row, RowKey, published_rows, row_of, with_dataset_scores
from challenge.results.seeds import seed_evaluations

#: Number of rows in a comparison.
FEWEST, MOST = 2, 5
#: Maximum number of keys looked up from one address.
MOST_KEYS = 50


def find_rows(keys: Sequence[str], user: Team | AnonymousUser, versions: Versions | None) -> dict[str, Row]:
    """Return the rows of the keys in their order, with dataset scores; rows that the user may not see are left out."""
    asked: dict[Kind, list[int]] = {kind: [] for kind in Kind}
    for key in map(RowKey.parse, keys):
        if key:
            asked[key.kind].append(key.pk)
    rows = [
        *_entries(asked[Kind.ENTRY], user, versions),
        *_groups(asked[Kind.SEEDS], user, versions),
        *published_rows(PublishedMethod.objects.filter(pk__in=asked[Kind.PUBLISHED])),
    ]
    found = {str(row.key): _as_seen(row, user) for row in with_dataset_scores(rows)}
    return {key: found[key] for key in keys if key in found}


def _entries(pks: Sequence[int], user: Team | AnonymousUser, versions: Versions | None) -> list[Row]:
    submissions = visible_scored_submissions(user, pks)
    benchmarks = benchmarks_of({one.phase_id for one in submissions}) if submissions else {}
    scored = [(one, one.latest_scores(versions)) for one in submissions]
    return [row_of(None, [found], benchmarks[one.phase_id]) for one, found in scored if found]


def _groups(pks: Sequence[int], user: Team | AnonymousUser, versions: Versions | None) -> list[Row]:
    groups = visible_groups(user, pks) if pks else []
    seeds: dict[int | None, list[Evaluation]] = {}
    for evaluation in seed_evaluations(visible_members(user, groups), versions) if groups else ():
        seeds.setdefault(evaluation.submission.group_id, []).append(evaluation)
    phases = {group: of_group[0].submission.phase_id for group, of_group in seeds.items()}
    benchmarks = benchmarks_of({*phases.values()}) if phases else {}
    return [
        row_of(group, seeds[group.pk], benchmarks[phases[group.pk]])
        for group in groups
        if len(seeds.get(group.pk, ())) >= MethodGroup.FEWEST
    ]


def _as_seen(row: Row, user: Team | AnonymousUser) -> Row:
    """Return a row with its hidden team, if the user may know it."""
    if isinstance(row.owner, PublishedMethod) or not (row.is_anonymous and is_insider(user, row.owner)):
        return row
    return replace(row, hidden_team=shown_team(user, row.owner))
