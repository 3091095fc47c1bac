"""Facts of methods: by field for exports, and as labelled texts for pages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import TextChoices

from challenge.formats.numbers import three_figures
from challenge.models import FACT_FIELDS, MethodFacts, Submission
from challenge.results.rows import Row


def facts_of(methods: Iterable[MethodFacts]) -> dict[str, Any]:
    """Return the facts that all methods state alike, by field; None for the others."""
    methods = list(methods)
    return {name: _shared([getattr(method, name) for method in methods]) for name in FACT_FIELDS}


def facts_of_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the facts of each row, in one query: the leaderboard loads its entries without them."""
    numbers = {member.pk for row in rows for member in row.members}
    loaded = {one.pk: one for one in Submission.objects.filter(pk__in=numbers).only(*FACT_FIELDS)}
    return [
        facts_of([row.method] if row.method else [loaded[m.pk] for m in row.members if m.pk in loaded])
        for row in rows
    ]


def parameters_of(row: Row) -> float | None:
    """Return the parameters in millions that all members of a row state alike; the leaderboard loads them."""
    methods: Sequence[MethodFacts] = [row.method] if row.method else row.members
    return _shared([method.parameters_millions for method in methods])


def stated_facts(methods: Iterable[MethodFacts]) -> list[tuple[str, str]]:
    """Return label and text of each fact that all methods state alike; empty if there is none."""
    facts = facts_of(methods)
    lines = [
        ("Parameters, without heads", amount(facts["parameters_millions"], "million", "million")),
        ("Architecture family", label_of(MethodFacts.Family, facts["family"])),
        ("Pre-training", pretraining_text(facts)),
        ("Networks in a prediction", str(facts["n_networks"] or "")),
        ("Models", label_of(MethodFacts.Sharing, facts["sharing"])),
        ("Training time", amount(facts["training_hours"], "hour", "hours")),
        ("Hardware", facts["hardware"]),
        ("Licence of the code", facts["code_licence"]),
    ]
    return [(label, text) for label, text in lines if text]


def _shared(values: Sequence[Any]) -> Any:
    """Return the value of all methods; None if it is blank, or if they differ."""
    if not values or values[0] == "" or any(value != values[0] for value in values):
        return None
    return values[0]


def label_of(choices: type[TextChoices], value: str | None) -> str:
    """Return the label of a choice; empty for None."""
    return str(choices(value).label) if value else ""


def pretraining_text(facts: Mapping[str, Any]) -> str:
    """Return the data and the name of a pre-training, as far as they are stated."""
    kind, name = label_of(MethodFacts.Pretraining, facts["pretraining"]), facts["pretraining_name"] or ""
    return f"{kind} ({name})" if kind and name else kind or name


def amount(value: float | None, singular: str, plural: str) -> str:
    """Return a number with three significant digits and no exponent, and its unit; empty for None."""
    if value is None:
        return ""
    return f"{three_figures(value)} {singular if value == 1 else plural}"
