"""BibTeX entries: writing from plain text, and a check that a text is one complete entry."""

import re
import unicodedata
from collections.abc import Mapping

_BEGINNING = re.compile(r"\s*@(\w+)\s*\{\s*([^\s,{}]+)\s*,")

#: Braces are not written as `\{`: BibTeX counts braces after a backslash too, so a single one would break the entry.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        **{character: f"\\{character}" for character in "&%$#_"},
    }
)


def escape(text: str) -> str:
    """Escape plain text for LaTeX: escape special characters, collapse white space, drop control characters.

    Other non-ASCII characters stay as they are: BibTeX passes UTF-8 through.
    """
    printed = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) != "Cc")
    return printed.translate(_LATEX)


def write_entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """Return an entry with one field per line. Values must be LaTeX with balanced braces."""
    width = max(map(len, fields))
    lines = ",\n".join(f"  {name:{width}} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}\n}}"


def problem_of(entry: str, key: str) -> str | None:
    """Return a sentence about the error in the entry with the given key, or None if it is correct."""
    beginning = _BEGINNING.match(entry)
    if beginning is None:
        return f"The entry must begin with its type and key, as in @article{{{key},"
    if beginning[2] != key:
        return f"The entry has the key {beginning[2]}; it must be {key}."
    depth, end = 0, len(entry)
    for brace in re.finditer(r"[{}]", entry):  # BibTeX counts braces after a backslash too
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            end = brace.end()
            break
    if depth:
        return (
            f"{depth} closing {'brace is' if depth == 1 else 'braces are'} missing at the end of the entry."
        )
    rest = entry[end:].strip()
    return f"Nothing may follow the closing brace of the entry, but this does: {rest[:40]}" if rest else None
