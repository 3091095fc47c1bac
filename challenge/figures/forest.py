"""Forest plot of the highest rows as SVG: score and 95 % interval of each row.

The horizontal positions are percentages, so that the figure fills any width and its texts keep their size. Colours are
those of the style sheet, by classes, because the Content-Security-Policy forbids styles in the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from challenge.figures.figure import as_text

#: Number of characters of a label in wide and in narrow figures.
LONG, SHORT = 46, 17
ROW_HEIGHT, TOP, AXIS_HEIGHT = 23, 4, 24
#: Ends of the drawing in percent of the width; names are to the left, values to the right.
LEFT, RIGHT = 38, 91
#: Number of intervals between the numbers of the axis, at most.
MOST_STEPS = 5


@dataclass(frozen=True)
class ForestRow:
    """One row: its score, the ends of its interval if they are known, and its marks."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    is_published: bool = False
    is_with_leader: bool = False


def forest(rows: Sequence[ForestRow], metric_title: str) -> str:
    """Draw the rows from top to bottom; return the SVG element, empty without rows."""
    if not rows:
        return ""
    ticks, decimals = _ticks(rows)
    scale = Scale(ticks[0], ticks[-1])
    bottom = TOP + ROW_HEIGHT * len(rows)
    parts = [
        f'<svg class="forest" width="100%" height="{bottom + AXIS_HEIGHT}" role="img" '
        'aria-labelledby="forest-title forest-about" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="forest-title">{as_text(metric_title)} of the highest {len(rows)} rows</title>',
        f'<desc id="forest-about">{_about(rows)}</desc>',
        *(_tick(tick, decimals, scale, bottom) for tick in ticks),
        *(_row(row, TOP + ROW_HEIGHT * place + ROW_HEIGHT // 2, scale) for place, row in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(parts)


@dataclass(frozen=True)
class Scale:
    """Scale from scores to percentages of the width."""

    lowest: float
    highest: float

    def __call__(self, value: float) -> str:
        """Return the horizontal position of a score."""
        share = (value - self.lowest) / (self.highest - self.lowest)
        return f"{LEFT + (RIGHT - LEFT) * share:.2f}%"


def _ticks(rows: Sequence[ForestRow]) -> tuple[list[float], int]:
    """Return round numbers whose first and last enclose all scores and intervals, and their number of decimals."""
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    lowest, highest = min(ends), max(ends)
    rough = max(highest - lowest, 1e-3) / MOST_STEPS
    power = 10.0 ** floor(log10(rough))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = floor(lowest / step + 1e-9), ceil(highest / step - 1e-9)
        if last - first <= MOST_STEPS:
            break
    last = max(last, first + 1)
    return [n * step for n in range(first, last + 1)], max(1, -floor(log10(step) + 1e-9))


def _about(rows: Sequence[ForestRow]) -> str:
    sharing = sum(row.is_with_leader for row in rows)
    published = sum(row.is_published for row in rows)
    return (
        "A point for the score of each row and a line for its 95 % interval. "
        f"{sharing} of them cannot be distinguished from the leading entry. "
        f"{published} are published results: hollow points without intervals. The table has the same numbers."
    )


def _tick(tick: float, decimals: int, scale: Scale, bottom: int) -> str:
    x = scale(tick)
    return (
        f'<line class="forest-grid" x1="{x}" x2="{x}" y1="0" y2="{bottom}"/>'
        f'<text class="forest-tick" x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:.{decimals}f}</text>'
    )


def _row(row: ForestRow, middle: int, scale: Scale) -> str:
    kind = "published" if row.is_published else "leading" if row.is_with_leader else "other"
    x, y = scale(row.value), middle + 4
    label = f"≈ {row.label}" if row.is_with_leader else row.label
    bar = ""
    if row.low is not None and row.high is not None:
        bar = f'<line class="forest-bar" x1="{scale(row.low)}" x2="{scale(row.high)}" y1="{middle}" y2="{middle}"/>'
    return (
        f'<g class="forest-{kind}"><title>{as_text(row.label)}: {row.text}</title>'
        f'<text class="forest-long" y="{y}">{as_text(label, LONG)}</text>'
        f'<text class="forest-short" y="{y}">{as_text(label, SHORT)}</text>'
        f'{bar}<circle cx="{x}" cy="{middle}" r="4.5"/>'
        f'<text class="forest-value" x="100%" y="{y}" text-anchor="end">{row.text}</text></g>'
    )
