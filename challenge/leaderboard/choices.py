"""Choices of a reader for the page: options of the filter form, and active choices with links that remove them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import TextChoices

from challenge.formats.numbers import plain
from challenge.leaderboard.filters import Column, Filters
from challenge.models import Evidence, MethodFacts


class Option(NamedTuple):
    """Option of a form."""

    value: str
    label: str
    is_chosen: bool


class Active(NamedTuple):
    """Active choice, and the query of the page without it."""

    text: str
    query: str


def options(filters: Filters) -> dict[str, list[Option]]:
    """Return the options of the filter form by the names of their parameters."""
    selection = filters.selection
    return {
        "entries": [
            Option("best", "Best per team", not filters.all_entries),
            Option("all", "All", filters.all_entries),
        ],
        "baselines": [
            Option("on", "Shown", filters.baselines),
            Option("off", "Hidden", not filters.baselines),
        ],
        "protocol": [
            Option("any", "Any", not filters.standard_only),
            Option("standard", "Standard only", filters.standard_only),
        ],
        "family": [
            Option(one.value, str(one.label), one in selection.families) for one in MethodFacts.Family
        ],
        "pretraining": [
            Option(one.value, str(one.label), one in selection.pretrainings)
            for one in MethodFacts.Pretraining
        ],
        "evidence": [Option(one.value, str(one.label), one in selection.evidence) for one in Evidence],
        "columns": [Option(one.value, str(one.label), one in filters.columns) for one in Column],
    }


def active(filters: Filters) -> list[Active]:
    """Return the choices that differ from the defaults, without resolution, metric and tab."""
    return [
        Active(text, f"?{replace(filters, page=1, **without).parameters.urlencode()}")
        for text, without in _choices(filters)
    ]


def cleared(filters: Filters) -> Filters:
    """Return the filters with phase, resolution, metric and tab only."""
    return Filters(filters.resolution, filters.metric, tab=filters.tab, phase=filters.phase)


def _choices(filters: Filters) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the text of each active choice, and the fields of the filters that remove it."""
    if filters.all_entries:
        yield "all entries", {"all_entries": False}
    if not filters.baselines:
        yield "published results hidden", {"baselines": True}
    if filters.standard_only:
        yield "standard protocol only", {"standard_only": False}
    chosen = filters.selection
    for text, without in _of_selection(filters):
        yield text, {"selection": replace(chosen, **without)}
    for column in filters.columns:
        yield f"column: {column.label}", {"columns": tuple(one for one in filters.columns if one != column)}


def _of_selection(filters: Filters) -> Iterator[tuple[str, dict[str, Any]]]:
    chosen = filters.selection
    if chosen.search:
        yield f"“{chosen.typed or chosen.search}”", {"search": "", "typed": ""}
    if chosen.parameters is not None:
        yield f"at most {plain(chosen.parameters)} M parameters", {"parameters": None}
    if chosen.families:
        yield f"family: {_either(chosen.families)}", {"families": ()}
    if chosen.pretrainings:
        yield f"pre-training: {_either(chosen.pretrainings)}", {"pretrainings": ()}
    if chosen.evidence:
        yield f"evidence: {_either(chosen.evidence)}", {"evidence": ()}
    if chosen.with_study:
        yield "with a study", {"with_study": False}


def _either(choices: Sequence[TextChoices]) -> str:
    return " or ".join(str(choice.label) for choice in choices)
