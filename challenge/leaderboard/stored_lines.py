"""Lines of all rows at a resolution, stored as JSON: a page of the board loads only those that it shows.

A line is made again only if something changed that it is made from; with thousands of entries, making all would take
seconds after each change.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import QueryDict

from bigsite.version import site_version
from challenge.leaderboard.attempts import with_attempts
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.lines import Line, from_json, line_of, to_json
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import Result
from challenge.models import BoardLine, GroundTruth, Uncertainty
from challenge.results.facts import facts_of_rows
from challenge.results.replicates import with_intervals
from challenge.results.rows import Row, with_dataset_scores


def stored_lines(resolution: int, keys: Sequence[str]) -> dict[str, Line]:
    """Return the lines of these rows by key; a row that has just gone has none."""
    found = BoardLine.objects.filter(resolution=resolution, key__in=keys).values_list("key", "shown")
    return {key: from_json(json.loads(shown)) for key, shown in found}


def _renew(parameters: QueryDict) -> None:
    """Store the lines of all entries and published methods at a resolution that changed, and remove the others."""
    resolution = Filters.from_query(parameters).resolution
    ground_truth = GroundTruth.objects.active()
    rows = with_attempts(leaderboard(Filters(resolution, all_entries=True), ground_truth))
    facts = {row.key: of_row for row, of_row in zip(rows, facts_of_rows(rows), strict=True)}
    versions = _versions(rows, facts, ground_truth)
    stored = dict(BoardLine.objects.filter(resolution=resolution).values_list("key", "version"))
    # groups depend on the variation between the seeds of all groups, published methods on all their sources
    changed = [
        row for row in rows if not row.submission or stored.get(str(row.key)) != versions[str(row.key)]
    ]
    made = [
        BoardLine(
            resolution=resolution,
            key=str(row.key),
            version=versions[str(row.key)],
            shown=json.dumps(to_json(line_of(row, facts[row.key])), ensure_ascii=False, allow_nan=False),
        )
        for row in with_intervals(with_dataset_scores(changed))
    ]
    gone = [*(stored.keys() - versions.keys()), *(line.key for line in made)]
    with transaction.atomic():
        BoardLine.objects.filter(resolution=resolution, key__in=gone).delete()
        BoardLine.objects.bulk_create(made, batch_size=500)


LINES = Result("lines", _renew)


def _versions(
    rows: Sequence[Row], facts: Mapping[Any, Mapping[str, Any]], ground_truth: GroundTruth | None
) -> dict[str, str]:
    """Return a hash of everything that a line is made from, by key."""
    evaluations = [evaluation.pk for row in rows for evaluation in row.evaluations]
    estimates = Uncertainty.objects.known().filter(evaluation__in=evaluations)
    estimated = {
        pk: made for pk, *made in estimates.values_list("evaluation", "results_version", "claimed_at")
    }
    common = (site_version(), ground_truth and ground_truth.checksum)
    return {str(row.key): _version(row, facts[row.key], estimated, common) for row in rows}


def _version(
    row: Row, facts: Mapping[str, Any], estimated: Mapping[int, Any], common: tuple[Any, ...]
) -> str:
    """Return the hash of everything that the line of a row is made from."""
    stated = {name: value for name, value in vars(row.owner).items() if not name.startswith("_")}
    scored = [(one.pk, one.scored_at, estimated.get(one.pk)) for one in row.evaluations]
    parts = (common, stated, row.team_name, row.is_chosen, row.attempts, facts, scored)
    return sha256(repr(parts).encode()).hexdigest()
