"""Scores for pages and figures: plain values, independent of their database tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Above this value, an interval reaches much further down than up.
CLOSE_TO_ONE = 0.995


@dataclass(frozen=True)
class Score:
    """Value of a metric; a published score has a source, and a standard deviation if the source gives one.

    `low` and `high` are the ends of the confidence interval, and `error` is the standard error, if they are known.
    """

    value: float
    std: float | None = None
    source: str = ""
    others: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    error: float | None = None


def any_close_to_one(scores: Iterable[Score]) -> bool:
    """Return true if a score with an interval is so close to 1 that the interval needs an explanation."""
    return any(score.low is not None and score.value > CLOSE_TO_ONE for score in scores)


@dataclass(frozen=True)
class Series:
    """One metric of an entry or published method, by dataset name; datasets without a score are left out."""

    label: str
    scores: Mapping[str, Score]
    is_published: bool = False


@dataclass(frozen=True)
class Difference:
    """Difference of two values; only `value` is known if one of the two has no replicates.

    `low` and `high` are the ends of its interval. `flips` is the share of replicates with the opposite order.
    `detectable` is the true difference that would be found with a probability of 80 %.
    """

    value: float
    low: float | None = None
    high: float | None = None
    flips: float | None = None
    detectable: float | None = None

    @property
    def verdict(self) -> str:
        """Verdict of the interval in words; empty without an interval."""
        if self.low is None or self.high is None:
            return ""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "no clear difference"
