"""Timeline of the phases, and the phase that runs now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from challenge.models import Phase


class State(StrEnum):
    """State of a phase."""

    PAST = "past"
    CURRENT = "current"
    UPCOMING = "upcoming"


@dataclass(frozen=True)
class Span:
    """A phase with its end and its state. A phase also ends when the next phase opens."""

    phase: Phase
    ends_at: datetime | None
    state: State


def timeline(phases: Iterable[Phase], now: datetime | None = None) -> list[Span]:
    """Return the spans of the phases, the earliest first."""
    now = now or timezone.now()
    in_order = sorted(phases, key=lambda phase: (phase.opens_at, phase.pk))
    openings = [phase.opens_at for phase in in_order[1:]] + [None]
    spans = []
    for phase, next_opens_at in zip(in_order, openings, strict=False):
        ends_at = min((end for end in (phase.closes_at, next_opens_at) if end), default=None)
        spans.append(Span(phase, ends_at, _state(phase, ends_at, now)))
    return spans


def _state(phase: Phase, ends_at: datetime | None, now: datetime) -> State:
    if now < phase.opens_at:
        return State.UPCOMING
    return State.PAST if ends_at and ends_at <= now else State.CURRENT


def phase_in_force(spans: Sequence[Span]) -> Phase | None:
    """Return the phase whose limits pages show: the current phase, else the next, else the last."""
    for state in (State.CURRENT, State.UPCOMING):
        for span in spans:
            if span.state == state:
                return span.phase
    return spans[-1].phase if spans else None
