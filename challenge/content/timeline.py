"""Timeline of the phases, and the phases whose limits pages show."""

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
    """A phase with its state. Several phases can be current at the same time."""

    phase: Phase
    state: State


def timeline(phases: Iterable[Phase], now: datetime | None = None) -> list[Span]:
    """Return the spans of the phases, the earliest first."""
    now = now or timezone.now()
    in_order = sorted(phases, key=lambda phase: (phase.opens_at, phase.pk))
    return [Span(phase, _state(phase, now)) for phase in in_order]


def _state(phase: Phase, now: datetime) -> State:
    if now < phase.opens_at:
        return State.UPCOMING
    return State.CURRENT if phase.is_open(now) else State.PAST


def phases_in_force(spans: Sequence[Span]) -> list[Phase]:
    """Return the phases whose limits pages show: the current phases, else the next phase, else the last."""
    if current := [span.phase for span in spans if span.state == State.CURRENT]:
        return current
    upcoming = [span.phase for span in spans if span.state == State.UPCOMING][:1]
    return upcoming or [span.phase for span in spans[-1:]]
