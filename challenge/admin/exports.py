"""Exports of all data as CSV, in the admin."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from challenge.admin.acting import organizer
from challenge.formats.spreadsheets import csv_lines
from challenge.services import history
from challenge.upkeep.exports import EXPORTS

may_export = permission_required("challenge.export_data", raise_exception=True)


@admin.site.admin_view
@may_export
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """Page with a button for each export."""
    context = {**admin.site.each_context(request), "title": "Exports", "exports": EXPORTS}
    return render(request, "admin/challenge/exports.html", context)


@admin.site.admin_view
@may_export
@require_POST
def export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Send a table line by line, and note in the history who took it."""
    chosen = next((one for one in EXPORTS if one.name == name), None)
    if chosen is None:
        raise Http404
    history.record("exported", by=organizer(request), subject=chosen.title)
    file_name = f"big-{name}-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        (line.encode() for line in csv_lines(*chosen.table())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
