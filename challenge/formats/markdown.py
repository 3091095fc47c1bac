"""Conversion of the organizers' Markdown to HTML that can neither run nor load anything."""

from xml.etree.ElementTree import Element, SubElement

import nh3
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


def to_html(text: str) -> SafeString:
    """Convert Markdown to HTML for the body of a page.

    `#` gives a second-level heading. Tables and fenced code are supported. Harmless HTML in the text is kept: no
    scripts, styles, frames, forms or images, and links only to web pages, e-mail addresses and telephone numbers.
    """
    markdown = Markdown(
        extensions=["tables", "fenced_code", "def_list", "sane_lists", _Layout()],
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
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        md.treeprocessors.register(_FitIntoPage(md), "fit_into_page", 0)


class _FitIntoPage(Treeprocessor):
    """Tree processor that moves headings one level down, and wraps tables in figures."""

    def run(self, root: Element) -> None:
        for element in list(root.iter()):
            if element.tag in ("h1", "h2", "h3", "h4", "h5"):
                element.tag = f"h{int(element.tag[1]) + 1}"
            if element.tag == "table":
                _wrap_in_figure(element)


def _wrap_in_figure(table: Element) -> None:
    """Turn the table element into a figure, with a new table element inside."""
    rows, tail = list(table), table.tail
    table.clear()
    table.tag, table.tail = "figure", tail
    SubElement(table, "table").extend(rows)
