"""History of acts in the admin."""

from collections.abc import Mapping

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from accounts.admin.read_only import ReadOnlyAdmin
from challenge.formats.texts import cut
from challenge.models import HistoryLine

#: Characters of a value that are shown.
LONGEST = 120


@admin.register(HistoryLine)
class HistoryAdmin(ReadOnlyAdmin):
    """Acts of organizers and changes of scores, the newest first; nobody can change or remove them."""

    list_display = ["at", "actor_name", "action", "subject", "changes", "reason"]
    list_display_links = ["at"]
    list_filter = ["action", "actor_name", "at"]
    search_fields = ["subject", "actor_name", "reason", "team__name"]
    date_hierarchy = "at"
    readonly_fields = ["changes"]
    fields = ["at", "actor_name", "action", "subject", "submission", "team", "changes", "reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HistoryLine]:
        """Keep the lines that the organizer may see."""
        return HistoryLine.objects.shown_to(request.user)

    @admin.display(description="changes")
    def changes(self, line: HistoryLine) -> str:
        """Values before and after the act, one name a line."""
        return changes_of(line)


def changes_of(line: HistoryLine) -> str:
    """Return the values that differ before and after an act as HTML, one name a line."""
    names = dict.fromkeys([*line.before, *line.after])
    rows = [(name, _shown(line.before, name), _shown(line.after, name)) for name in names]
    changed = ((name, old, new) for name, old, new in rows if line.before.get(name) != line.after.get(name))
    return format_html_join("", "<p>{}: {} → {}</p>", changed) or "-"


def _shown(values: Mapping[str, object], name: str) -> str:
    """Return a value as words; a long text, such as that of news, loses its end."""
    value = values.get(name, "-")
    return ("yes" if value else "no") if isinstance(value, bool) else cut(str(value), LONGEST)
