"""Scores against the number of parameters, with the Pareto front."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import any_interval, cells, heads, in_words
from challenge.results.score import Score
from challenge.scoring.statistics.pareto import pareto_front

#: Maximum number of points drawn: the Pareto front, then the highest others.
MOST_POINTS = 200


class SizedScore(NamedTuple):
    """Mean of a metric for a row, and the parameters of its network in millions."""

    label: str
    millions: float
    score: Score
    is_published: bool = False


def score_over_parameters(rows: Sequence[SizedScore], metric: str, n_unknown: int) -> Figure:
    """Draw rows, the highest first, by their parameters; `n_unknown` rows do not state their parameters."""
    front = pareto_front([row.millions for row in rows], [row.score.value for row in rows])
    on_front = set(front)
    lower = [place for place in range(len(rows)) if place not in on_front]
    drawn = sorted([*front, *lower[: max(0, MOST_POINTS - len(front))]])
    of_entries = [rows[place] for place in drawn if not rows[place].is_published]
    published = [rows[place] for place in drawn if rows[place].is_published]
    has_intervals = any_interval(rows[place].score for place in drawn)
    data = [
        *([_points("Entries", of_entries, "circle")] if of_entries else ()),
        *([_points("Published results", published, "circle-open")] if published else ()),
        _front([rows[place] for place in front], max(rows[place].millions for place in drawn)),
    ]
    return Figure(
        name=f"{metric.replace('_', '-')}-over-parameters",
        title=f"{METRIC_TITLES[metric]} against the number of parameters",
        data=data,
        layout={
            "xaxis": {
                "title": {"text": "Parameters in millions"},
                "type": "log",
                "dtick": "D2",
                "tickformat": "~g",
            },
            "yaxis": {"title": {"text": METRIC_TITLES[metric]}},
            "hovermode": "closest",
            "showlegend": True,
        },
        columns=[
            "Entry",
            "Parameters in millions",
            *heads(METRIC_TITLES[metric], with_interval=has_intervals),
            "On the front",
        ],
        rows=[
            [
                rows[place].label,
                f"{rows[place].millions:,.5g}",
                *cells(rows[place].score, with_interval=has_intervals),
                "yes" if place in on_front else "",
            ]
            for place in drawn
        ],
        note=_note(n_unknown, len(rows) - len(drawn)),
        height=440,
    )


def _points(name: str, rows: Sequence[SizedScore], symbol: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row.millions for row in rows],
        "y": [round(row.score.value, 6) for row in rows],
        "text": [as_text(row.label, 60) for row in rows],
        "customdata": [in_words(row.score) for row in rows],
        "marker": {"size": 9, "symbol": symbol, "line": {"width": 1.5}},
        "hovertemplate": "%{text}<br>%{x} million: %{y:.4f}%{customdata}<extra></extra>",
    }


def _front(rows: Sequence[SizedScore], largest: float) -> dict[str, Any]:
    """Return a step line: the best score of a network with at most so many parameters, up to the largest network."""
    steps = [(row.millions, round(row.score.value, 6)) for row in rows]
    steps.append((largest, steps[-1][1]))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Pareto front",
        "x": [millions for millions, _ in steps],
        "y": [value for _, value in steps],
        "line": {"shape": "hv", "width": 2, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _note(n_unknown: int, n_lower: int) -> str:
    sentences = [
        "Higher and further left is better. The line is the Pareto front: the highest score of a network with at most "
        "so many parameters. Heads are not counted. The scale of the parameters is logarithmic."
    ]
    if n_unknown:
        missing = "1 row is" if n_unknown == 1 else f"{n_unknown:,} rows are"
        sentences.append(f"{missing} missing, because the number of parameters is not stated.")
    if n_lower:
        sentences.append(f"{n_lower:,} lower row{'s are' if n_lower > 1 else ' is'} left out.")
    return " ".join(sentences)
