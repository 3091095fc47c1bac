"""Filters of the leaderboard, read from its address."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from django.db.models import TextChoices
from django.http import QueryDict

from challenge.formats.parameters import parameters
from challenge.leaderboard.selection import Selection
from challenge.models import Metric, Resolution

#: Highest page number that is read from an address.
MOST_PAGES = 99_999
#: Highest number of digits of a number that is read from an address.
MOST_DIGITS = 9


class Tab(TextChoices):
    """Tabs of the leaderboard page."""

    RANKING = "ranking", "Ranking"
    RANKS = "ranks", "Rank uncertainty"
    WAYS = "ways", "Other ways to rank"
    SECONDARY = "further", "Informational metrics"
    FIGURES = "figures", "Figures"


class Column(TextChoices):
    """Columns that a reader can add to the ranking."""

    PARAMETERS = "parameters", "Parameters"
    FAMILY = "family", "Family"
    PRETRAINING = "pretraining", "Pre-training"
    EVIDENCE = "evidence", "Evidence"
    TIME = "time", "Training time"
    DATASETS = "datasets", "Each dataset"


@dataclass(frozen=True)
class Filters:
    """Choices of a reader. An invalid value in the address means the default.

    The first five fields and the phase define what is ranked; the others change only what is shown.
    """

    resolution: int = Resolution.R224.value
    metric: Metric = Metric.AUC
    all_entries: bool = False
    baselines: bool = True
    standard_only: bool = False
    tab: Tab = Tab.RANKING
    selection: Selection = field(default_factory=Selection)
    columns: tuple[Column, ...] = ()
    page: int = 1
    #: Number of the phase whose board it is; None for the first phase.
    phase: int | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filters":
        """Read the filters from a request's query."""
        resolution, metric, tab = (query.get(name, "") for name in ("resolution", "metric", "view"))
        return cls(
            resolution=int(resolution) if resolution in map(str, Resolution.values) else cls.resolution,
            metric=Metric(metric) if metric in Metric.values else cls.metric,
            all_entries=query.get("entries") == "all",
            baselines=query.get("baselines") != "off",
            standard_only=query.get("protocol") == "standard",
            tab=Tab(tab) if tab in Tab.values else cls.tab,
            selection=Selection.from_query(query),
            columns=tuple(column for column in Column if column in query.getlist("columns")),
            page=_page(query.get("page", "")),
            phase=_number(query.get("phase", "")) or None,
        )

    @property
    def ranked(self) -> "Filters":
        """The filters without choices that only change what is shown; these have no influence on a rank."""
        return Filters(
            *(self.resolution, self.metric, self.all_entries, self.baselines, self.standard_only, self.tab),
            phase=self.phase,
        )

    @cached_property
    def parameters(self) -> QueryDict:
        """Query parameters of the filters, for the template tag `querystring`, without the page."""
        return parameters(self.values() | self.shown_values())

    @property
    def ranking_values(self) -> dict[str, Any]:
        """The filters that define what is ranked, by their names in the query."""
        return {name: value for name, value in self.values().items() if name != "view"}

    @property
    def of_phase(self) -> dict[str, int]:
        """The phase by its name in the query; empty for the first phase, whose addresses name none."""
        return {"phase": self.phase} if self.phase else {}

    def values(self) -> dict[str, Any]:
        """Return the filters that define what is ranked, and the tab, by their names in the query."""
        return {
            **self.of_phase,
            "resolution": self.resolution,
            "metric": self.metric,
            "entries": "all" if self.all_entries else "best",
            "baselines": "on" if self.baselines else "off",
            "protocol": "standard" if self.standard_only else "any",
            "view": self.tab,
        }

    def shown_values(self) -> dict[str, Any]:
        """Return the choices that only change what is shown by their names in the query, without defaults."""
        columns = {"columns": list(self.columns)} if self.columns else {}
        return self.selection.values() | columns


def usual_rankings() -> Iterator[dict[str, Any]]:
    """Yield the `ranking_values` of each metric at each resolution, for the best entries and for all."""
    return (filters.ranking_values for filters in _usual(Tab.RANKING))


def usual_tabs() -> Iterator[dict[str, Any]]:
    """Yield the `values` of the other tabs for the same rankings."""
    return (filters.values() for tab in Tab if tab != Tab.RANKING for filters in _usual(tab))


def _usual(tab: Tab) -> Iterator[Filters]:
    for resolution, metric, all_entries in product(Resolution.values, Metric, (False, True)):
        yield Filters(resolution, metric, all_entries, tab=tab)


def _page(text: str) -> int:
    return max(1, _number(text)) if len(text) <= len(str(MOST_PAGES)) else 1


def _number(text: str) -> int:
    """Return a number of an address; 0 if the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0
