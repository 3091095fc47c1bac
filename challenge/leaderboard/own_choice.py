"""Choice of datasets and weights for a reader's own board, read from its address.

Equal choices have the same address: a parameter is in it only if it differs from its default, and the weights have no
common divisor.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from challenge.formats.parameters import parameters
from challenge.leaderboard.filters import Filters
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset
from challenge.scoring.statistics.weighted import smallest_weights

MOST_WEIGHT = 10
#: Name of the ticked datasets in the form. The form always sends it, with an empty value if nothing is ticked.
TICKED = "use"
#: Filters of the leaderboard that change the own board.
SHARED = ("resolution", "metric", "entries", "baselines", "protocol")
#: Maximum number of characters of an invalid weight in a sentence.
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Choice:
    """Filters of the rows, and a weight for each dataset, 0 for a dataset that does not count."""

    filters: Filters
    weights: tuple[int, ...]
    #: Sentences on invalid weights in the address.
    problems: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: QueryDict) -> "Choice":
        """Read a choice from an address, or from the form with its ticks."""
        shared = Filters.from_query(parameters({name: query.get(name, "") for name in SHARED}))
        texts = [query.get(dataset.name, "").strip() for dataset in MEDMNIST_PLUS]
        if TICKED in query:
            ticked = query.getlist(TICKED)
            texts = [
                (text or "1") if d.name in ticked else ""
                for d, text in zip(MEDMNIST_PLUS, texts, strict=True)
            ]
        weights = [_weight(text) for text in texts]
        problems = [
            f"{dataset.title}: “{_shown(text)}” is not a whole number from 0 to {MOST_WEIGHT}, so the weight is 0."
            for dataset, text, weight in zip(MEDMNIST_PLUS, texts, weights, strict=True)
            if weight is None
        ]
        return cls(shared, smallest_weights([weight or 0 for weight in weights]), tuple(problems))

    @property
    def is_empty(self) -> bool:
        """True if no dataset counts."""
        return not any(self.weights)

    @property
    def is_official(self) -> bool:
        """True if all datasets have the same weight: the official mean."""
        return all(weight == 1 for weight in self.weights)

    @property
    def has_own_board(self) -> bool:
        """True if the choice gives another ranking than the official one."""
        return not (self.is_empty or self.is_official)

    @cached_property
    def chosen(self) -> list[tuple[Dataset, int]]:
        """Datasets that count, with their weights."""
        return [(d, weight) for d, weight in zip(MEDMNIST_PLUS, self.weights, strict=True) if weight]

    @property
    def has_equal_weights(self) -> bool:
        """True if all datasets that count have the same weight."""
        return all(weight == 1 for _, weight in self.chosen)

    @property
    def parameters(self) -> QueryDict:
        """Query parameters of the address."""
        return address_of(self.filters, {dataset.name: weight for dataset, weight in self.chosen})

    @property
    def query(self) -> str:
        """Query string of the address, empty if all is as by default."""
        text = self.parameters.urlencode()
        return f"?{text}" if text else ""

    def only(self, datasets: Container[Dataset]) -> QueryDict:
        """Return the query parameters of the same rows ranked by other datasets, with equal weights."""
        return address_of(self.filters, {dataset.name: 1 for dataset in MEDMNIST_PLUS if dataset in datasets})


def address_of(filters: Filters, weights: Mapping[str, int]) -> QueryDict:
    """Return the query parameters of some weights by dataset, all above 0, in the official order."""
    values, default = filters.values(), Filters().values()
    return parameters(
        {name: values[name] for name in SHARED if values[name] != default[name]} | dict(weights)
    )


def _weight(text: str) -> int | None:
    """Return a weight; 0 for an empty text, and None for an invalid text."""
    if not text:
        return 0
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_WEIGHT))
    return int(text) if is_number and int(text) <= MOST_WEIGHT else None


def _shown(text: str) -> str:
    printable = "".join(character for character in text if character.isprintable())
    return printable if len(printable) <= _MOST_SHOWN else f"{printable[:_MOST_SHOWN]}…"
