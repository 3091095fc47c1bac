"""Page of a reader's own board."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from challenge.content.modalities import MODALITIES, SUGGESTIONS
from challenge.leaderboard.cache import cached
from challenge.leaderboard.own import is_current, own_board
from challenge.leaderboard.own_choice import MOST_WEIGHT, TICKED, Choice
from challenge.models import Metric, Resolution
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset


@require_safe
def show_own_board(request: HttpRequest) -> HttpResponse:
    """Form to choose datasets, and the ranking by their mean. Other addresses of the same choice lead to its own."""
    choice = Choice.from_query(request.GET)
    # An address with invalid weights stays, because its page says which weights do not count.
    if not choice.problems and request.GET.urlencode() != choice.parameters.urlencode():
        return redirect(reverse("own_board") + choice.query)
    context = {
        "choice": choice,
        "filters": choice.filters,
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "suggestions": _suggestions(choice),
        "modalities": _modalities(choice),
        "kept": _kept(choice),
        "ticked": TICKED,
        "most_weight": MOST_WEIGHT,
        "content": _content(choice) if choice.has_own_board else "",
    }
    return render(request, "challenge/own_board.html", context)


def _content(choice: Choice) -> str:
    """Return the part that depends on the entries, the same for all readers of this choice."""
    return cached(
        lambda: _render(choice),
        "own board",
        choice.filters,
        choice.weights,
        is_current=lambda: is_current(choice.filters),
    )


def _render(choice: Choice) -> str:
    board = own_board(choice.filters, choice.weights)
    context = {
        "choice": choice,
        "filters": choice.filters,
        "board": board,
    }
    return render_to_string("challenge/_own_board.html", context)


def _suggestions(choice: Choice) -> list[tuple[str, QueryDict, bool]]:
    """Return name and address of each suggestion, and whether it is the current choice."""
    found = [(name, choice.only(datasets)) for name, datasets in SUGGESTIONS.items()]
    return [(name, address, address == choice.parameters) for name, address in found]


def _modalities(choice: Choice) -> list[tuple[str, list[tuple[Dataset, int]]]]:
    """Return the datasets of each kind of image, with their weights."""
    weights = dict(zip(MEDMNIST_PLUS, choice.weights, strict=True))
    return [(kind, [(one, weights[one]) for one in datasets]) for kind, datasets in MODALITIES.items()]


def _kept(choice: Choice) -> list[tuple[str, Any]]:
    """Return the parameters of the filters, which the form sends along."""
    return list(choice.only(()).items())
