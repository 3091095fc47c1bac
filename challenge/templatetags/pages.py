"""Links to the pages of a list."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict

register = template.Library()


@register.inclusion_tag("_pages.html")
def page_links(
    page: Page, *, address: str, parameter: str, label: str, query: QueryDict | None = None
) -> dict[str, Any]:
    """Link to the pages around this one, the first and the last; show nothing if there is only one.

    Args:
        page: the page that is shown.
        address: path of the page of the site, with the anchor of the list in `#`.
        parameter: name of the page's number in the address.
        label: name of the list for screen readers.
        query: other parameters of the address.

    """
    path, _, anchor = address.partition("#")
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    others = f"{query.urlencode()}&" if query else ""
    # A number is a page; anything else is the ellipsis.
    links = [(n, f"{path}?{others}{parameter}={n}#{anchor}" if isinstance(n, int) else "") for n in shown]
    return {"page": page, "links": links, "label": label}
