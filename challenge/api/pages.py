"""Pages of long lists."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from challenge.api.schemas import ReleaseQuery

T = TypeVar("T")


class Page(NamedTuple, Generic[T]):
    """Part of a list, and the cursor of the next part; None at the end."""

    items: Sequence[T]
    next: str | None


def page_of(items: Sequence[T], choice: ReleaseQuery) -> Page[T]:
    """Return the part of a list that a reader asks for."""
    start = int(choice.cursor or 0)
    end = start + choice.limit
    return Page(items[start:end], str(end) if end < len(items) else None)
