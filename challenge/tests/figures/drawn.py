"""Drawn figures: Plotly's check, their numbers, and labels that are hard to draw."""

import base64
import json
import re

import numpy as np
import plotly.graph_objects as go

from challenge.figures.figure import Figure

HOSTILE = "<b>A</b> & " + "long " * 30
LABELS = [f"Entry {number} of a team with a long name"[:38] for number in range(40)]


def check(figure: Figure) -> go.Figure:
    """Have Plotly check the figure for pages and files, after conversion to JSON."""
    spec = json.loads(json.dumps(figure.spec(), allow_nan=False))
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    go.Figure(spec["data"], spec["file"])
    return go.Figure(spec["data"], spec["layout"])


def unpacked(packed: dict[str, str]) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(packed["bdata"]), f"<{packed['dtype']}")
    return values.reshape([int(length) for length in packed.get("shape", "-1").split(",")])


def lines_of(shape: dict) -> list[list[float]]:
    """Return x0, y0, x1 and y1 of each line."""
    return [[float(number) for number in re.split("[,L]", line)] for line in shape["path"].split("M") if line]
