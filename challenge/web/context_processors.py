"""Template context of every page."""

from functools import cache

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from challenge.models import GroundTruth, ranked_versions
from challenge.results.scored_again import ScoredAgain, scored_again


def benchmark(request: HttpRequest) -> dict[str, object]:
    """Return the labels that entries are ranked by, which every page names, and the progress of scoring all again.

    They are loaded when a template uses them; a view that already has the labels passes them in its own context.
    """
    ranked = cache(ranked_versions)

    def ground_truth() -> GroundTruth | None:
        versions = ranked()
        return versions.ground_truth if versions else None

    def progress() -> ScoredAgain | None:
        return scored_again(ranked())

    return {"ground_truth": SimpleLazyObject(ground_truth), "scored_again": SimpleLazyObject(progress)}
