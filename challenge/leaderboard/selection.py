"""Selection of the rows of a ranking that are shown: a search, and facts of the methods.

A selection only hides rows: the ranks of the others stay those among all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.http import QueryDict

from challenge.formats.numbers import plain
from challenge.models import MethodFacts

#: Maximum number of characters of a search.
MOST_CHARACTERS = 100
#: Range of a limit on the parameters, in millions.
FEWEST_MILLIONS, MOST_MILLIONS = 0.0001, 1_000_000.0


@dataclass(frozen=True, kw_only=True)
class Searchable:
    """Rows as columns of equal length, with all that a selection looks at; None for a fact that is not stated."""

    #: Words for the search: casefolded.
    words: Sequence[str]
    parameters: Sequence[float | None]
    family: Sequence[str | None]
    pretraining: Sequence[str | None]
    with_study: Sequence[bool]


class Selected(NamedTuple):
    """Places of the rows that are shown, and the number of rows hidden because they do not state a fact."""

    places: Sequence[int]
    n_unstated: int


@dataclass(frozen=True)
class Selection:
    """Choices of the rows that are shown, in a canonical form: equal meanings are equal values."""

    #: Words in the name of the team or the model, casefolded.
    search: str = ""
    #: Upper limit of the parameters, in millions.
    parameters: float | None = None
    families: tuple[MethodFacts.Family, ...] = ()
    pretrainings: tuple[MethodFacts.Pretraining, ...] = ()
    with_study: bool = False
    #: The search as the reader typed it.
    typed: str = field(default="", compare=False, repr=False)

    @classmethod
    def from_query(cls, query: QueryDict) -> "Selection":
        """Read the selection from a request's query."""
        typed = _clean(query.get("q", ""))
        return cls(
            search=typed.casefold(),
            parameters=_millions(query.get("parameters", "")),
            families=tuple(one for one in MethodFacts.Family if one in query.getlist("family")),
            pretrainings=tuple(one for one in MethodFacts.Pretraining if one in query.getlist("pretraining")),
            with_study=query.get("study") == "on",
            typed=typed,
        )

    def values(self) -> dict[str, Any]:
        """Return the choices by their names in the query, without defaults."""
        values = {
            "q": self.typed or self.search,
            "parameters": plain(self.parameters) if self.parameters else "",
            "family": list(self.families),
            "pretraining": list(self.pretrainings),
            "study": "on" if self.with_study else "",
        }
        return {name: value for name, value in values.items() if value}

    def __bool__(self) -> bool:
        """Return True if the selection may hide rows."""
        return bool(self.values())

    def places(self, rows: Searchable) -> Selected:
        """Return the places of the rows to show, in their order.

        A row that does not state a fact does not match a filter on that fact. The rows that are counted as hidden for
        this reason match everything else.
        """
        places: Sequence[int] = range(len(rows.words))
        if self.search:
            places = [place for place in places if self.search in rows.words[place]]
        if self.with_study:
            places = [place for place in places if rows.with_study[place]]
        limit = self.parameters
        filtered: list[Sequence[Any]] = []
        if limit is not None:
            places = [
                place for place in places if (value := rows.parameters[place]) is None or value <= limit
            ]
            filtered.append(rows.parameters)
        for facts, chosen in ((rows.family, self.families), (rows.pretraining, self.pretrainings)):
            if chosen:
                accepted = {None, *(one.value for one in chosen)}
                places = [place for place in places if facts[place] in accepted]
                filtered.append(facts)
        stated = places
        for facts in filtered:
            stated = [place for place in stated if facts[place] is not None]
        return Selected(stated, len(places) - len(stated))


def _clean(text: str) -> str:
    """Return a search without control characters and outer spaces, with single spaces between the words."""
    kept = "".join(character for character in text if character.isprintable() or character.isspace())
    return " ".join(kept.split())[:MOST_CHARACTERS].strip()


def _millions(text: str) -> float | None:
    """Return a positive number of six significant digits, as it is written in addresses."""
    try:
        value = float(text)
    except ValueError:
        return None
    return float(plain(value)) if FEWEST_MILLIONS <= value <= MOST_MILLIONS else None
