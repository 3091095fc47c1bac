"""One page of the ranking: the rows that a reader sees, from the lines of all rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.core.paginator import Page, Paginator

from challenge.figures.figure import METRIC_TITLES
from challenge.figures.forest import ForestRow, forest
from challenge.leaderboard.cells import (
    gap_cell,
    head_cell,
    mean_cells,
    pick_cell,
    rank_cell,
    score_cells,
    table_row,
    text_cells,
)
from challenge.leaderboard.filters import Column, Filters
from challenge.leaderboard.lines import Line, Ranked, Standing
from challenge.leaderboard.standings import STANDINGS, Standings
from challenge.leaderboard.store import Kept, NotMadeYetError, Snapshot
from challenge.leaderboard.stored_lines import LINES, has_lines, stored_lines
from challenge.models import Metric, benchmark_of
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

ROWS_PER_PAGE = 50
#: Reads of the board until ranks and lines are by the same versions.
MOST_READS = 3
#: Number of rows in the forest plot.
MOST_DRAWN = 12

#: Texts of the columns that a reader can add, by attribute of a line.
_TEXTS = {
    Column.PARAMETERS: "parameters_text",
    Column.FAMILY: "family_text",
    Column.PRETRAINING: "pretraining_text",
    Column.EVIDENCE: "evidence_text",
    Column.TIME: "time_text",
}


@dataclass(frozen=True)
class BoardPage:
    """One page of the rows that match a selection."""

    #: Rows of the table as HTML.
    rows: Sequence[str]
    page: Page
    #: Names and titles of the metrics; the first metric ranks.
    metrics: Sequence[tuple[str, str]]
    benchmark: Benchmark
    dataset_titles: Sequence[str]
    text_titles: Sequence[str]
    #: Forest plot of the highest rows, their number, and the number of entries among them.
    forest: str
    n_drawn: int
    n_drawn_entries: int
    #: Number of the rows that match, and of the hidden rows that do not state a fact.
    n_matching: int
    n_unstated: int
    leader: Line | None
    is_leader_shown: bool
    is_close_to_one: bool


class Board(NamedTuple):
    """Standings, and the time at which the lines that belong to them were made."""

    standings: Kept[Standings]
    lines_made_at: datetime


def names_of_board(filters: Filters) -> list[str]:
    """Return the names of the kept results that `board_by` needs."""
    return [LINES.name(_lines(filters)), STANDINGS.name(filters.ranking_values)]


def board_by(filters: Filters, seen: Snapshot | None = None) -> Board:
    """Return the standings under the filters, and see to their lines first.

    Ranks and lines are by the same versions: if the site has just switched to others, both are read again.

    Args:
        filters: choices of the reader.
        seen: what the caller has read already, with `names_of_board`.

    Raises:
        NotMadeYetError: they are being made.

    """
    for _ in range(MOST_READS):
        seen = seen or Snapshot.of(names_of_board(filters))
        lines = LINES.get(_lines(filters), seen)
        kept = STANDINGS.get(filters.ranking_values, seen, may_make=lines.is_current)
        scored_by = kept.value.scored_by
        if scored_by == lines.value or has_lines(filters, scored_by):
            return Board(kept, lines.made_at)
        seen = None
    raise NotMadeYetError("The lines by the new versions are being made.")


def _lines(filters: Filters) -> dict[str, Any]:
    return {**filters.of_phase, "resolution": filters.resolution}


def board_page(filters: Filters, standings: Standings) -> BoardPage:
    """Return the page of the rows that match the selection."""
    benchmark = benchmark_of(filters.phase)
    matching, n_unstated = filters.selection.places(standings)
    page = Paginator(matching, ROWS_PER_PAGE).get_page(filters.page)
    leader = [] if standings.leader is None else [standings.leader]
    ranked = ranked_rows(filters, standings, {*page, *leader})
    shown = [ranked[place] for place in page if place in ranked]
    drawn = [row for row in shown[:MOST_DRAWN] if row.standing.rank] if page.number == 1 else []
    leading = next((ranked[place].line for place in leader if place in ranked), None)
    return BoardPage(
        rows=board_rows(shown, filters, benchmark, ticked=leading.key if leading else "", can_compare=True),
        page=page,
        metrics=metrics_of(filters.metric),
        benchmark=benchmark,
        dataset_titles=[d.title for d in benchmark] if Column.DATASETS in filters.columns else [],
        text_titles=[str(column.label) for column in filters.columns if column in _TEXTS],
        forest=forest([_drawn(row, filters.metric) for row in drawn], METRIC_TITLES[filters.metric]),
        n_drawn=len(drawn),
        n_drawn_entries=sum(not row.line.is_published for row in drawn),
        n_matching=len(matching),
        n_unstated=n_unstated,
        leader=leading,
        is_leader_shown=standings.leader in list(page),
        is_close_to_one=any(row.line.is_close_to_one for row in shown),
    )


def highest_rows(filters: Filters, standings: Standings, n: int) -> list[str]:
    """Return the n highest rows of a ranking as HTML."""
    places = np.flatnonzero(standings.ranks[:n]).tolist()
    ranked = ranked_rows(filters, standings, places)
    return board_rows([ranked[place] for place in places if place in ranked], filters, MEDMNIST_PLUS)


def ranked_rows(filters: Filters, standings: Standings, places: Iterable[int]) -> dict[int, Ranked]:
    """Return rows of a ranking by their places; a row that has just left the board is left out."""
    keys = {place: standings.keys[place].decode() for place in places}
    lines = stored_lines(filters, standings.scored_by, list(keys.values()))
    return {
        place: Ranked(standings.standing(place), lines[key]) for place, key in keys.items() if key in lines
    }


def metrics_of(ranked_by: Metric) -> list[tuple[str, str]]:
    """Return names and titles of the metrics; the metric that ranks comes first, next to the names of the rows."""
    return sorted(Metric.choices, key=lambda choice: choice[0] != ranked_by)


def board_rows(
    ranked: Sequence[Ranked],
    filters: Filters,
    benchmark: Benchmark,
    *,
    ticked: str = "",
    can_compare: bool = False,
) -> list[str]:
    """Return rows of the table as HTML.

    Args:
        ranked: the rows.
        filters: choices of the reader, among them the columns.
        benchmark: datasets of the phase.
        ticked: key of the row that is ticked for a comparison.
        can_compare: true if the rows have checkboxes.

    """
    texts = [_TEXTS[column] for column in filters.columns if column in _TEXTS]
    unknown = ("",) * benchmark.n_datasets
    with_datasets = Column.DATASETS in filters.columns

    def cells(standing: Standing, line: Line) -> Iterator[str]:
        if can_compare:
            yield pick_cell(line, is_ticked=line.key == ticked)
        yield rank_cell(standing, is_published=line.is_published)
        yield head_cell(line, with_attempts=not filters.all_entries)
        yield mean_cells(line.cells, filters.metric)
        if benchmark.has_withheld:
            yield gap_cell(line.gaps.get(filters.metric))
        yield text_cells(getattr(line, text) for text in texts)
        if with_datasets:
            yield score_cells(line.datasets.get(filters.metric, unknown))

    return [table_row(line, cells(standing, line)) for standing, line in ranked]


def _drawn(row: Ranked, metric: str) -> ForestRow:
    cell = row.line.cells[metric]
    return ForestRow(
        label=f"{row.line.name} ({row.line.about})",
        value=cell.value,
        text=cell.text,
        low=cell.low,
        high=cell.high,
        is_published=row.line.is_published,
        is_with_leader=row.standing.is_with_leader,
    )
