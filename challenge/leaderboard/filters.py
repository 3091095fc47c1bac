"""Filters of the leaderboard, read from its address."""

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.http import QueryDict

from challenge.formats.parameters import parameters
from challenge.models import Metric, Resolution


class Tab(TextChoices):
    """Tabs of the leaderboard page."""

    RANKING = "ranking", "Ranking"
    RANKS = "ranks", "Rank uncertainty"
    WAYS = "ways", "Other ways to rank"
    SECONDARY = "further", "Informational metrics"
    FIGURES = "figures", "Figures"


@dataclass(frozen=True)
class Filters:
    """Choices of a reader. An invalid value in the address means the default."""

    resolution: int = Resolution.R224.value
    metric: Metric = Metric.AUC
    all_entries: bool = False
    baselines: bool = True
    standard_only: bool = False
    tab: Tab = Tab.RANKING

    @classmethod
    def from_query(cls, query: Any) -> "Filters":
        """Read the filters from a request's query."""
        resolution, metric = query.get("resolution"), query.get("metric")
        return cls(
            resolution=int(resolution) if resolution in map(str, Resolution.values) else cls.resolution,
            metric=Metric(metric) if metric in Metric.values else cls.metric,
            all_entries=query.get("entries") == "all",
            baselines=query.get("baselines") != "off",
            standard_only=query.get("protocol") == "standard",
            tab=Tab(query.get("view")) if query.get("view") in Tab.values else cls.tab,
        )

    @property
    def parameters(self) -> QueryDict:
        """Query parameters of the filters, for the template tag `querystring`."""
        return parameters(self.values())

    @property
    def ranked(self) -> dict[str, Any]:
        """The filters that decide which rows are ranked, and how, by their names in the query."""
        values = self.values()
        return {name: values[name] for name in ("resolution", "metric", "entries", "baselines", "protocol")}

    def values(self) -> dict[str, Any]:
        """Return the filters by their names in the query."""
        return {
            "resolution": self.resolution,
            "metric": self.metric,
            "entries": "all" if self.all_entries else "best",
            "baselines": "on" if self.baselines else "off",
            "protocol": "standard" if self.standard_only else "any",
            "view": self.tab,
        }
