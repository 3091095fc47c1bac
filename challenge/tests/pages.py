"""Helpers to read pages in tests by their elements and words, independent of the HTML source.

Each function takes the HTML of a page, or an element.
"""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

Html = str | LexborNode


def page_of(client: Client, address: str, query: Any = None, *, status: int = 200) -> str:
    """Return the HTML of a page; fail if the response has another status."""
    response = client.get(address, query)
    assert response.status_code == status
    return response.content.decode()


def elements(html: Html, selector: str) -> list[LexborNode]:
    """Return the elements of a CSS selector, in document order."""
    return _root(html).css(selector)


def element(html: Html, selector: str) -> LexborNode:
    """Return the only element of a CSS selector; fail if there is none, or more than one."""
    found = elements(html, selector)
    assert len(found) == 1, f"{len(found)} elements are {selector}"
    return found[0]


def region(html: Html, label: str) -> LexborNode:
    """Return the only element with an accessible name (`aria-label`)."""
    return element(html, f'[aria-label="{label}"]')


def text_of(html: Html, *, without: str = "") -> str:
    """Return the visible words, separated by single spaces; leave out scripts and the elements of `without`."""
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
    """Return the words of the cells of each row of a table, including headings."""
    return [[text_of(cell) for cell in elements(row, "th, td")] for row in elements(html, "tr")]


def table_of(html: Html, label: str) -> dict[str, list[str]]:
    """Return the words of the cells by the heading of their row, for the table in a region."""
    rows = elements(region(html, label), "tr:has(th[scope=row])")
    return {text_of(element(row, "th")): [text_of(cell) for cell in elements(row, "td")] for row in rows}


def attribute(html: Html, selector: str, name: str) -> list[str]:
    """Return an attribute of all elements that have it, for example `href` of all links."""
    return [found.attributes[name] or "" for found in elements(html, f":is({selector})[{name}]")]


def _root(html: Html) -> LexborNode:
    root = html if isinstance(html, LexborNode) else LexborHTMLParser(html).root
    assert root
    return root
