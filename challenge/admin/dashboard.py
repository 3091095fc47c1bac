"""First page of the admin: the state of the site above the list of models."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from challenge.upkeep.items import items
from challenge.upkeep.versions import versions

_stock_index = admin.site.index


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Return the items that the user may look at, and the versions; nothing if the user may look at none."""
    shown = [item for item in items() if request.user.has_perm(item.permission)]
    return {"items": shown, "versions": versions()} if shown else {}


def index(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
    """Show the first page with the dashboard."""
    return _stock_index(request, {**(extra_context or {}), "dashboard": dashboard(request)})


admin.site.index = index  # type: ignore[method-assign]
