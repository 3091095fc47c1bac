"""One page of the ranking: the rows that a reader sees, from the lines of all rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core.paginator import Page, Paginator

from challenge.figures.figure import METRIC_TITLES
from challenge.figures.forest import ForestRow, forest
from challenge.leaderboard.attempts import with_attempts
from challenge.leaderboard.cache import cached
from challenge.leaderboard.filters import Column, Filters
from challenge.leaderboard.headline import headline
from challenge.leaderboard.lines import Cell, Line, Ranked, Standing, line_of, standing_of
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import GroundTruth, Metric
from challenge.results.facts import facts_of_rows
from challenge.results.replicates import with_intervals
from challenge.results.rows import with_dataset_scores
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


@dataclass(frozen=True)
class Ranking:
    """All rows of a ranking, in order of rank."""

    rows: Sequence[Ranked]
    headline: str
    n_compared: int
    n_with_leader: int


class BoardRow(NamedTuple):
    """One row of the table: its standing, its line, and its cells in the order of the columns."""

    standing: Standing
    line: Line
    #: Mean of the metric that ranks, and of the others.
    score: Cell | None
    others: Sequence[Cell | None]
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
    #: Number of rows of the ranking, of rows that match, and of hidden rows that do not state a fact.
    n_all: int
    n_matching: int
    n_unstated: int
    #: First row that was compared with the others: the leader.
    leader: Line | None
    is_leader_shown: bool
    is_close_to_one: bool


def ranking_of(filters: Filters, ground_truth: GroundTruth | None) -> Ranking:
    """Return the ranking under the filters, which `Filters.ranked` reduces to those that define it."""
    return cached(
        lambda: _ranking(filters.ranked, ground_truth), "lines", filters.ranked.values(), ground_truth
    )


def _ranking(filters: Filters, ground_truth: GroundTruth | None) -> Ranking:
    rows = with_rank_ranges(with_attempts(leaderboard(filters, ground_truth)), filters.metric)
    rows = with_intervals(with_dataset_scores(rows))
    lines = [line_of(row, facts) for row, facts in zip(rows, facts_of_rows(rows), strict=True)]
    ranked = [Ranked(standing_of(row), line) for row, line in zip(rows, lines, strict=True)]
    return Ranking(
        ranked,
        headline(ranked, filters.metric),
        n_compared=sum(row.standing.is_compared for row in ranked),
        n_with_leader=sum(row.standing.is_with_leader for row in ranked),
    )


def board_page(filters: Filters, ranked: Sequence[Ranked]) -> BoardPage:
    """Return the page of the rows that match the selection; `ranked` are all rows in order of rank."""
    matching, n_unstated = filters.selection.of(ranked)
    page = Paginator(matching, ROWS_PER_PAGE).get_page(filters.page)
    drawn = [row for row in matching[:MOST_DRAWN] if row.standing.rank] if page.number == 1 else []
    leader = next((row.line for row in ranked if row.standing.is_compared), None)
    leader_key = leader.key if leader else None
    shown = list(page)
    return BoardPage(
        rows=board_rows(shown, filters),
        page=page,
        metrics=metrics_of(filters.metric),
        dataset_titles=[d.title for d in MEDMNIST_PLUS] if Column.DATASETS in filters.columns else [],
        text_titles=[str(column.label) for column in filters.columns if column in _TEXTS],
        forest=forest([_drawn(row, filters.metric) for row in drawn], METRIC_TITLES[filters.metric]),
        n_drawn=len(drawn),
        n_drawn_entries=sum(not row.line.is_published for row in drawn),
        n_all=len(ranked),
        n_matching=len(matching),
        n_unstated=n_unstated,
        leader=leader,
        is_leader_shown=any(row.line.key == leader_key for row in shown),
        is_close_to_one=any(row.line.is_close_to_one for row in shown),
    )


def metrics_of(ranked_by: Metric) -> list[tuple[str, str]]:
    """Return names and titles of the metrics; the metric that ranks comes first, next to the names of the rows."""
    return sorted(Metric.choices, key=lambda choice: choice[0] != ranked_by)


def board_rows(ranked: Sequence[Ranked], filters: Filters) -> list[BoardRow]:
    """Return rows of the table."""
    _, *others = (name for name, _ in metrics_of(filters.metric))
    texts = [_TEXTS[column] for column in filters.columns if column in _TEXTS]
    unknown = ("",) * MEDMNIST_PLUS.n_datasets
    with_datasets = Column.DATASETS in filters.columns
    return [
        BoardRow(
            standing,
            line,
            line.cells.get(filters.metric),
            [line.cells.get(metric) for metric in others],
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
