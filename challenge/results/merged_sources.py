"""Published scores of several sources, as one score each."""

from collections.abc import Iterable
from typing import Any

from challenge.models import PublishedScore
from challenge.results.score import Score


def merge_sources(published: Iterable[PublishedScore], *, by: str) -> dict[Any, dict[str, Score]]:
    """Return one score per metric for each value of the field `by`.

    The score comes from the first source; it also lists the values of the other sources.
    """
    merged: dict[Any, dict[str, Score]] = {}
    in_order = PublishedScore.Source.values.index
    for score in sorted(published, key=lambda s: in_order(s.source)):
        scores = merged.setdefault(getattr(score, by), {})
        first = scores.get(score.metric)
        if first is None:
            scores[score.metric] = Score(score.mean, score.std, score.get_source_display())
        else:
            other = f"{score.get_source_display()}: {score.mean:.4f}"
            scores[score.metric] = Score(first.value, first.std, first.source, (*first.others, other))
    return merged
