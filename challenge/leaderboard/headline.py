"""Sentences above the board, made from its numbers: the shared first place, and the highest published result."""

from collections.abc import Sequence

from challenge.formats.texts import cut
from challenge.leaderboard.lines import Ranked

#: Number of characters of a name in a sentence.
LONGEST_NAME = 40


def headline(rows: Sequence[Ranked], metric: str) -> str:
    """Return the sentences about all rows of a ranking, which are in order of rank."""
    ranked = [row for row in rows if row.standing.rank is not None]
    entries = [row for row in ranked if not row.line.is_published]
    published = next((row for row in ranked if row.line.is_published), None)
    about_published = _published(published, metric, is_compared_with=bool(entries)) if published else ""
    return " ".join(filter(None, (_first_place(entries, metric), about_published)))


def _first_place(entries: Sequence[Ranked], metric: str) -> str:
    if not entries:
        return "No entry is ranked here yet."
    leader = _named(entries[0], metric)
    if len(entries) == 1:
        return f"Only one entry is ranked here: {leader}."
    n_compared = sum(row.standing.is_compared for row in entries)
    if n_compared < 2:
        return f"{len(entries)} entries are ranked here. They are not compared yet: their intervals follow."
    sharing = [row for row in entries if row.standing.is_with_leader]
    if len(sharing) == 1:
        return (
            f"{_named(sharing[0], metric)}, holds the first place alone: "
            f"of {n_compared} compared entries, every other is significantly lower."
        )
    return (
        f"{len(sharing)} of {n_compared} compared entries share the first place: "
        "no paired test distinguishes them from the highest."
    )


def _published(row: Ranked, metric: str, *, is_compared_with: bool) -> str:
    line = row.line
    why = "; it was not compared, because no predictions are known" if is_compared_with else ""
    return f"The highest published result, {line.name} ({line.about}), has {line.cells[metric].text}{why}."


def _named(row: Ranked, metric: str) -> str:
    return f"{cut(row.line.label, LONGEST_NAME)}, with {row.line.cells[metric].text}"
