"""What every page shows."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from challenge.models import GroundTruth


def benchmark(request: HttpRequest) -> dict[str, object]:
    """The ground truth that entries are ranked by: every page states it.

    It is asked for when a template names it: a view that has it already passes it on.
    """
    return {"ground_truth": SimpleLazyObject(GroundTruth.objects.active)}
