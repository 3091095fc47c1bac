"""Mark of the evidence behind a row or an entry: `{% evidence_mark row %}`, `{% evidence_of members page %}`."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from challenge.models import Evidence, Submission
from challenge.results.evidence import Mark, mark_of_members, mark_of_row
from challenge.results.rows import Row

register = template.Library()

#: Look of the steps that have one of their own; others are plain tags.
_LOOKS = {
    Evidence.PREDICTIONS: "tag-predictions",
    Evidence.STUDY: "tag-study",
    Evidence.CONFIRMED: "tag-confirmed",
    Evidence.REPRODUCED: "tag-reproduced",
}


@register.simple_tag
def evidence_mark(row: Row) -> SafeString:
    """Show the mark of a row of a ranking; nothing for a published method."""
    mark = mark_of_row(row)
    return _shown(mark) if mark else SafeString()


@register.simple_tag
def evidence_of(members: Sequence[Submission], page: str) -> SafeString:
    """Show the mark of an entry, or of the seeds of a group, whose page has the address `page`."""
    return _shown(mark_of_members(members, page)) if members else SafeString()


def _shown(mark: Mark) -> SafeString:
    look = f"tag {_LOOKS.get(mark.step, '')}".strip()
    if not mark.address:
        return format_html('<span class="{}" title="{}">{}</span>', look, mark.title, mark.text)
    return format_html(
        '<a class="{}" href="{}" rel="nofollow noopener" title="{}">{}</a>',
        look,
        mark.address,
        mark.title,
        mark.text,
    )
