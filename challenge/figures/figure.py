"""Definition of a figure: data and layout for plotly.js, and a table of the same numbers."""

import struct
import textwrap
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from challenge.figures.themes import theme
from challenge.formats.texts import cut
from challenge.scoring.metrics.ranked import RANKED

#: Width of figures in files, that of a page's text (178 mm at 96 dpi). PNG has three times the pixels (288 dpi).
FILE_WIDTH = 672
PNG_SCALE = 3


class RenderError(Exception):
    """The figures could not be drawn: the browser did not start, broke or hung."""


def _resolution_chunk() -> bytes:
    """Return the PNG chunk with the resolution: 96 pixels per inch, times the scale."""
    per_metre = round(96 * PNG_SCALE / 0.0254)
    content = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


PNG_RESOLUTION = _resolution_chunk()
#: Offset of that chunk in a PNG: after the signature and the first chunk.
PNG_RESOLUTION_AT = 33

#: Names of the metrics on axes and in column headers.
METRIC_TITLES = {name: about.axis for name, about in RANKED.items()}

_TITLE_WIDTH = 82  # characters in a line of the title in a file
_LINE_HEIGHT = 20


@dataclass(frozen=True)
class Figure:
    """A figure without colours; a theme adds them.

    Attributes:
        name: base name of its files, unique on its page: letters, digits, hyphens.
        title: description in a sentence; shown above the figure in files, and as its heading on pages.
        data: traces for plotly.js, without colours that a theme should choose.
        layout: layout for plotly.js, also without such colours.
        columns: headers of the table of the same numbers.
        rows: rows of that table; None is a value that was not measured.
        note: explanation of how to read the figure, if needed.
        height: in pixels, on pages and in files.
        min_width: in pixels; on a narrower page, the figure scrolls sideways in its own box.

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
        """Return the data for a page's script, ready for JSON; `file` is the layout of downloads."""
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
        """Return the layout for files: one width, one font, black on white, with the title above."""
        title = textwrap.wrap(self.title, _TITLE_WIDTH)
        margin = {"l": 60, "r": 20, "b": 60} | self.layout.get("margin", {})
        return self.layout | {
            "template": theme("file"),
            "width": max(FILE_WIDTH, self.min_width),
            "height": self.height + _LINE_HEIGHT * len(title),
            "title": {
                "text": "<br>".join(as_text(line) for line in title),
                # In pixels from the top: a share of the height would cut off long titles of low figures.
                "y": 1,
                "yanchor": "top",
                "pad": {"t": 16},
            },
            "margin": margin | {"t": 24 + _LINE_HEIGHT * len(title)},
            # Below everything else: elsewhere the legend could overlap the title or the labels of an axis.
            "legend": self.layout.get("legend", {}) | {"yref": "container", "y": 0.01, "yanchor": "bottom"},
        }


def as_text(text: str, length: int | None = None) -> str:
    """Shorten a text for a figure, and escape what plotly.js would take for markup."""
    if length:
        text = cut(text, length)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
