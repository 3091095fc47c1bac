"""What every page shows."""

from django.http import HttpRequest

from challenge.models import GroundTruth


def benchmark(request: HttpRequest) -> dict[str, object]:
    """The ground truth that entries are ranked by: every page states it."""
    return {"ground_truth": GroundTruth.objects.active()}
