"""Phases in the admin."""

from django.contrib import admin

from challenge.models import Phase


@admin.register(Phase)
class PhaseAdmin(admin.ModelAdmin):
    """Phases: name, opening, closing, and limits."""

    list_display = ["name", "opens_at", "closes_at", "daily_limit", "total_limit", "is_open_now"]

    @admin.display(description="open now", boolean=True)
    def is_open_now(self, phase: Phase) -> bool:
        """True if submissions are accepted now."""
        return phase.is_open()
