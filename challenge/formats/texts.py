"""Texts for places with little room."""


def cut(text: str, length: int) -> str:
    """Return the text, with an ellipsis at its end if it was longer than `length` characters."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
