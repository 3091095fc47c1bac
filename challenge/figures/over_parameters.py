"""Scores against the number of parameters, with the Pareto front."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, NamedTuple

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.intervals import any_interval, cells, heads, in_words
from challenge.results.score import Score
from challenge.scoring.statistics.pareto import pareto_front

#: Maximum number of points drawn: the Pareto front, then the highest others.
MOST_POINTS = 200


#: Groups of the leaderboard, with their markers.
ENTRIES, PUBLISHED = "Entries", "Published results"
OF_BOARD: Mapping[str, str] = {ENTRIES: "circle", PUBLISHED: "circle-open"}


class SizedScore(NamedTuple):
    """Mean of a metric for a row, the parameters of its network in millions and, if known, its GMACs."""

    label: str
    millions: float
    score: Score
    group: str = ENTRIES
    gmacs: float | None = None


def score_over_parameters(
    rows: Sequence[SizedScore],
    metric: str,
    n_unknown: int,
    *,
    groups: Mapping[str, str] = OF_BOARD,
    of_what: str = "",
    head: str = "Entry",
) -> Figure:
    """Draw rows, the highest first, by their parameters.

    Args:
        rows: the rows that state their parameters.
        metric: name of the metric.
        n_unknown: number of rows that do not state their parameters.
        groups: marker of each group, in the order of the legend.
        of_what: end of the title, after the name of the metric.
        head: header of the table's first column.

    """
    front = pareto_front([row.millions for row in rows], [row.score.value for row in rows])
    on_front = set(front)
    lower = [place for place in range(len(rows)) if place not in on_front]
    drawn = sorted([*front, *lower[: max(0, MOST_POINTS - len(front))]])
    in_groups = {name: [rows[place] for place in drawn if rows[place].group == name] for name in groups}
    return Figure(
        name=f"{metric.replace('_', '-')}-over-parameters",
        title=f"{METRIC_TITLES[metric]}{of_what} against the number of parameters",
        data=[
            *(_points(name, mine, groups[name]) for name, mine in in_groups.items() if mine),
            _front([rows[place] for place in front], max(rows[place].millions for place in drawn)),
        ],
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
        **_table(rows, drawn, on_front, metric, head),
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
        "customdata": [[in_words(row.score), _operations(row)] for row in rows],
        "marker": {"size": 9, "symbol": symbol, "line": {"width": 1.5}},
        "hovertemplate": "%{text}<br>%{x} million%{customdata[1]}: %{y:.4f}%{customdata[0]}<extra></extra>",
    }


def _operations(row: SizedScore) -> str:
    return "" if row.gmacs is None else f", {row.gmacs:,g} GMACs"


def _table(
    rows: Sequence[SizedScore], drawn: Sequence[int], on_front: Container[int], metric: str, head: str
) -> dict[str, Any]:
    """Return columns and rows of the table; intervals and GMACs are columns if they are known."""
    has_intervals = any_interval(rows[place].score for place in drawn)
    has_gmacs = any(rows[place].gmacs is not None for place in drawn)
    return {
        "columns": [
            head,
            "Parameters in millions",
            *(["GMACs"] if has_gmacs else ()),
            *heads(METRIC_TITLES[metric], with_interval=has_intervals),
            "On the front",
        ],
        "rows": [
            [
                row.label,
                f"{row.millions:,.5g}",
                *([None if row.gmacs is None else f"{row.gmacs:,g}"] if has_gmacs else ()),
                *cells(row.score, with_interval=has_intervals),
                "yes" if place in on_front else "",
            ]
            for place in drawn
            for row in [rows[place]]
        ],
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
