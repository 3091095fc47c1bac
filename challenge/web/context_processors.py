"""Template context of every page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from challenge.models import GroundTruth


def benchmark(request: HttpRequest) -> dict[str, object]:
    """Return the active ground truth, which every page names.

    It is loaded when a template uses it; a view that already has it passes it in its own context.
    """
    return {"ground_truth": SimpleLazyObject(GroundTruth.objects.active)}
