"""Pages and bibliography in the admin."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from challenge.admin.acting import organizer
from challenge.formats.bibtex import problem_of
from challenge.models import Reference, SitePage
from challenge.services.texts import delete_reference, save_text

#: Reminder of the syntax, below the input field of a text.
MARKDOWN_HELP = (
    "Markdown: # heading, **strong**, *emphasis*, [text](https://address), - item, 1. item, "
    "| a | table |, and a blank line between paragraphs. HTML that could run or load something is removed, "
    "including pictures."
)


class SitePageForm(forms.ModelForm):
    """A text with a large input field and a reminder of the syntax."""

    class Meta:
        widgets = {"body": forms.Textarea(attrs={"rows": 30, "cols": 100})}
        help_texts = {"body": f"{MARKDOWN_HELP} Save and choose “View on site” to see the page."}


@admin.register(SitePage)
class SitePageAdmin(admin.ModelAdmin):
    """Pages that organizers write: each page exists once and is never deleted."""

    form = SitePageForm
    list_display = ["__str__", "updated_at", "page"]

    def get_readonly_fields(self, request: HttpRequest, obj: SitePage | None = None) -> list[str]:
        """Fix the slug: a text stays on its page."""
        return ["slug", "updated_at"] if obj else ["updated_at"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no deletion: the footer of every page links to these pages."""
        return False

    def save_model(self, request: HttpRequest, obj: SitePage, form: forms.ModelForm, change: bool) -> None:
        """Save with a line of history."""
        save_text(obj, by=organizer(request))

    def view_on_site(self, page: SitePage) -> str:
        """Return the address of the page itself, without a redirect."""
        return page.get_absolute_url()

    @admin.display(description="page on the site")
    def page(self, page: SitePage) -> str:
        """Link to the public page."""
        return format_html('<a href="{0}">{0}</a>', page.get_absolute_url())


class ReferenceForm(forms.ModelForm):
    """A work of the bibliography, with a check of its BibTeX entry."""

    class Meta:
        widgets = {"bibtex": forms.Textarea(attrs={"rows": 12, "cols": 90, "spellcheck": "false"})}

    def clean(self) -> dict | None:
        """Reject an entry that would break the BibTeX file."""
        data = super().clean() or self.cleaned_data
        if data.get("bibtex") and data.get("key") and (problem := problem_of(data["bibtex"], data["key"])):
            self.add_error("bibtex", problem)
        return data


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    """The bibliography of the Research page."""

    form = ReferenceForm
    list_display = ["key", "authors", "title", "year", "topic"]
    list_filter = ["topic", "year"]
    search_fields = ["key", "title", "authors", "venue", "summary"]

    def save_model(self, request: HttpRequest, obj: Reference, form: forms.ModelForm, change: bool) -> None:
        """Save with a line of history."""
        save_text(obj, by=organizer(request))

    def delete_model(self, request: HttpRequest, obj: Reference) -> None:
        """Delete with a line of history."""
        delete_reference(obj, by=organizer(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Reference]) -> None:
        """Delete with a line of history for each work."""
        for reference in queryset:
            delete_reference(reference, by=organizer(request))

    def view_on_site(self, reference: Reference) -> str:
        """Return the address of the work on the Research page."""
        return f"{reverse('research')}#ref-{reference.key}"
