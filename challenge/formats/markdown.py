"""From the Markdown of organizers to HTML that can neither run nor load anything."""

from xml.etree.ElementTree import Element, SubElement

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

#: What a text consists of. No h1, as the page has its own; no pictures, as the site holds none of organizers.
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
#: What the site adds by itself: a table scrolls in a region of its own, which the keyboard reaches.
FIXED_ATTRIBUTES = {
    "figure": {"class": "table-scroll", "tabindex": "0", "role": "region", "aria-label": "Table"},
    "table": {"class": "table scores"},
    "th": {"scope": "col"},
}


def to_html(text: str) -> SafeString:
    """Turn Markdown into HTML to be shown below the heading of a page.

    `#` makes a heading of the second level. Tables and fenced code are understood. HTML in the text is
    kept where it is harmless: no scripts, styles, frames, forms or pictures, and links to web pages,
    e-mail addresses and telephone numbers only.
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
    """Moves headings one level down, and puts tables into figures."""

    def run(self, root: Element) -> None:
        for element in list(root.iter()):
            if element.tag in ("h1", "h2", "h3", "h4", "h5"):
                element.tag = f"h{int(element.tag[1]) + 1}"
            if element.tag == "table":
                _wrap_in_figure(element)


def _wrap_in_figure(table: Element) -> None:
    """Let the element become the figure, and a new one inside it the table."""
    rows, tail = list(table), table.tail
    table.clear()
    table.tag, table.tail = "figure", tail
    SubElement(table, "table").extend(rows)
