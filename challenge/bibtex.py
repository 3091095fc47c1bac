"""Checks of BibTeX entries, as far as a bibliography needs: one entry, under its key, whole."""

import re

_BEGINNING = re.compile(r"\s*@(\w+)\s*\{\s*([^\s,{}]+)\s*,")


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
