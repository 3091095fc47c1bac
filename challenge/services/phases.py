"""Changes of phases by organizers, and publication of their results."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from challenge.formats.times import in_utc
from challenge.models import Phase, Submission
from challenge.services import history
from challenge.services.board import board_changed


class PhaseRefusedError(Exception):
    """A phase was not changed; the message says why."""


def refuse_hiding(phase: Phase) -> None:
    """Refuse to hide results that are public.

    Raises:
        PhaseRefusedError: the phase has submissions, and its results are public.

    """
    saved = Phase.objects.filter(pk=phase.pk).first()
    if saved and saved.is_published and not phase.is_published and saved.submissions.exists():
        raise PhaseRefusedError(
            "The results of this phase are public, and it has submissions. They cannot be hidden again: add another "
            "phase whose results become public after closing."
        )


@transaction.atomic
def save_phase(phase: Phase, *, by: Team | str) -> None:
    """Add or change a phase, with a line of history.

    Raises:
        PhaseRefusedError: it would hide results that are public.

    """
    earlier = Phase.objects.select_for_update().filter(pk=phase.pk).first()
    refuse_hiding(phase)
    before, after = _values(earlier) if earlier else {}, _values(phase)
    phase.save()
    history.record_saved(before, after, by=by, subject=f"Phase {phase}")
    _show_published()


@transaction.atomic
def delete_phase(phase: Phase, *, by: Team | str) -> None:
    """Delete a phase without submissions, with a line of history."""
    history.record("deleted", by=by, subject=f"Phase {phase}", before=_values(phase))
    phase.delete()


@transaction.atomic
def publish_due(now: datetime | None = None) -> None:
    """Publish the results of phases that have closed, each with a line of history; the sweep calls it."""
    now = now or timezone.now()
    for phase in Phase.objects.select_for_update().due(now):
        phase.published_at = now
        phase.save(update_fields=["published_at"])
        history.record(
            "published the results",
            by=history.SITE,
            subject=f"Phase {phase}",
            after={"results published": in_utc(now), "submissions": phase.submissions.count()},
        )
    _show_published()


def _show_published() -> None:
    """Show the entries of phases whose results are public, also entries that arrived at the time of publication."""
    public = Q(phase__publishes_at_once=True) | Q(phase__published_at__isnull=False)
    waiting = [*Submission.objects.filter(public, awaits_publication=True).values_list("pk", flat=True)]
    if waiting:
        Submission.objects.filter(pk__in=waiting).update(awaits_publication=False)
        board_changed()


def _values(phase: Phase) -> dict[str, str | int]:
    """Return the fields of a phase by their names in the admin, as texts and numbers."""
    fields = [field for field in Phase._meta.concrete_fields if field.editable and not field.primary_key]
    values = {str(field.verbose_name): getattr(phase, field.name) for field in fields}
    times = {"opening": _moment(phase.opens_at), "closing": _moment(phase.closes_at)}
    return values | times


def _moment(time: datetime | None) -> str:
    return in_utc(time) if time else "no end"
