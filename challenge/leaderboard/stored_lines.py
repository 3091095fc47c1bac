"""Lines of all rows of a phase at a resolution, stored as JSON: a page of the board loads only those that it shows.

A line is made again only if something changed that it is made from; with thousands of entries, making all would take
seconds after each change.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from bigsite.version import site_version
from challenge.leaderboard.attempts import with_attempts
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.lines import Line, line_of
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import KEPT_DAYS, NotMadeYetError, Result
from challenge.models import BoardLine, Uncertainty, mark_of, ranked_versions
from challenge.results.evidence import mark_of_row
from challenge.results.facts import facts_of_rows
from challenge.results.replicates import with_intervals
from challenge.results.rows import Row, with_dataset_scores
from challenge.results.withheld import with_gaps

#: Writes and reads lines as JSON; fields of an earlier version of the software are ignored.
LINE = TypeAdapter(Line)


def stored_lines(filters: Filters, scored_by: str, keys: Sequence[str]) -> dict[str, Line]:
    """Return the lines of these rows with the scores by some versions, by key; a row that has just gone has none.

    Raises:
        NotMadeYetError: an earlier version of the software made them, without a field of this one.

    """
    found = _lines(filters).filter(scored_by=scored_by, key__in=keys)
    try:
        return {key: LINE.validate_json(shown) for key, shown in found.values_list("key", "shown")}
    except ValidationError as error:
        raise NotMadeYetError("The lines by this version of the software are being made.") from error


def has_lines(filters: Filters, scored_by: str) -> bool:
    """Return whether lines with the scores by some versions are stored."""
    return _lines(filters).filter(scored_by=scored_by).exists()


def _lines(filters: Filters) -> QuerySet[BoardLine]:
    return BoardLine.objects.filter(resolution=filters.resolution, board=filters.phase or 0)


def _renew(parameters: QueryDict) -> str:
    """Store the changed lines of a phase at a resolution, and remove the others; return the mark of their versions.

    Lines with the scores by earlier versions stay as long as standings by these versions may be kept, so that a board
    is always whole.
    """
    given = Filters.from_query(parameters)
    filters = Filters(given.resolution, all_entries=True, phase=given.phase)
    versions = ranked_versions()
    rows = with_attempts(leaderboard(filters, versions))
    facts = {row.key: of_row for row, of_row in zip(rows, facts_of_rows(rows), strict=True)}
    scored_by = mark_of(versions)
    hashes = _hashes(rows, facts)
    lines = _lines(filters).filter(scored_by=scored_by)
    stored = dict(lines.values_list("key", "version"))
    # groups depend on the variation between the seeds of all groups, published methods on all their sources
    changed = [row for row in rows if not row.submission or stored.get(str(row.key)) != hashes[str(row.key)]]
    made = [
        BoardLine(
            resolution=filters.resolution,
            board=filters.phase or 0,
            scored_by=scored_by,
            key=str(row.key),
            version=hashes[str(row.key)],
            shown=LINE.dump_json(line_of(row, facts[row.key])).decode(),
        )
        for row in with_gaps(with_intervals(with_dataset_scores(changed)))
    ]
    gone = [*(stored.keys() - hashes.keys()), *(line.key for line in made)]
    with transaction.atomic():
        lines.filter(key__in=gone).delete()
        BoardLine.objects.bulk_create(made, batch_size=500)
        if versions and versions.since and versions.since < timezone.now() - KEPT_DAYS:
            _lines(filters).exclude(scored_by=scored_by).delete()
    return scored_by


LINES = Result("lines", _renew, is_basis=True)


def _hashes(rows: Sequence[Row], facts: Mapping[Any, Mapping[str, Any]]) -> dict[str, str]:
    """Return a hash of everything that a line is made from, by key."""
    evaluations = [evaluation.pk for row in rows for evaluation in row.evaluations]
    estimates = Uncertainty.objects.known().filter(evaluation__in=evaluations)
    estimated = {
        pk: made for pk, *made in estimates.values_list("evaluation", "results_version", "claimed_at")
    }
    return {str(row.key): _hash(row, facts[row.key], estimated) for row in rows}


def _hash(row: Row, facts: Mapping[str, Any], estimated: Mapping[int, Any]) -> str:
    """Return the hash of everything that the line of a row is made from."""
    stated = {name: value for name, value in vars(row.owner).items() if not name.startswith("_")}
    scored = [(one.pk, one.scored_at, estimated.get(one.pk)) for one in row.evaluations]
    parts = (
        site_version(),
        stated,
        row.team_name,
        row.is_chosen,
        row.attempts,
        mark_of_row(row),
        facts,
        scored,
    )
    return sha256(repr(parts).encode()).hexdigest()
