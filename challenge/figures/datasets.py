"""Figure of a dataset: the number of test images of each class."""

import textwrap
from collections.abc import Sequence

from challenge.figures.figure import Figure, as_text
from challenge.scoring.benchmark import Dataset, Task

_ROOM = 90  # pixels of the chart around its bars
_BAR = 34  # pixels of a bar with its two lines of text


def class_balance(dataset: Dataset, counts: Sequence[int], *, synthetic: bool = False) -> Figure:
    """Draw the number of test images of each class (or label) as horizontal bars.

    With `synthetic`, the title, which files also show, says that the counts come from demo labels.
    """
    carrying = "carrying each label" if dataset.task is Task.MULTILABEL else "of each class"
    columns = [f"p{number}" for number in range(dataset.n_classes)]
    shares = [count / dataset.n_test for count in counts]
    return Figure(
        name="class-balance",
        title=f"Test images {carrying} of {dataset.title}{' (synthetic labels)' if synthetic else ''}",
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "x": list(counts),
                "y": [_tick(c, name) for c, name in zip(columns, dataset.classes, strict=True)],
                "text": [f"{count:,}" for count in counts],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": shares,
                "hovertemplate": "%{x:,} images, %{customdata:.1%}<extra></extra>",
            }
        ],
        layout={
            "xaxis": {
                "title": {"text": "Test images"},
                "rangemode": "tozero",
                "nticks": 4,
                "tickangle": 0,
                "tickformat": ",d",
            },
            "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
            "bargap": 0.35,
            "showlegend": False,
            "margin": {"r": 50},
        },
        columns=["Class", "Name", "Test images", "Share of the test images"],
        rows=list(zip(columns, dataset.classes, counts, shares, strict=True)),
        height=_ROOM + _BAR * dataset.n_classes,
    )


def _tick(column: str, name: str) -> str:
    """Break a name into at most two short lines; the table shows the full name."""
    name = name.replace("(", " (")  # one official name has no space there
    lines = textwrap.wrap(f"{column}: {name}", 22, max_lines=2, placeholder=" …", break_on_hyphens=False)
    return "<br>".join(as_text(line) for line in lines)
