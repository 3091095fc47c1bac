"""Effects of activating labels: labels that differ from the active ones, entries to score again, and the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from challenge.formats.times import in_words
from challenge.models import GroundTruth, Submission, Versions
from challenge.results.durations import time_of_scoring
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import read_ground_truth


@dataclass(frozen=True)
class LabelChanges:
    """Effects of activating labels."""

    #: Number of test images with another label, by title of the dataset; empty if none differ.
    by_dataset: Mapping[str, int]
    n_entries: int
    #: Time until all are scored again by one worker process; None without measured scorings.
    duration: timedelta | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """Effects in words."""
        datasets = ", ".join(f"{title} {count:,}" for title, count in self.by_dataset.items())
        labels = f"Test images with another label: {datasets}." if datasets else "No label changes."
        if not self.n_entries:
            return labels, "No entry has to be scored again."
        entries = "1 entry is" if self.n_entries == 1 else f"{self.n_entries:,} entries are"
        time = (
            f", which takes about {in_words(self.duration)} with one worker process" if self.duration else ""
        )
        return labels, f"{entries} scored again{time}. Ranks stay until all are scored."


def changes_by(ground_truth: GroundTruth) -> LabelChanges:
    """Return the effects of activating these labels.

    Raises:
        GroundTruthError: labels cannot be read.

    """
    versions = Versions.of_this_software(ground_truth)
    n_entries = Submission.objects.not_scored_by(versions).count()
    return LabelChanges(_differences(ground_truth), n_entries, time_of_scoring(n_entries))


def _differences(ground_truth: GroundTruth) -> dict[str, int]:
    active = GroundTruth.objects.active()
    if active is None or active == ground_truth:
        return {}
    old, new = (read_ground_truth(one.path, MEDMNIST_PLUS).labels for one in (active, ground_truth))
    counts = {}
    for dataset in MEDMNIST_PLUS:
        differs = (old[dataset.name] != new[dataset.name]).reshape(dataset.n_test, -1)
        counts[dataset.title] = int(np.count_nonzero(differs.any(axis=1)))
    return {title: count for title, count in counts.items() if count}
