"""BibTeX entries, as far as a bibliography needs: written from plain text, and checked to be one entry, whole."""

import re
import unicodedata
from collections.abc import Mapping

_BEGINNING = re.compile(r"\s*@(\w+)\s*\{\s*([^\s,{}]+)\s*,")

#: Braces are no `\{`: BibTeX counts them after a backslash, too, and a single one would end the entry or leave it open.
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
    """Return plain text so that LaTeX prints it: specials escaped, white space single, control characters left out.

    What else is not ASCII stays as it is: BibTeX passes UTF-8 on.
    """
    printed = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) != "Cc")
    return printed.translate(_LATEX)


def write_entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """Return an entry with a field on each line. Values are LaTeX already, with balanced braces."""
    width = max(map(len, fields))
    lines = ",\n".join(f"  {name:{width}} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}\n}}"


def problem_of(entry: str, key: str) -> str | None:
    """Say in a sentence what is wrong with the entry of that key, or None."""
    beginning = _BEGINNING.match(entry)
    if beginning is None:
        return f"The entry must begin with its type and key, as in @article{{{key},"
    if beginning[2] != key:
        return f"The entry has the key {beginning[2]}; it must be {key}."
    depth, end = 0, len(entry)
    for brace in re.finditer(r"[{}]", entry):  # BibTeX counts those after a backslash, too
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
