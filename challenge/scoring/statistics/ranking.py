"""Ranks of a leaderboard."""

import math
from collections.abc import Sequence
from typing import TypeGuard


def rank(values: Sequence[float | None]) -> list[int | None]:
    """Return competition ranks: the highest value is 1, ties share a rank, the next rank skips ("1, 2, 2, 4").

    None and NaN have no rank.
    """
    ranks: dict[float, int] = {}
    for place, value in enumerate(sorted((v for v in values if _ranks(v)), reverse=True), start=1):
        ranks.setdefault(value, place)
    return [ranks[value] if _ranks(value) else None for value in values]


def _ranks(value: float | None) -> TypeGuard[float]:
    return value is not None and not math.isnan(value)
