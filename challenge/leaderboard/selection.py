"""Selection of the rows of a ranking that are shown: a search, and facts of the methods.

A selection only hides rows: the ranks of the others stay those among all rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from django.http import QueryDict
from numpy.typing import NDArray

from challenge.formats.numbers import plain
from challenge.models import Evidence, MethodFacts

#: Maximum number of characters of a search.
MOST_CHARACTERS = 100
#: Range of a limit on the parameters, in millions.
FEWEST_MILLIONS, MOST_MILLIONS = 0.0001, 1_000_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Searchable:
    """Rows as columns of equal length, with all that a selection looks at.

    A fact that is not stated is NaN or an empty text. Arrays are read from the database ten times faster than lists,
    and ASCII texts are a quarter of NumPy's other texts.
    """

    #: Words for the search, casefolded: a line for each row, because one text is searched in a hundredth of the time.
    words: str
    parameters: NDArray[np.floating]
    family: NDArray[np.bytes_]
    pretraining: NDArray[np.bytes_]
    #: Step of the evidence of each row; empty for a published method.
    evidence: NDArray[np.bytes_]
    with_study: NDArray[np.bool_]


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
    evidence: tuple[Evidence, ...] = ()
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
            evidence=tuple(one for one in Evidence if one in query.getlist("evidence")),
            with_study=query.get("study") == "on",
            typed=typed,
        )

    @classmethod
    def searching(cls, text: str) -> "Selection":
        """Return the selection of a search alone."""
        return cls(search=_clean(text).casefold())

    def values(self) -> dict[str, Any]:
        """Return the choices by their names in the query, without defaults."""
        values = {
            "q": self.typed or self.search,
            "parameters": plain(self.parameters) if self.parameters else "",
            "family": list(self.families),
            "pretraining": list(self.pretrainings),
            "evidence": list(self.evidence),
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
        matching = np.ones(len(rows.with_study), dtype=bool)
        unstated = np.zeros_like(matching)
        if self.search:
            matching[:] = False
            matching[lines_with(self.search, rows.words)] = True
        if self.evidence:
            matching &= np.isin(rows.evidence, _ascii(self.evidence))
        if self.with_study:
            matching &= rows.with_study
        if self.parameters is not None:
            unstated |= np.isnan(rows.parameters)
            matching &= ~(rows.parameters > self.parameters)
        for facts, chosen in ((rows.family, self.families), (rows.pretraining, self.pretrainings)):
            if chosen:
                unstated |= facts == b""
                matching &= np.isin(facts, _ascii(["", *chosen]))
        return Selected(np.flatnonzero(matching & ~unstated).tolist(), int((matching & unstated).sum()))


def lines_with(search: str, text: str) -> list[int]:
    """Return the numbers of the lines, from 0, that contain a search without line breaks."""
    numbers, number, start = [], 0, 0
    while (found := text.find(search, start)) >= 0:
        number += text.count("\n", start, found)
        numbers.append(number)
        start = text.find("\n", found)
        if start < 0:
            break
    return numbers


def _ascii(texts: Iterable[str]) -> list[bytes]:
    return [text.encode("ascii") for text in texts]


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
