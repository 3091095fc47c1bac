"""Page of a release: its rows as they were frozen, each with a mark if its entry has left since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.dateformat import format as format_date

from challenge.formats.numbers import interval_text
from challenge.formats.texts import counted
from challenge.leaderboard.cells import rank_cell
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.lines import Standing
from challenge.leaderboard.page import ROWS_PER_PAGE, metrics_of
from challenge.models import MethodGroup, PublishedMethod, Release, Submission
from challenge.releases.rows import ALL, BEST
from challenge.results.rows import Kind, RowKey


@dataclass(frozen=True)
class Score:
    """Mean of one metric as texts; all are empty if it is not known."""

    text: str = ""
    interval: str = ""
    std: str = ""
    source: str = ""


@dataclass(frozen=True)
class Today:
    """Entry behind a row, as it is today."""

    #: Address of its page; empty if others cannot see it.
    url: str = ""
    #: Mark of a row whose entry has left since.
    mark: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the page."""

    values: Mapping[str, Any]
    #: Cell of the rank, as HTML.
    rank: str
    #: Scores; the metric that ranks comes first.
    scores: Sequence[Score]
    today: Today

    @property
    def is_published(self) -> bool:
        """True for a published result."""
        return self.values["kind"] == "published"

    @property
    def submitted_at(self) -> datetime | None:
        """Time of the submission, or the start of its day; None for a published result."""
        time = self.values["submitted_at"]
        return datetime.fromisoformat(time) if time else None


@dataclass(frozen=True)
class ReleasePage:
    """One page of a board of a release."""

    lines: Sequence[Line]
    page: Page
    metrics: Sequence[tuple[str, str]]


def release_page(release: Release, filters: Filters) -> ReleasePage:
    """Return the page of the rows at the resolution of the filters, ranked by their metric."""
    board, metric = board_of(filters), filters.metric.value
    page = Paginator(board_rows(release, filters), ROWS_PER_PAGE).get_page(filters.page)
    metrics = metrics_of(filters.metric)
    shown = list(page)
    todays = entries_today(shown)
    return ReleasePage(
        [
            Line(
                values,
                # a row without replicates will never be compared, like a published result
                rank_cell(standing_of(values, board, metric), is_published=True),
                [_score(values["average"], name) for name, _ in metrics],
                todays[values["key"]],
            )
            for values in shown
        ],
        page,
        metrics,
    )


def board_of(filters: Filters) -> str:
    """Return the board of a release that the filters choose: all entries, or one of each team."""
    return ALL if filters.all_entries else BEST


def board_rows(release: Release, filters: Filters) -> list[Mapping[str, Any]]:
    """Return the rows of a board at the resolution of the filters, in order of their ranks by the metric."""
    board, metric = board_of(filters), filters.metric.value
    rows = release.rows.filter(resolution=filters.resolution).values_list("values", flat=True)
    return sorted(_shown(rows, board, metric), key=lambda values: _order(values, board, metric))


def _shown(rows: Iterable[Mapping[str, Any]], board: str, metric: str) -> list[Mapping[str, Any]]:
    """Return the rows of a board; published results without the metric are on it, too, but have no rank."""
    return [row for row in rows if metric in row["ranks"][board] or row["kind"] == "published"]


def _order(values: Mapping[str, Any], board: str, metric: str) -> tuple[bool, int, str]:
    """Sort key, as on the leaderboard: with equal ranks, entries by time, then published results."""
    rank = values["ranks"][board].get(metric, {}).get("rank")
    return rank is None, rank or 0, values["submitted_at"] or "~"


def standing_of(values: Mapping[str, Any], board: str, metric: str) -> Standing:
    """Return the position of a frozen row on a board."""
    ranks = values["ranks"][board].get(metric, {})
    images, datasets = (
        (ranks[f"low{over}"], ranks[f"high{over}"]) if ranks.get(f"low{over}") else None
        for over in ("", "_over_datasets")
    )
    with_leader = ranks.get("with_leader")
    return Standing(
        ranks.get("rank"),
        images,
        datasets,
        is_with_leader=with_leader is True,
        is_compared=with_leader is not None,
    )


def _score(average: Mapping[str, Any], metric: str) -> Score:
    if metric not in average:
        return Score()
    low, high, std = (average[f"{metric}_{part}"] for part in ("low", "high", "std"))
    sources = (average.get(f"{metric}_source", ""), *average.get(f"{metric}_other_sources", ()))
    return Score(
        f"{average[metric]:.4f}",
        "" if low is None else interval_text(low, high),
        "" if std is None else f"{std:.4f}",
        "; ".join(filter(None, sources)),
    )


def entries_today(rows: Iterable[Mapping[str, Any]]) -> dict[str, Today]:
    """Return what became of the entries behind rows, by key, in at most three queries.

    The page of an entry whose team is hidden today is not linked from a row that names the team.
    """
    rows = list(rows)
    numbers = {member["number"] for row in rows for member in row["members"]}
    found = Submission.objects.public().filter(pk__in=numbers).select_related("team")
    members = {one.pk: one for one in found}
    keys = [key for row in rows if (key := RowKey.parse(row["key"]))]
    groups = {key.pk for key in keys if key.kind is Kind.SEEDS}
    standing = set(MethodGroup.objects.standing().filter(pk__in=groups).values_list("pk", flat=True))
    methods = {key.pk for key in keys if key.kind is Kind.PUBLISHED}
    published = set(PublishedMethod.objects.filter(pk__in=methods).values_list("pk", flat=True))
    return {
        row["key"]: _published_today(key, published)
        if key.kind is Kind.PUBLISHED
        else _today(row, key, members, standing)
        for row, key in zip(rows, keys, strict=True)
    }


def _published_today(key: RowKey, there: set[int]) -> Today:
    return Today(reverse("published_method", args=[key.pk]) if key.pk in there else "")


def _today(
    row: Mapping[str, Any], key: RowKey, members: Mapping[int, Submission], standing: set[int]
) -> Today:
    numbers = [member["number"] for member in row["members"]]
    there = [members[number] for number in numbers if number in members]
    if not there:
        return Today(mark="not public any more")
    if names_a_hidden_team(row, there[0]):
        return Today()
    mark = _mark(there, len(numbers))
    if key.kind is Kind.ENTRY:
        return Today(reverse("submission", args=[key.pk]), mark)
    return Today(reverse("group", args=[key.pk]) if key.pk in standing else "", mark)


def names_a_hidden_team(row: Mapping[str, Any], owner: Submission | MethodGroup) -> bool:
    """Return whether a frozen row names the team of an entry or a group that hides it today."""
    return owner.is_anonymous and row["team"] != owner.public_team_name


def _mark(there: Sequence[Submission], n_members: int) -> str:
    """Return what became of the submissions behind a row; empty if all of them are still public."""
    times = [member.withdrawn_at for member in there if member.withdrawn_at]
    if times and n_members == 1:
        return f"withdrawn on {format_date(times[0].astimezone(UTC), 'j M Y')}"
    if times:
        return f"{len(times)} of {counted(n_members, 'seed')} withdrawn"
    return (
        ""
        if len(there) == n_members
        else f"{n_members - len(there)} of {n_members} seeds not public any more"
    )
