"""Rows of the board's table as HTML. They are made without templates, which would take half of a page's time."""

from collections.abc import Iterable, Mapping
from html import escape  # Django's, which also takes lazy texts, would be a tenth of a page's time

from challenge.formats.numbers import ranks_text
from challenge.leaderboard.lines import Cell, Line, Standing
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.intervals import LEVEL

_LEVEL = '<span class="level" aria-hidden="true">≈</span> '
_LEVEL_IN_WORDS = '<span class="visually-hidden">, not distinguishable from the leading entry</span>'
_INTERVAL = f'<div class="interval"><span class="visually-hidden">{100 * LEVEL:g} % interval </span>'
_MOVES = '<div class="interval"><span class="visually-hidden">, moves over resamples of the </span>'


def table_row(line: Line, cells: Iterable[str]) -> str:
    """Return the row of a line; published methods and entries with a study have a look of their own."""
    kind = "published" if line.is_published else "with-study" if line.study_url else ""
    return f'<tr class="{kind}">{"".join(cells)}</tr>'


def pick_cell(line: Line, *, is_ticked: bool) -> str:
    """Return the cell with the checkbox for a comparison."""
    box = f'<input class="form-check-input" type="checkbox" name="e" value="{line.key}"{" checked" * is_ticked}>'
    label = f'<span class="visually-hidden">Compare {escape(line.label)}</span>'
    return f'<td class="pick"><label>{box}{label}</label></td>'


def head_cell(line: Line, *, with_attempts: bool) -> str:
    """Return the head of a row: name, marks, team and day, and what the entry was selected from."""
    return f'<th scope="row">{line.head}{line.attempts if with_attempts else ""}</th>'


def rank_cell(standing: Standing, *, is_published: bool) -> str:
    """Return the cell of the rank with its ranges; a rank that was not compared is in brackets and says so."""
    rank, over_datasets = standing.rank, _range("datasets", standing.datasets)
    if not rank:
        shown = "–"
    elif not standing.images:
        reason = "not compared" if is_published else "not compared yet"
        shown = f'<span class="unsure">({rank})</span><div class="interval reason">{reason}</div>'
    elif standing.is_with_leader:
        shown = f"{_LEVEL}{rank}{_LEVEL_IN_WORDS}{_range('images', standing.images)}"
    else:
        shown = f"{rank}{_range('images', standing.images)}"
    return f'<td class="rank">{shown}{over_datasets}</td>'


def mean_cells(cells: Mapping[str, Cell], metric: str) -> str:
    """Return the cells of the means; the metric that ranks comes first, with its interval."""
    first = cells.get(metric)
    interval = f"{_INTERVAL}{first.interval}</div>" if first and first.interval else ""
    others = "".join(
        f'<td class="number">{_mean(cells.get(other))}</td>' for other in METRICS if other != metric
    )
    return f'<td class="number sorted">{_mean(first)}{interval}</td>{others}'


def gap_cell(gap: tuple[str, str] | None) -> str:
    """Return the cell with the public minus the withheld mean, and its interval."""
    text, interval = gap or ("–", "")
    below = f'<div class="interval">{interval}</div>' if interval else ""
    return f'<td class="number">{text}{below}</td>'


def text_cells(texts: Iterable[str]) -> str:
    """Return a cell for each text; an empty text was not stated."""
    return "".join(
        f"<td>{escape(text)}</td>" if text else '<td><span title="Not stated">–</span></td>' for text in texts
    )


def score_cells(scores: Iterable[str]) -> str:
    """Return a cell for each number; an empty text is a score that is not known."""
    return "".join(f'<td class="number">{score or "–"}</td>' for score in scores)


def _mean(cell: Cell | None) -> str:
    if cell is None:
        return '<span title="Not published">–</span>'
    title = f' title="{escape(cell.source)}"' if cell.source else ""
    std = f' <span class="std">± {cell.std}</span>' if cell.std else ""
    return f"<span{title}>{cell.text}{std}</span>"


def _range(of: str, ends: tuple[int, int] | None) -> str:
    return f"{_MOVES}{of} {ranks_text(ends)}</div>" if ends else ""
