"""Phases whose boards a reader can choose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import Http404, QueryDict
from django.utils import timezone

from challenge.leaderboard.filters import Filters
from challenge.models import Phase


@dataclass(frozen=True)
class PhaseChoice:
    """The phase of a board, and the phases to choose from: those that have opened, the first added first."""

    chosen: Phase | None
    options: Sequence[Phase]

    @property
    def has_results(self) -> bool:
        """True if everybody may see the results of the phase."""
        return self.chosen is None or self.chosen.is_published


def filters_of(query: QueryDict) -> Filters:
    """Return the filters of an address. The first phase has no number in filters: its addresses name no phase.

    Raises:
        Http404: no phase has the number in the address; results are kept for phases that exist only.

    """
    filters = Filters.from_query(query)
    if filters.phase is None:
        return filters
    phase = Phase.objects.filter(pk=filters.phase).first()
    if phase is None:
        raise Http404
    return replace(filters, phase=phase.board)


def phase_choice(filters: Filters) -> PhaseChoice:
    """Return the phase of the filters; `chosen` is None only if the site has no phase."""
    phases = list(Phase.objects.order_by("pk"))
    wanted = filters.phase or (phases[0].pk if phases else None)
    now = timezone.now()
    return PhaseChoice(
        next((phase for phase in phases if phase.pk == wanted), None),
        [phase for phase in phases if phase.opens_at <= now or phase.pk == wanted],
    )
