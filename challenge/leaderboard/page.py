"""One page of the ranking: the rows that a reader sees, from the lines of all rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core.paginator import Page, Paginator

from challenge.figures.figure import METRIC_TITLES
from challenge.figures.forest import ForestRow, forest
from challenge.leaderboard.filters import Column, Filters
from challenge.leaderboard.lines import Line, Ranked, Standing
from challenge.leaderboard.standings import STANDINGS, Standings
from challenge.leaderboard.store import Kept, NotMadeYetError, state_of_the_site
from challenge.leaderboard.stored_lines import LINES, stored_lines
from challenge.models import Metric
from challenge.scoring.benchmark import MEDMNIST_PLUS

ROWS_PER_PAGE = 50
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


class BoardRow(NamedTuple):
    """One row of the table: its standing, its line, and its cells in the order of the columns."""

    standing: Standing
    line: Line
    #: Means of the metrics as HTML.
    cells: str
    #: Scores on the datasets by that metric, if the reader asks for them.
    datasets: Sequence[str]
    #: Facts that the reader asks for.
    texts: Sequence[str]


@dataclass(frozen=True)
class BoardPage:
    """One page of the rows that match a selection."""

    rows: Sequence[BoardRow]
    page: Page
    #: Names and titles of the metrics; the first metric ranks.
    metrics: Sequence[tuple[str, str]]
    dataset_titles: Sequence[str]
    text_titles: Sequence[str]
    #: Forest plot of the highest rows, their number, and the number of entries among them.
    forest: str
    n_drawn: int
    n_drawn_entries: int
    #: All rows, the number of those that match, and the number of hidden rows that do not state a fact.
    standings: Standings
    n_matching: int
    n_unstated: int
    leader: Line | None
    is_leader_shown: bool
    is_close_to_one: bool


def board_page(filters: Filters) -> Kept[BoardPage]:
    """Return the page of the rows that match the selection."""
    kept = _standings(filters)
    return Kept(_page(filters, kept.value), kept.made_at, kept.is_current)


def _standings(filters: Filters) -> Kept[Standings]:
    """Return the standings under the filters, and see to their lines first; the state of the site is read once."""
    state = state_of_the_site()
    LINES.get({"resolution": filters.resolution}, state)
    return STANDINGS.get(filters.ranking_values, state)


def _page(filters: Filters, standings: Standings) -> BoardPage:
    matching, n_unstated = filters.selection.places(standings)
    page = Paginator(matching, ROWS_PER_PAGE).get_page(filters.page)
    leader = [] if standings.leader is None else [standings.leader]
    ranked = ranked_rows(filters.resolution, standings, {*page, *leader})
    shown = [ranked[place] for place in page if place in ranked]
    drawn = [row for row in shown[:MOST_DRAWN] if row.standing.rank] if page.number == 1 else []
    return BoardPage(
        rows=board_rows(shown, filters),
        page=page,
        metrics=metrics_of(filters.metric),
        dataset_titles=[d.title for d in MEDMNIST_PLUS] if Column.DATASETS in filters.columns else [],
        text_titles=[str(column.label) for column in filters.columns if column in _TEXTS],
        forest=forest([_drawn(row, filters.metric) for row in drawn], METRIC_TITLES[filters.metric]),
        n_drawn=len(drawn),
        n_drawn_entries=sum(not row.line.is_published for row in drawn),
        standings=standings,
        n_matching=len(matching),
        n_unstated=n_unstated,
        leader=next((ranked[place].line for place in leader if place in ranked), None),
        is_leader_shown=standings.leader in list(page),
        is_close_to_one=any(row.line.is_close_to_one for row in shown),
    )


@dataclass(frozen=True)
class Highest:
    """The highest rows of a ranking, and the sentences about all of its rows."""

    rows: Sequence[BoardRow]
    headline: str


def highest_rows(filters: Filters, n: int) -> Highest | None:
    """Return the n highest rows of a ranking; None while it is computed for the first time."""
    try:
        standings = _standings(filters).value
    except NotMadeYetError:
        return None
    places = [place for place, rank in enumerate(standings.ranks[:n]) if rank]
    ranked = ranked_rows(filters.resolution, standings, places)
    return Highest(
        board_rows([ranked[place] for place in places if place in ranked], filters), standings.headline
    )


def ranked_rows(resolution: int, standings: Standings, places: Iterable[int]) -> dict[int, Ranked]:
    """Return rows of a ranking by their places; a row that has just left the board is left out."""
    places = list(places)
    lines = stored_lines(resolution, [standings.keys[place] for place in places])
    return {
        place: Ranked(standings.standing(place), lines[key])
        for place in places
        if (key := standings.keys[place]) in lines
    }


def metrics_of(ranked_by: Metric) -> list[tuple[str, str]]:
    """Return names and titles of the metrics; the metric that ranks comes first, next to the names of the rows."""
    return sorted(Metric.choices, key=lambda choice: choice[0] != ranked_by)


def board_rows(ranked: Sequence[Ranked], filters: Filters) -> list[BoardRow]:
    """Return rows of the table."""
    texts = [_TEXTS[column] for column in filters.columns if column in _TEXTS]
    unknown = ("",) * MEDMNIST_PLUS.n_datasets
    with_datasets = Column.DATASETS in filters.columns
    return [
        BoardRow(
            standing,
            line,
            line.rendered[filters.metric],
            line.datasets.get(filters.metric, unknown) if with_datasets else (),
            [getattr(line, text) for text in texts],
        )
        for standing, line in ranked
    ]


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
