"""List of stored files that no submission uses, in the admin."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.upkeep.storage import unused_files


@admin.site.admin_view
@permission_required("challenge.view_submission", raise_exception=True)
@require_safe
def unused(request: HttpRequest) -> HttpResponse:
    """List the files, with their sizes and times."""
    context = {
        **admin.site.each_context(request),
        "title": "Files that no submission uses",
        "files": unused_files(),
    }
    return render(request, "admin/challenge/unused_files.html", context)
