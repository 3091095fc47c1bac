"""Django admin for the organizers. All changes of state go through `services`."""

from django.contrib import admin

from challenge.admin import ground_truths, groups, phases, submissions, teams, texts

__all__ = ["ground_truths", "groups", "phases", "submissions", "teams", "texts"]

admin.site.site_header = admin.site.site_title = "BIG benchmark"
admin.site.index_title = "Organizing the challenge"
