"""Figures of the leaderboard: the rows of its table, all resolutions, and scores over time."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypedDict

from challenge.figures.critical_difference import critical_difference
from challenge.figures.figure import Figure
from challenge.figures.over_datasets import distribution_over_datasets, score_heat_map
from challenge.figures.over_parameters import ENTRIES, PUBLISHED, SizedScore, score_over_parameters
from challenge.figures.over_resolutions import ByResolution, metric_by_resolution
from challenge.figures.over_time import TimedScore, best_score_over_time
from challenge.leaderboard.control import ROWS_WITH_DATASETS
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import Board
from challenge.models import Metric
from challenge.results.facts import parameters_of
from challenge.results.replicates import metric_replicates, with_dataset_intervals, with_intervals
from challenge.results.rows import Row, shared_benchmark, with_dataset_scores

#: Maximum number of points drawn over time: all record setters, then the latest others.
MOST_OVER_TIME = 500
#: Number of top entries of each resolution in the figure over resolutions.
ENTRIES_PER_RESOLUTION = 30


class BoardFigures(TypedDict):
    """Figures, None if there is nothing to draw, and the numbers of ranked rows that the first four leave out."""

    heat_map: Figure | None
    critical_difference: Figure | None
    distribution: Figure | None
    without_datasets: int
    beyond: int
    over_parameters: Figure | None
    by_resolution: Figure | None
    over_time: Figure | None


def leaderboard_figures(
    filters: Filters, boards: Mapping[int, Board], *, colours_within: bool = False
) -> BoardFigures:
    """Draw the leaderboard, given at all resolutions; takes three queries, whatever its length.

    The heat map can have colours within each dataset.
    """
    metric = filters.metric
    board = _with_intervals(boards[filters.resolution], metric)
    boards = {**boards, filters.resolution: board}
    ranked = [row for row in board.rows if row.rank is not None]
    highest = with_dataset_scores(ranked[:ROWS_WITH_DATASETS])
    highest = with_dataset_intervals(highest, metric, metric_replicates(highest, metric))
    benchmark = shared_benchmark(highest)
    series = [one for one in (row.series(metric) for row in highest) if one.scores]
    heat_map = score_heat_map(series, metric, benchmark, within=colours_within) if series else None
    return {
        "heat_map": heat_map,
        "critical_difference": critical_difference(series, metric, benchmark),
        "distribution": distribution_over_datasets(series, metric, benchmark) if series else None,
        "without_datasets": len(highest) - len(series),
        "beyond": len(ranked) - len(highest),
        "over_parameters": over_parameters(ranked, metric),
        "by_resolution": _by_resolution(boards, metric),
        "over_time": over_time(board, metric),
    }


def _with_intervals(board: Board, metric: Metric) -> Board:
    """Add the intervals of the highest rows to a leaderboard."""
    ranked = [row for row in board.rows if row.rank is not None]
    known = {row.key: row for row in with_intervals(ranked[:ROWS_WITH_DATASETS], [metric])}
    rows, entries = ([known.get(row.key, row) for row in part] for part in (board.rows, board.entries))
    return Board(rows, entries)


def over_parameters(ranked: Sequence[Row], metric: Metric) -> Figure | None:
    """Draw the scores of the ranked rows against their parameters; None if no row states its parameters."""
    sized = [
        SizedScore(row.label, millions, row.scores[metric], group=PUBLISHED if row.method else ENTRIES)
        for row in ranked
        if (millions := parameters_of(row)) is not None
    ]
    return score_over_parameters(sized, metric, len(ranked) - len(sized)) if sized else None


def over_time(board: Board, metric: Metric) -> Figure | None:
    """Draw the best score over time; None if there is no entry.

    The figure shows all entries at the resolution, also entries that the table leaves out. A line shows the best
    published row of the table.
    """
    scores = [
        TimedScore(row.submitted_at, row.label, score.value, score.low, score.high, day_only=row.is_anonymous)
        for row in board.entries
        if row.submitted_at and (score := row.scores[metric])
    ]
    if not scores:
        return None
    best = next((row for row in board.rows if row.method and row.rank is not None), None)
    return best_score_over_time(
        _latest_and_best(scores), metric, (best.label, best.scores[metric].value) if best else None
    )


def _latest_and_best(scores: Sequence[TimedScore]) -> list[TimedScore]:
    ordered = sorted(scores, key=lambda one: one.time)
    best = list(accumulate((one.value for one in ordered), max))
    was_best = [place == 0 or value > best[place - 1] for place, value in enumerate(best)]
    others = [place for place, was in enumerate(was_best) if not was]
    latest = set(others[-MOST_OVER_TIME:])
    return [one for place, one in enumerate(ordered) if was_best[place] or place in latest]


def _by_resolution(boards: Mapping[int, Board], metric: Metric) -> Figure | None:
    """Draw the highest entries at each resolution, and published methods at all resolutions if they are shown."""
    methods = _published_by_resolution(boards, metric)
    for resolution, board in boards.items():
        entries = [row for row in board.rows if not row.method][:ENTRIES_PER_RESOLUTION]
        methods += [_at_resolution(row, resolution, metric) for row in entries]
    return metric_by_resolution(methods, metric) if methods else None


def _at_resolution(row: Row, resolution: int, metric: str) -> ByResolution:
    score = row.scores[metric]
    return ByResolution(
        row.label, "Entries", {resolution: score.value}, {resolution: (score.low, score.high)}
    )


def _published_by_resolution(boards: Mapping[int, Board], metric: str) -> list[ByResolution]:
    found: dict[tuple[str, str], dict[int, float]] = {}
    for resolution, board in boards.items():
        for row in board.rows:
            score = row.scores.get(metric)
            if row.method and score:
                kind = f"Published: {row.method.get_scheme_display()}"
                found.setdefault((kind, row.label), {})[resolution] = score.value
    # sorted, so that a kind keeps its colour whichever method leads
    return [ByResolution(label, kind, values) for (kind, label), values in sorted(found.items())]
