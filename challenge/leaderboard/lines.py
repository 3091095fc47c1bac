"""Lines of the board: rows as texts that are ready to be shown, and their standing in a ranking.

A line depends on one row only, so it is made once and used in every ranking. A standing depends on the other rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.template.loader import render_to_string

from challenge.formats.numbers import interval_text, signed, three_figures
from challenge.models import FACT_FIELDS, Evidence, MethodFacts, PublishedMethod
from challenge.results.evidence import step_of_row
from challenge.results.facts import amount, label_of, pretraining_text
from challenge.results.rows import Kind, Row
from challenge.results.score import Difference, Score, any_close_to_one
from challenge.scoring.metrics.ranked import METRICS


class Cell(NamedTuple):
    """Mean of one metric: numbers for drawing, and texts."""

    value: float
    low: float | None
    high: float | None
    text: str
    interval: str
    std: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """Texts of one row; an empty text is not known or does not apply."""

    #: Key of the row as in URLs, and its kind.
    key: str
    kind: Kind
    #: Name and team in one text.
    label: str
    #: The same for searches: casefolded.
    words: str
    name: str
    #: Name of the team that everybody may see; training scheme of a published method.
    about: str
    #: Head of the row as HTML: name, marks, team and day. Rendered once, because it takes a third of a page's time.
    head: str
    #: Number of submissions that the entry was selected from, as HTML; for boards with one entry for each team.
    attempts: str
    study_url: str
    is_close_to_one: bool
    #: Means over the datasets by metric, and scores on all datasets in their official order.
    cells: Mapping[str, Cell]
    datasets: Mapping[str, tuple[str, ...]]
    #: Facts for filters; None if they are not stated.
    parameters: float | None
    family: str | None
    pretraining: str | None
    #: Step of the evidence, for filters; None for a published method.
    evidence: str | None
    #: Facts as texts.
    parameters_text: str
    family_text: str
    pretraining_text: str
    time_text: str
    evidence_text: str
    #: Public minus withheld mean and its interval by metric, as texts; empty without withheld datasets.
    gaps: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_published(self) -> bool:
        """True for a published method."""
        return self.kind is Kind.PUBLISHED


@dataclass(frozen=True, slots=True)
class Standing:
    """Position of a row in one ranking."""

    rank: int | None
    #: Ends of the ranges of the rank over resamples of the images, and of the datasets; None if not known.
    images: tuple[int, int] | None
    datasets: tuple[int, int] | None
    #: True if the row cannot be distinguished from the leader.
    is_with_leader: bool
    #: True if the row was compared with the leader.
    is_compared: bool


class Ranked(NamedTuple):
    """A line and its standing."""

    standing: Standing
    line: Line


UNKNOWN_FACTS: Mapping[str, Any] = dict.fromkeys(FACT_FIELDS)


def standing_of(row: Row) -> Standing:
    """Return the standing of a row of a ranking."""
    return Standing(
        rank=row.rank,
        images=row.rank_range,
        datasets=row.rank_range_over_datasets,
        is_with_leader=row.is_with_leader is True,
        is_compared=row.is_with_leader is not None,
    )


def line_of(row: Row, facts: Mapping[str, Any] = UNKNOWN_FACTS) -> Line:
    """Return the line of a row, with the intervals and the scores on datasets that the row has.

    `facts` are those of `facts_of`.
    """
    line = headless_line(row, facts)
    return replace(
        line,
        head=render_to_string("challenge/_entry.html", {"row": row}).strip(),
        attempts=render_to_string("challenge/_attempts.html", {"row": row}).strip() if row.attempts else "",
    )


def headless_line(row: Row, facts: Mapping[str, Any]) -> Line:
    """Return the line of a row without its rendered parts, which would take seconds for thousands of rows."""
    method, step = row.method, step_of_row(row)
    return Line(
        key=str(row.key),
        kind=row.key.kind,
        label=row.label,
        words=" ".join(row.label.split()).casefold(),
        name=row.name,
        about=_training(method) if method else row.team_name or "",
        head="",
        attempts="",
        study_url=row.study_url,
        is_close_to_one=any_close_to_one(row.scores.values()),
        cells={metric: _cell(row.scores[metric]) for metric in METRICS if metric in row.scores},
        datasets={metric: _on_datasets(row, metric) for metric in METRICS} if row.by_dataset else {},
        parameters=facts["parameters_millions"],
        family=facts["family"],
        pretraining=facts["pretraining"],
        evidence=step.value if step else None,
        parameters_text=f"{three_figures(millions)} M" if (millions := facts["parameters_millions"]) else "",
        family_text=label_of(MethodFacts.Family, facts["family"]),
        pretraining_text=pretraining_text(facts),
        time_text=amount(facts["training_hours"], "hour", "hours"),
        evidence_text=_evidence(row, step, facts["code_licence"]),
        gaps={metric: _gap(one) for metric, one in row.gaps.items()},
    )


def _training(method: PublishedMethod) -> str:
    return f"{method.get_scheme_display()}{', weighted loss' if method.weighted_loss else ''}"


def _cell(score: Score) -> Cell:
    low, high = score.low, score.high
    return Cell(
        value=score.value,
        low=low,
        high=high,
        text=f"{score.value:.4f}",
        interval="" if low is None or high is None else interval_text(low, high),
        std="" if score.std is None else f"{score.std:.4f}",
        source="; ".join((score.source, *score.others)) if score.source else "",
    )


def _gap(difference: Difference) -> tuple[str, str]:
    low, high = difference.low, difference.high
    interval = "" if low is None or high is None else f"{signed(low)} to {signed(high)}"
    return signed(difference.value), interval


def _on_datasets(row: Row, metric: str) -> tuple[str, ...]:
    """Return the scores on all datasets; empty where a score is not known."""
    scores = (row.by_dataset.get(dataset.name, {}).get(metric) for dataset in row.benchmark)
    return tuple(f"{score.value:.4f}" if score else "" for score in scores)


def _evidence(row: Row, step: Evidence | None, licence: str | None) -> str:
    """Return what backs an entry: the step of its evidence, several runs, code that others may use."""
    if step is None:
        return "publication"
    runs = f"{row.n_runs} seeds" if row.group else "one run"
    parts = [str(step.label), runs, *([f"licence {licence}"] if licence else [])]
    return ", ".join(parts)
