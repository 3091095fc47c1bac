"""Django admin for the organizers. All changes of state go through `services`."""

from django.contrib import admin

from challenge.admin import (
    blocked_addresses,
    dashboard,
    evaluations,
    flags,
    ground_truths,
    groups,
    history,
    invitations,
    mails,
    news,
    phases,
    probes,
    releases,
    submissions,
    teams,
    texts,
    withheld,
)

__all__ = [
    "blocked_addresses",
    "dashboard",
    "evaluations",
    "flags",
    "ground_truths",
    "groups",
    "history",
    "invitations",
    "mails",
    "news",
    "phases",
    "probes",
    "releases",
    "submissions",
    "teams",
    "texts",
    "withheld",
]

admin.site.site_header = admin.site.site_title = "BIG benchmark"
admin.site.index_title = "Organizing the challenge"
