"""Pages as the tests read them: by their elements and their words, whatever the HTML looks like.

Each function takes the HTML of a page or an element of one.
"""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

Html = str | LexborNode


def page_of(client: Client, address: str, query: Any = None, *, status: int = 200) -> str:
    """The HTML that a visitor gets; fails if the answer has another status."""
    response = client.get(address, query)
    assert response.status_code == status
    return response.content.decode()


def elements(html: Html, selector: str) -> list[LexborNode]:
    """The elements of a CSS selector, in their order."""
    return _root(html).css(selector)


def element(html: Html, selector: str) -> LexborNode:
    """The only element of a CSS selector; fails if there is none, or more than one."""
    found = elements(html, selector)
    assert len(found) == 1, f"{len(found)} elements are {selector}"
    return found[0]


def region(html: Html, label: str) -> LexborNode:
    """The only element of that accessible name (`aria-label`)."""
    return element(html, f'[aria-label="{label}"]')


def text_of(html: Html, *, without: str = "") -> str:
    """What is read: the words, with single blanks; not scripts, and not the elements of the selector `without`."""
    root = _root(html)
    unread = f"script, style, template{', ' if without else ''}{without}"
    skipped = {found.mem_id for found in root.css(unread)}
    return " ".join(" ".join(_texts(root, skipped)).split())


def _texts(node: LexborNode, skipped: set[int]) -> Iterator[str]:
    if node.is_text_node:
        yield node.text_content or ""
    elif node.mem_id not in skipped:
        for child in node.iter(include_text=True):
            yield from _texts(child, skipped)


def rows_of(html: Html) -> list[list[str]]:
    """The words of the cells of each row of a table, headings included."""
    return [[text_of(cell) for cell in elements(row, "th, td")] for row in elements(html, "tr")]


def table_of(html: Html, label: str) -> dict[str, list[str]]:
    """The words of the cells of each row, by the row's heading, of the table in the region of that name."""
    rows = elements(region(html, label), "tr:has(th[scope=row])")
    return {text_of(element(row, "th")): [text_of(cell) for cell in elements(row, "td")] for row in rows}


def attribute(html: Html, selector: str, name: str) -> list[str]:
    """An attribute of each element that has it, such as all `href` of links."""
    return [found.attributes[name] or "" for found in elements(html, f":is({selector})[{name}]")]


def _root(html: Html) -> LexborNode:
    root = html if isinstance(html, LexborNode) else LexborHTMLParser(html).root
    assert root
    return root
