"""Time that scoring takes, as measured with the latest scorings."""

from datetime import timedelta
from statistics import median

from challenge.models import Evaluation, Uncertainty

#: Number of the latest scorings whose time is measured.
MEASURED = 100


def time_of_scoring(count: int) -> timedelta | None:
    """Return the usual time of some scorings by one process, with their estimates; None if nothing was scored."""
    scorings = Evaluation.objects.scored().filter(claimed_at__isnull=False).order_by("-scored_at")
    times = [
        (scored_at - claimed_at).total_seconds()
        for scored_at, claimed_at in scorings.values_list("scored_at", "claimed_at")[:MEASURED]
        if scored_at and claimed_at and scored_at >= claimed_at
    ]
    if not times:
        return None
    estimated = Uncertainty.objects.filter(seconds__isnull=False).order_by("-claimed_at")
    estimates = [float(seconds or 0) for seconds in estimated.values_list("seconds", flat=True)[:MEASURED]]
    of_one = median(times) + (median(estimates) if estimates else 0.0)
    return timedelta(seconds=count * of_one)
