"""Phases in the admin."""

from datetime import datetime

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from challenge.admin.acting import organizer
from challenge.formats.times import in_utc
from challenge.models import Phase
from challenge.services import phases


class PhaseForm(forms.ModelForm):
    """A phase; results that are public cannot be hidden again."""

    def clean_publishes_at_once(self) -> bool:
        """Refuse to hide public results."""
        at_once: bool = self.cleaned_data["publishes_at_once"]
        try:
            phases.refuse_hiding(
                Phase(
                    pk=self.instance.pk,
                    publishes_at_once=at_once,
                    published_at=self.instance.published_at,
                )
            )
        except phases.PhaseRefusedError as error:
            raise forms.ValidationError(str(error)) from error
        return at_once


@admin.register(Phase)
class PhaseAdmin(admin.ModelAdmin):
    """Phases: name, opening, closing, limits, and publication. One column says which phases take submissions now."""

    form = PhaseForm
    list_display = ["name", "opens_at", "closes_at", "daily_limit", "total_limit", "results", "state"]
    fields = [
        *("name", "opens_at", "closes_at", "daily_limit", "total_limit", "daily_failure_limit"),
        *("publishes_at_once", "published_at", "holds_flagged", "compares_truth", "withheld", "state"),
    ]
    readonly_fields = ["published_at", "withheld", "state"]

    @admin.display(description="state")
    def state(self, phase: Phase) -> str:
        """Words on whether the phase takes submissions now."""
        return _state(phase, timezone.now()) if phase.pk else "-"

    @admin.display(description="withheld datasets")
    def withheld(self, phase: Phase) -> str:
        """Titles of its withheld datasets, which have pages of their own."""
        titles = [one.title for one in phase.withheld_datasets.all()] if phase.pk else []
        return ", ".join(titles) or "None. They are added under “Withheld datasets”."

    @admin.display(description="results")
    def results(self, phase: Phase) -> str:
        """Words on when its results are public."""
        if phase.publishes_at_once:
            return "public at once"
        if phase.published_at:
            return f"public since {in_utc(phase.published_at)}"
        return "public after closing"

    def save_model(self, request: HttpRequest, obj: Phase, form: forms.ModelForm, change: bool) -> None:
        """Save with a line of history."""
        phases.save_phase(obj, by=organizer(request))

    def delete_model(self, request: HttpRequest, obj: Phase) -> None:
        """Delete with a line of history."""
        phases.delete_phase(obj, by=organizer(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Phase]) -> None:
        """Delete with a line of history for each phase."""
        for phase in queryset:
            phases.delete_phase(phase, by=organizer(request))


def _state(phase: Phase, now: datetime) -> str:
    if phase.opens_at > now:
        return "Opens later"
    return "Takes submissions now" if phase.is_open(now) else "Closed"
