"""Releases in the admin: freeze the board, see how it goes, enter the DOI."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from challenge.admin.acting import organizer
from challenge.forms.fields import DOI
from challenge.models import Release
from challenge.releases.preview import next_name, preview
from challenge.services import releases


class FreezeForm(forms.Form):
    """Name and reason of a release, and the confirmation."""

    name = forms.CharField(
        max_length=7,
        validators=Release._meta.get_field("name").validators,
        help_text="A year and a number. It is part of the address, and cannot be changed.",
    )
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text="The history keeps it.",
    )
    understood = forms.BooleanField(
        label="I know that a release is public, and that nobody can change or remove it."
    )


class DoiForm(forms.ModelForm):
    """DOI of a release."""

    def clean_doi(self) -> str:
        """Take a DOI in any of its usual forms, and keep it without the resolver's address."""
        typed = self.cleaned_data["doi"].strip()
        if not typed:
            return ""
        match = DOI.fullmatch(typed)
        if match is None:
            raise forms.ValidationError("This is not a DOI. Enter one such as 10.5281/zenodo.1234567.")
        return match[1].lower()


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin):
    """Releases: nothing but the DOI changes, and nothing is deleted."""

    form = DoiForm
    list_display = ["__str__", "state", "frozen_at", "size", "doi"]
    fields = ["state", "asked_at", "frozen_at", "page", "archive", "archive_sha256", "doi"]
    readonly_fields = ["state", "asked_at", "frozen_at", "page", "archive", "archive_sha256"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Allow no deletion: others may have cited a release."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Release | None = None) -> list[str]:
        """Fix the DOI until there is something to deposit."""
        return [*self.readonly_fields, *([] if obj and obj.is_frozen else ["doi"])]

    @admin.display(description="state")
    def state(self, release: Release) -> str:
        """State in words."""
        return {
            Release.Status.QUEUED: "waits for the worker",
            Release.Status.RUNNING: "is being frozen",
            Release.Status.DONE: "public",
            Release.Status.FAILED: "failed: look at the worker's log, and freeze the board under this name again",
        }[Release.Status(release.status)]

    @admin.display(description="archive", ordering="archive_size")
    def size(self, release: Release) -> str:
        """Size of the archive."""
        return filesizeformat(release.archive_size) if release.is_frozen else "-"

    @admin.display(description="page on the site")
    def page(self, release: Release) -> str:
        """Link to the public page."""
        if not release.is_frozen:
            return "-"
        return format_html('<a href="{0}">{0}</a>', release.get_absolute_url())

    @admin.display(description="archive")
    def archive(self, release: Release) -> str:
        """Link to the archive, to deposit it."""
        if not release.is_frozen:
            return "-"
        address = reverse("release_archive", args=[release.name])
        return format_html('<a href="{}">{}</a> ({})', address, f"big-{release.name}.zip", self.size(release))

    def view_on_site(self, release: Release) -> str | None:
        """Return the address of the public page, once there is one."""
        return release.get_absolute_url() if release.is_frozen else None

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Show what would be frozen, ask for the name and the confirmation, and have the board frozen."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FreezeForm(request.POST or None, initial={"name": next_name()})
        if form.is_valid() and (release := self._ask(request, form)):
            messages.success(request, f"{release} is being frozen. Reload this page in a few seconds.")
            return HttpResponseRedirect(reverse("admin:challenge_release_changelist"))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Freeze the board",
            "opts": self.model._meta,
            "form": form,
            "preview": preview(),
        }
        return render(request, "admin/challenge/freeze.html", context)

    def _ask(self, request: HttpRequest, form: FreezeForm) -> Release | None:
        name, reason = form.cleaned_data["name"], form.cleaned_data["reason"]
        try:
            return releases.ask_for_release(name, by=organizer(request), reason=reason)
        except releases.ReleaseRefusedError as error:
            form.add_error("name", str(error))
            return None

    def save_model(self, request: HttpRequest, obj: Release, form: forms.ModelForm, change: bool) -> None:
        """Keep the DOI, with a line of history."""
        if "doi" in form.changed_data:
            releases.set_doi(obj, obj.doi, by=organizer(request))
