"""Earlier texts of a submission in the admin."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join

from challenge.models import SubmissionRevision


class RevisionInline(admin.TabularInline):
    """Earlier values of the fields that edits and corrections have changed, the last change first."""

    model = SubmissionRevision
    verbose_name_plural = "earlier statements"
    extra = 0
    can_delete = False
    readonly_fields = ["replaced_at", "earlier"]
    fields = (*readonly_fields,)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no new rows: an edit creates them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no changes of what was said."""
        return False

    @admin.display(description="earlier values")
    def earlier(self, revision: SubmissionRevision) -> str:
        """Values that the change replaced, one a line."""
        return format_html_join("", "<p>{}: {}</p>", revision.values.items())
