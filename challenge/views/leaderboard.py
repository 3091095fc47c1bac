"""Page of the leaderboard."""

from functools import lru_cache
from typing import Any, NamedTuple
from weakref import ref

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
from challenge.leaderboard.memory import Memory
from challenge.leaderboard.page import board_by, board_page
from challenge.leaderboard.phases import filters_of, phase_choice
from challenge.leaderboard.standings import Standings
from challenge.leaderboard.tabs import COLOURS_WITHIN
from challenge.models import Metric, Resolution, benchmark_of

#: Pages of the ranking as HTML, by address; those of the same standings, and lines made at the same time, are the same.
_pages = Memory(32)


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
        "choices": _choices(filters.parameters.urlencode()),
        **(_ranking(filters) if filters.tab is Tab.RANKING else _tab(filters, request.GET)),
    }
    return render(request, "challenge/leaderboard.html", context)


class Choices(NamedTuple):
    """Parts of the page that depend on the reader's choices alone, as HTML: a hundred links."""

    controls: str
    exports: str


@lru_cache(maxsize=256)
def _choices(query: str) -> Choices:
    """Render the controls with the tabs, and the links to the files."""
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
    return Choices(
        render_to_string("challenge/leaderboard/_controls.html", context),
        render_to_string("challenge/_exports.html", {"filters": filters}),
    )


def _ranking(filters: Filters) -> dict[str, Any]:
    """Return the context of the ranking: a page of its rows."""
    kept, lines_made_at = board_by(filters)
    # the standings of earlier boards, with thousands of rows, must not be kept by their pages
    version = ref(kept.value), lines_made_at
    address = filters.parameters.urlencode(), filters.page
    html = _pages.get(address, version, lambda: _rendered(filters, kept.value))
    return {"kept": kept, "content": html, "headline": kept.value.headline}


def _rendered(filters: Filters, standings: Standings) -> str:
    """Render a page of the ranking."""
    board = board_page(filters, standings)
    context = {
        "filters": filters,
        "benchmark": board.benchmark,
        "metric_label": filters.metric.label,
        "board": board,
        "standings": standings,
        "has_entries": standings.has_entries,
        "all_rows": cleared(filters).parameters,
        "fewest": FEWEST,
        "most": MOST,
    }
    return render_to_string("challenge/leaderboard/ranking.html", context)


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
