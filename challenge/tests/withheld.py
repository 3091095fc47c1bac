"""A phase with a withheld dataset, its labels, and predictions for it."""

from datetime import UTC, datetime

import numpy as np

from challenge.models import Phase, WithheldDataset
from challenge.services import history, withheld

OPENING = datetime(2025, 1, 1, tzinfo=UTC)
CLASSES = ("benign", "malignant", "unclear")
#: Labels of 60 test images; each class has 20.
LABELS = np.arange(60) % 3


def add_phase(name: str = "Second", **about: object) -> Phase:
    """Add a phase that is open, next to the first phase."""
    return Phase.objects.create(**{"name": name, "opens_at": OPENING} | about)


def csv_of(labels: np.ndarray) -> bytes:
    """Return a file of labels as an organizer uploads it."""
    rows = (f"{index},{label}" for index, label in enumerate(labels))
    return "\n".join(["index,label", *rows, ""]).encode()


def words(phase: Phase, **changes: object) -> dict[str, object]:
    """Return the words about a withheld dataset, by field."""
    return {
        "phase": phase,
        "name": "skinmnist",
        "title": "SkinMNIST",
        "task": "multi-class",
        "class_names": "\n".join(CLASSES),
        "description": "Photographs of skin.",
        "licence": "CC BY 4.0",
    } | changes


def add_withheld(phase: Phase, labels: np.ndarray = LABELS, **changes: object) -> WithheldDataset:
    """Add a withheld dataset to a phase as the admin does."""
    dataset = WithheldDataset(**words(phase, **changes))
    withheld.save_dataset(dataset, csv_of(labels), by=history.COMMAND)
    return dataset
