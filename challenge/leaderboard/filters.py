"""Filters of the leaderboard, read from its address."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import TextChoices
from django.http import QueryDict

from challenge.formats.parameters import parameters
from challenge.leaderboard.selection import Selection
from challenge.models import Metric, Resolution

#: Highest page number that is read from an address.
MOST_PAGES = 99_999


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

    The first five fields define what is ranked; the others change only what is shown.
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
        )

    @property
    def ranked(self) -> "Filters":
        """The filters without choices that only change what is shown; these have no influence on a rank."""
        return Filters(
            self.resolution, self.metric, self.all_entries, self.baselines, self.standard_only, self.tab
        )

    @cached_property
    def parameters(self) -> QueryDict:
        """Query parameters of the filters, for the template tag `querystring`, without the page."""
        return parameters(self.values() | self.shown_values())

    @property
    def ranking_values(self) -> dict[str, Any]:
        """The filters that define what is ranked, by their names in the query."""
        return {name: value for name, value in self.values().items() if name != "view"}

    def values(self) -> dict[str, Any]:
        """Return the filters that define what is ranked, and the tab, by their names in the query."""
        return {
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


def _page(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_PAGES))
    return max(1, int(text)) if is_number else 1
