"""Colours and fonts of the figures: plotly.js templates for light pages, dark pages and files.

Colour-blind readers can distinguish the colours. They follow Okabe and Ito (2008), "Color Universal Design", darkened
or lightened for a contrast of at least 3:1 with the background. Series also differ by marker or dash: see `MARKERS`.
"""

from functools import cache
from typing import Any, Literal

Theme = Literal["light", "dark", "file"]

MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "star", "hexagon", "cross")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

_PAGE_FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Noto Sans, Liberation Sans, Arial, sans-serif"
_FILE_FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"

_LIGHT = ["#0072b2", "#d55e00", "#008a64", "#b8558c", "#8a6d00", "#3a8fc4", "#5b5b5b", "#7a3e00"]
_DARK = ["#56b4e9", "#f0894a", "#2fc598", "#e39bc6", "#e8c33c", "#9fd3f2", "#b9c2c6", "#d9a06b"]

#: Ink, muted ink, lines, background, background of hover labels.
_COLOURS: dict[Theme, tuple[str, str, str, str, str]] = {
    "light": ("#16323b", "#4d6168", "#d9e0e3", "rgba(0,0,0,0)", "#ffffff"),
    "dark": ("#dfe9ec", "#a9b8bd", "#39454a", "rgba(0,0,0,0)", "#1d272b"),
    "file": ("#000000", "#333333", "#d0d0d0", "#ffffff", "#ffffff"),
}


#: Scale of heat maps: one hue, suited to colour-blind readers, and pale (or dark) enough for numbers printed on it.
_SCALES: dict[Theme, tuple[str, str]] = {
    "light": ("#f7fafb", "#79b4c5"),
    "dark": ("#171f23", "#2f6678"),
    "file": ("#f7fafb", "#79b4c5"),
}

#: Scale of signed values: lower end, middle, upper end.
_DIVERGING: dict[Theme, tuple[str, str, str]] = {
    "light": ("#e9a26b", "#f7fafb", "#79b4c5"),
    "dark": ("#8a4d1f", "#171f23", "#2f6678"),
    "file": ("#e9a26b", "#f7fafb", "#79b4c5"),
}


@cache
def theme(name: Theme) -> dict[str, Any]:
    """Return the plotly.js template of a theme. It is shared: do not modify it."""
    ink, muted, line, background, hover = _COLOURS[name]
    scale = [[0, _SCALES[name][0]], [1, _SCALES[name][1]]]
    diverging = [[place / 2, colour] for place, colour in enumerate(_DIVERGING[name])]
    axis = {
        "automargin": True,
        "color": muted,
        "gridcolor": line,
        "linecolor": line,
        "zerolinecolor": line,
        "showline": True,
        "ticks": "",
        "tickfont": {"color": muted},  # otherwise labels inside a plot are black on any background
        "title": {"standoff": 10, "font": {"color": ink}},
    }
    layout = {
        "font": {"family": _FILE_FONT if name == "file" else _PAGE_FONT, "size": 13, "color": ink},
        "title": {"font": {"size": 15}, "x": 0.01, "xanchor": "left"},
        "colorway": _DARK if name == "dark" else _LIGHT,
        "colorscale": {"sequential": scale, "sequentialminus": scale, "diverging": diverging},
        "coloraxis": {"colorbar": {"outlinewidth": 0, "thickness": 14, "tickfont": {"color": muted}}},
        "paper_bgcolor": background,
        "plot_bgcolor": background,
        "xaxis": axis,
        "yaxis": axis,
        "legend": {"orientation": "h", "x": 0, "y": -0.18, "yanchor": "top", "font": {"color": ink}},
        "margin": {"l": 50, "r": 16, "t": 16, "b": 50},
        "hoverlabel": {"bgcolor": hover, "bordercolor": line, "font": {"color": ink}},
        "annotationdefaults": {"font": {"color": ink}, "arrowcolor": muted},
        "shapedefaults": {"line": {"color": muted, "width": 1}},
    }
    return {"layout": layout, "data": {"heatmap": [{"textfont": {"color": ink}}]}}


def page_themes() -> dict[str, dict[str, Any]]:
    """Return the themes of pages, for their script."""
    return {"light": theme("light"), "dark": theme("dark")}
