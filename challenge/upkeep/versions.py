"""Versions of the software and of the labels."""

import platform

import django

from bigsite.version import site_version
from challenge.models import ranked_ground_truth
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, SCORER_VERSION


def versions() -> dict[str, str]:
    """Return the versions that matter for a report of a fault, by name."""
    return {
        "Site": site_version(),
        "Scorer": SCORER_VERSION,
        "Bootstrap": BOOTSTRAP_VERSION,
        "Labels": str(ranked_ground_truth() or "none are loaded"),
        "Django": django.get_version(),
        "Python": platform.python_version(),
    }
