"""Statements that a team typed for a file that it had sent before, kept in the session for the form to edit it."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from challenge.forms.entries import EntryForm

KEY = "typed"


def keep_typed(session: MutableMapping[str, Any], pk: int, data: Mapping[str, Any]) -> None:
    """Keep what was typed in a form about the entry `pk`, in place of anything kept before."""
    session[KEY] = {"entry": pk, "values": {name: data.get(name) for name in EntryForm.base_fields}}


def typed_about(session: Mapping[str, Any], pk: int) -> dict[str, Any]:
    """Return what was typed about the entry `pk`, by field; empty if nothing is kept."""
    kept = session.get(KEY, {})
    return kept["values"] if kept.get("entry") == pk else {}


def forget_typed(session: MutableMapping[str, Any]) -> None:
    """Delete what was typed."""
    session.pop(KEY, None)
