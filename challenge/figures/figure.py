"""What a figure is: data and layout for plotly.js, and the same numbers as a table."""

import struct
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from challenge.figures.themes import theme
from challenge.scoring.metrics.ranked import RANKED

#: Figures in files are all as wide as a page's text (178 mm at 96 dpi); PNG has three times the pixels (288 dpi).
FILE_WIDTH = 672
PNG_SCALE = 3


class RenderError(Exception):
    """The figures could not be drawn: the browser did not start, broke or hung."""


def _resolution_chunk() -> bytes:
    """Return the part of a PNG that says how large it is meant to be: 96 pixels an inch, times the scale."""
    per_metre = round(96 * PNG_SCALE / 0.0254)
    content = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


PNG_RESOLUTION = _resolution_chunk()
#: Where in a PNG it belongs: behind the signature and the first chunk.
PNG_RESOLUTION_AT = 33

#: Names of the metrics on axes and in heads of columns.
METRIC_TITLES = {name: about.axis for name, about in RANKED.items()}

_TITLE_WIDTH = 82  # characters of a line of the title in a file
_LINE_HEIGHT = 20


@dataclass(frozen=True)
class Figure:
    """A figure without colours: a theme gives it those.

    Attributes:
        name: what its files are called, unique on its page: letters, digits, hyphens.
        title: what is seen, in a sentence; files show it above the figure, pages as its heading.
        data: traces, and `layout`, as plotly.js takes them; without colours that a theme should choose.
        columns: heads of the table of the same numbers.
        rows: its lines; None is what was not measured.
        note: how to read it, if that needs saying.
        height: in pixels, on pages and in files.
        min_width: in pixels; where the page is narrower, the figure scrolls sideways in its own box.

    """

    name: str
    title: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | float | None]]
    note: str = ""
    height: int = 420
    min_width: int = 0

    def spec(self) -> dict[str, Any]:
        """Return what a page's script needs, `file` being the layout of downloads; ready for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "data": self.data,
            "layout": self.layout | {"height": self.height},
            "file": self.file_layout(),
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
        }

    def file_layout(self) -> dict[str, Any]:
        """Return the layout of files: one width, one font, black on white, with the title above."""
        title = textwrap.wrap(self.title, _TITLE_WIDTH)
        margin = {"l": 60, "r": 20, "b": 60} | self.layout.get("margin", {})
        return self.layout | {
            "template": theme("file"),
            "width": max(FILE_WIDTH, self.min_width),
            "height": self.height + _LINE_HEIGHT * len(title),
            "title": {
                "text": "<br>".join(as_text(line) for line in title),
                # In pixels from the top: a share of the height would cut several lines above a low figure.
                "y": 1,
                "yanchor": "top",
                "pad": {"t": 16},
            },
            "margin": margin | {"t": 24 + _LINE_HEIGHT * len(title)},
            # Below everything else: elsewhere it would meet the title, or the labels of an axis.
            "legend": self.layout.get("legend", {}) | {"yref": "container", "y": 0.01, "yanchor": "bottom"},
        }


def as_text(text: str, length: int | None = None) -> str:
    """Return text for a figure: shortened, and with nothing that plotly.js would take for markup."""
    if length and len(text) > length:
        text = text[: length - 1].rstrip() + "…"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
