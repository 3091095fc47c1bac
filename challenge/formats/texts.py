"""Short texts: for places with little room, and for numbers of things."""


def cut(text: str, length: int) -> str:
    """Return the text, with an ellipsis at its end if it was longer than `length` characters."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 day, 2 days."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
