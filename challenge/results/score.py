"""Scores as pages and figures take them: plain values, whatever table they come from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """A metric of an entry; a published one has a source, and a deviation if that gives one.

    `low` and `high` are the ends of its confidence interval, where there is one.
    """

    value: float
    std: float | None = None
    source: str = ""
    others: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """One metric of one entry or published method, by dataset name; a dataset without a score is left out."""

    label: str
    scores: Mapping[str, Score]
    is_published: bool = False


@dataclass(frozen=True)
class Difference:
    """A value less another one; interval and `flips` are None where one of the two has no replicates.

    `flips` is the share of replicates in which the two stand the other way round.
    """

    value: float
    low: float | None = None
    high: float | None = None
    flips: float | None = None

    @property
    def verdict(self) -> str:
        """Say in words what the interval says; nothing without one."""
        if self.low is None or self.high is None:
            return ""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "not told apart"
