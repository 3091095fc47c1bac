"""Changes of the pages and of the bibliography by organizers, each with its line of history."""

from django.db import transaction

from accounts.models import Team
from challenge.models import Reference, SitePage
from challenge.services import history


@transaction.atomic
def save_text(text: SitePage | Reference, *, by: Team | str) -> None:
    """Add or change a page or a work of the bibliography."""
    earlier = type(text)._default_manager.filter(pk=text.pk).first()
    before = _values(earlier) if earlier else {}
    text.save()
    history.record_saved(before, _values(text), by=by, subject=_subject(text))


@transaction.atomic
def delete_reference(reference: Reference, *, by: Team | str) -> None:
    """Delete a work of the bibliography."""
    history.record("deleted", by=by, subject=_subject(reference), before=_values(reference))
    reference.delete()


def _subject(text: SitePage | Reference) -> str:
    return f"{'Page' if isinstance(text, SitePage) else 'Reference'}: {text}"


def _values(text: SitePage | Reference) -> dict[str, str | int]:
    """Return what organizers write, by the names in the admin."""
    fields = [field for field in text._meta.concrete_fields if field.editable and not field.primary_key]
    return {str(field.verbose_name): getattr(text, field.name) for field in fields}
