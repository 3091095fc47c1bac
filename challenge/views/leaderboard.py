"""Page of the leaderboard."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from challenge.compare.selection import FEWEST, MOST
from challenge.formats.numbers import plain
from challenge.formats.parameters import parameters
from challenge.leaderboard.choices import active, cleared, options
from challenge.leaderboard.control import control_comparison
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.fragments import TABS
from challenge.leaderboard.page import board_page
from challenge.leaderboard.phases import filters_of, phase_choice
from challenge.leaderboard.tabs import COLOURS_WITHIN
from challenge.models import Metric, Resolution, benchmark_of


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """The ranking at one resolution by one metric: a page of its rows, or another tab with the highest rows."""
    filters = filters_of(request.GET)
    if filters.phase is None and Filters.from_query(request.GET).phase:
        return redirect(f"{reverse('leaderboard')}?{filters.parameters.urlencode()}")
    phases = phase_choice(filters)
    if not phases.has_results:
        about = {"filters": filters, "phases": phases, "metric_label": filters.metric.label}
        return render(request, "challenge/leaderboard_unpublished.html", about)
    context = {
        "filters": filters,
        "phases": phases,
        "benchmark": benchmark_of(filters.phase),
        "metric_label": filters.metric.label,
        "has_figures": filters.tab in (Tab.RANKS, Tab.WAYS, Tab.FIGURES),
        "controls": _controls(filters.parameters.urlencode()),
        **(_ranking(filters) if filters.tab is Tab.RANKING else _tab(filters, request.GET)),
    }
    return render(request, "challenge/leaderboard.html", context)


@lru_cache(maxsize=256)
def _controls(query: str) -> str:
    """Return the controls and the tabs as HTML. They depend on the reader's choices alone, and have a hundred links."""
    filters = Filters.from_query(QueryDict(query))
    limit = filters.selection.parameters
    context = {
        "filters": filters,
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "tabs": Tab.choices,
        "options": options(filters),
        "limit": plain(limit) if limit else "",
        "active": active(filters),
        "cleared": cleared(filters).parameters,
    }
    return render_to_string("challenge/leaderboard/_controls.html", context)


def _ranking(filters: Filters) -> dict[str, Any]:
    """Return the context of the ranking: a page of its rows."""
    kept = board_page(filters)
    return {
        "kept": kept,
        "board": kept.value,
        "standings": kept.value.standings,
        "headline": kept.value.standings.headline,
        "has_entries": kept.value.standings.has_entries,
        "all_rows": cleared(filters).parameters,
        "fewest": FEWEST,
        "most": MOST,
    }


def _tab(filters: Filters, query: QueryDict) -> dict[str, Any]:
    """Return the context of another tab; the tab of figures compares the rows with the row `control`."""
    if filters.tab is not Tab.FIGURES:
        kept = TABS.get(filters.values())
        return {"kept": kept, "content": kept.value}
    control = control_comparison(filters, query.get("control", ""))
    colours = {"colours": COLOURS_WITHIN} if query.get("colours") == COLOURS_WITHIN else {}
    kept = TABS.get(filters.values() | colours)
    chosen = {"control": control.chosen.key} if control and control.chosen else {}
    address = filters.values() | filters.shown_values() | chosen
    return {
        "kept": kept,
        "content": kept.value,
        "control": control,
        "colours": colours,
        "own_values": parameters(filters.shown_values() | colours).lists(),
        "colour_choices": [
            ("All datasets together", parameters(address)),
            ("Within each dataset", parameters(address | {"colours": COLOURS_WITHIN})),
        ],
    }
