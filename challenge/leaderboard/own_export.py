"""CSV of a reader's own board."""

from typing import Any

import numpy as np

from challenge.leaderboard.export import FACTS, row_facts
from challenge.leaderboard.own import Line, own_board
from challenge.leaderboard.own_choice import Choice

#: Facts of a row that are not computed for an own board.
_LEFT_OUT = ("rank_low_over_datasets", "rank_high_over_datasets", "attempts")
_FACTS = tuple(name for name in FACTS if name not in _LEFT_OUT)


def own_table(choice: Choice) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and all rows of an own board; rows without a rank come last.

    The last column repeats the choice, because the ranks mean nothing without it.
    """
    metric, address = choice.filters.metric, choice.parameters.urlencode()
    columns = [
        *_FACTS,
        *("official_rank", metric, f"{metric}_low", f"{metric}_high"),
        *(f"{metric}_{dataset.name}" for dataset, _ in choice.chosen),
        "own_selection",
    ]
    board = own_board(choice.filters, choice.weights, every_row=True)
    return columns, [[*_cells(line, metric), address] for line in (*board.highest, *board.missing)]


def _cells(line: Line, metric: str) -> list[Any]:
    facts, score = row_facts(line.row), line.row.scores.get(metric)
    return [
        *(facts[name] for name in _FACTS),
        line.official_rank,
        *(getattr(score, part, None) for part in ("value", "low", "high")),
        *(None if np.isnan(value) else value for value in line.scores),
    ]
