"""Withheld datasets: test sets of a phase whose labels only the organizers have."""

from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from challenge import files
from challenge.models.phases import Phase
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task
from challenge.scoring.withheld import LabelFile

#: Shown in place of a modality: the description says more.
WITHHELD = "Withheld"


class WithheldDatasetQuerySet(models.QuerySet["WithheldDataset"]):
    """Withheld datasets by phase, in the order in which they were added."""

    def of_phases(self, phases: Collection[int]) -> dict[int, list["WithheldDataset"]]:
        """Return the withheld datasets of each phase that has some, by its number: one query."""
        found: dict[int, list[WithheldDataset]] = {}
        for one in self.filter(phase__in=phases).order_by("pk"):
            found.setdefault(one.phase_id, []).append(one)
        return found


class WithheldDataset(models.Model):
    """A dataset that a phase scores in addition to those of MedMNIST+. Its labels are in a file that no page shows."""

    phase = models.ForeignKey(Phase, models.PROTECT, related_name="withheld_datasets")
    name = models.CharField(
        max_length=30,
        validators=[RegexValidator(r"\A[a-z]{3,30}\Z", "Use 3 to 30 lower-case letters from a to z.")],
        help_text="As in the column “dataset” of files: 3 to 30 lower-case letters, for example “skinmnist”.",
    )
    title = models.CharField(max_length=60, help_text="Shown on pages and in figures.")
    task = models.CharField(max_length=20, choices=[(task.value, task.value) for task in Task])
    class_names = models.TextField(
        "classes",
        help_text="Names of the classes (or labels, if multi-label), one a line, in the order of the probabilities.",
    )
    description = models.TextField(
        help_text="Shown on the page of the format: images, origin, how to get them."
    )
    licence = models.CharField(max_length=200, help_text="Licence of the images, shown with the description.")
    n_images = models.PositiveIntegerField("test images", editable=False)
    class_counts = models.JSONField("images of each class", editable=False)
    checksum = models.CharField(
        "keyed hash of the labels", max_length=64, editable=False, help_text="Names the file of the labels."
    )
    created_at = models.DateTimeField("added", auto_now_add=True)

    objects = WithheldDatasetQuerySet.as_manager()

    class Meta:
        ordering = ["phase", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "name"],
                name="one_withheld_dataset_of_a_name",
                violation_error_message="This phase has a dataset of this name already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} in {self.phase}"

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the probabilities."""
        return tuple(line.strip() for line in self.class_names.splitlines() if line.strip())

    @property
    def dataset(self) -> Dataset:
        """The dataset as a value of a benchmark."""
        task = Task(self.task)
        return Dataset(self.name, self.title, WITHHELD, task, self.classes, self.n_images, is_withheld=True)

    @property
    def place(self) -> Path:
        """Place of the file of the labels: see `challenge.files`."""
        return settings.GROUND_TRUTH_DIR / "withheld" / f"{self.checksum}.npz"

    @property
    def path(self) -> Path:
        """Path of the file of the labels on this machine."""
        return files.fetched(self.place)

    @property
    def labels(self) -> LabelFile:
        """The dataset with the file of its labels on this machine."""
        return LabelFile(self.dataset, self.path)

    @classmethod
    def labels_of(cls, phase: int) -> tuple[LabelFile, ...]:
        """Return the withheld datasets of a phase, by its number."""
        return tuple(one.labels for one in cls.objects.filter(phase=phase).order_by("pk"))


def benchmark_of(phase: int | None) -> Benchmark:
    """Return the datasets that a phase scores; the first phase (None) scores those of MedMNIST+."""
    return benchmarks_of([phase])[phase] if phase else MEDMNIST_PLUS


def benchmarks_of(phases: Collection[int]) -> dict[int, Benchmark]:
    """Return the datasets that each phase scores, by its number: one query."""
    withheld = WithheldDataset.objects.of_phases(phases)
    return {
        phase: MEDMNIST_PLUS.with_withheld(one.dataset for one in withheld.get(phase, ())) for phase in phases
    }
