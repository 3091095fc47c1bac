"""Conversion of the organizers' Markdown to HTML that can neither run nor load anything."""

import re
import time
from functools import lru_cache
from itertools import accumulate
from xml.etree.ElementTree import Element, SubElement

import nh3
from django.core.exceptions import ValidationError
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

#: Allowed tags. No h1, because the page has its own; no images, because the site stores none for organizers.
TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "kbd"),
    *("em", "strong", "del", "sub", "sup", "abbr", "a", "ul", "ol", "li", "dl", "dt", "dd"),
    *("figure", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href"},
    "abbr": {"title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}
#: Attributes that the site adds: a table scrolls in its own region, which the keyboard can reach.
FIXED_ATTRIBUTES = {
    "figure": {"class": "table-scroll", "tabindex": "0", "role": "region", "aria-label": "Table"},
    "table": {"class": "table scores"},
    "th": {"scope": "col"},
}


#: Longest text, in characters, and deepest nesting. The time of a conversion grows with the square of both.
LONGEST = 30_000
DEEPEST = 30
#: Longest conversion that `validate` accepts, in seconds.
SECONDS = 2.0
#: Texts of which a process keeps the HTML.
KEPT = 64

_BRACKET = re.compile(r"[\[\]()]")
_QUOTE = re.compile(r"^[> \t]*", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n\s*\n")


@lru_cache(maxsize=KEPT)
def to_html(text: str, *, below: int = 1) -> SafeString:
    """Convert Markdown to HTML for the body of a page; each process converts a text once.

    `#` gives a heading one level below the heading above the text, whose level is `below`. Tables and fenced code are
    supported. Harmless HTML in the text is kept: no scripts, styles, frames, forms or images, and links only to web
    pages, e-mail addresses and telephone numbers. A text that `validate` would refuse is shown as it is.
    """
    if _problem(text):
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - escaped
    try:
        return _convert(text, below)
    except RecursionError:
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 - escaped


def validate(text: str) -> None:
    """Refuse a text that is too long, too deeply nested, or too slow to convert.

    Raises:
        ValidationError: the text cannot be shown as Markdown; the message says why.

    """
    if problem := _problem(text):
        raise ValidationError(problem)
    start = time.monotonic()
    try:
        _convert(text, below=1)
    except RecursionError as error:
        raise ValidationError("Lists, quotations or definitions are nested too deeply.") from error
    if time.monotonic() - start > SECONDS:
        raise ValidationError(f"It takes over {SECONDS:.0f} s to convert this text. Make it simpler.")


def _problem(text: str) -> str:
    """Return why a text is not converted at all; empty if it is."""
    if len(text) > LONGEST:
        return f"The text has {len(text):,} characters; at most {LONGEST:,} are shown."
    if max((quote[0].count(">") for quote in _QUOTE.finditer(text)), default=0) > DEEPEST:
        return f"Quotations (>) are nested more than {DEEPEST} deep."
    if max(map(_open_brackets, _PARAGRAPH.split(text))) > DEEPEST:
        return f"More than {DEEPEST} brackets are open at the same time in one paragraph."
    return ""


def _open_brackets(paragraph: str) -> int:
    """Return how many brackets are open at most; the converter looks for the end of each."""
    steps = (1 if bracket[0] in "[(" else -1 for bracket in _BRACKET.finditer(paragraph))
    return max(accumulate(steps, lambda depth, step: max(0, depth + step), initial=0))


def _convert(text: str, below: int) -> SafeString:
    markdown = Markdown(
        extensions=["tables", "fenced_code", "def_list", "sane_lists", _Layout(below)],
        extension_configs={"tables": {"use_align_attribute": True}},
    )
    clean = nh3.clean(
        markdown.convert(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        set_tag_attribute_values=FIXED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned above


class _Layout(Extension):
    def __init__(self, below: int) -> None:
        super().__init__()
        self.below = below

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        md.treeprocessors.register(_FitIntoPage(md, self.below), "fit_into_page", 0)


class _FitIntoPage(Treeprocessor):
    """Tree processor that moves headings down, and wraps tables in figures."""

    def __init__(self, md: Markdown, below: int) -> None:
        super().__init__(md)
        self.below = below

    def run(self, root: Element) -> None:
        for element in list(root.iter()):
            if element.tag in ("h1", "h2", "h3", "h4", "h5"):
                element.tag = f"h{min(6, int(element.tag[1]) + self.below)}"
            if element.tag == "table":
                _wrap_in_figure(element)


def _wrap_in_figure(table: Element) -> None:
    """Turn the table element into a figure, with a new table element inside."""
    rows, tail = list(table), table.tail
    table.clear()
    table.tag, table.tail = "figure", tail
    SubElement(table, "table").extend(rows)
