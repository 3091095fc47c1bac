"""`manage.py load_ground_truth`: load the labels that submissions are scored against."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from challenge.management.examples import CommandWithExamples
from challenge.medmnist.labels import read_labels
from challenge.medmnist.zenodo import download_ground_truth
from challenge.models import MAX_NAME_LENGTH, GroundTruth
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError
from challenge.services import ground_truths

EXAMPLES = """\
Examples:
  manage.py load_ground_truth --download
      fetches only the labels (a few hundred kilobytes) from MedMNIST's Zenodo record
  manage.py load_ground_truth ~/.medmnist
      reads the labels from the MedMNIST files of any resolution; the images are not read
  manage.py load_ground_truth labels.npz --name "MedMNIST+ test labels, corrected" --no-activate
      reads an npz of label arrays keyed by dataset name, and keeps ranking by the current labels

Nothing changes unless all datasets are complete and valid. If other labels are activated, all scored
submissions are scored again; this does not count towards any team's limits.
"""


class Command(CommandWithExamples):
    help = "Load, check and activate the test labels of all datasets."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "path", nargs="?", type=Path, help="a folder of MedMNIST files, or one npz of labels"
        )
        source.add_argument("--download", action="store_true", help="fetch the official labels")
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.GROUND_TRUTH_DIR / "medmnist",
            help="folder for the files of --download (default: %(default)s)",
        )
        parser.add_argument(
            "--name", default="MedMNIST+ test labels", help="shown on the site (default: %(default)s)"
        )
        parser.add_argument("--no-activate", action="store_true", help="do not rank by these labels yet")

    def handle(
        self, *, path: Path | None, folder: Path, name: str, no_activate: bool, **options: Any
    ) -> None:
        if len(name) > MAX_NAME_LENGTH:
            raise CommandError(
                f"--name may have at most {MAX_NAME_LENGTH} characters; this name has {len(name)}."
            )
        try:
            if path:
                labels = read_labels(path, MEDMNIST_PLUS)
            else:
                labels = download_ground_truth(folder, MEDMNIST_PLUS, progress=self.stdout.write)
            stored = ground_truths.store_ground_truth(labels, name=name, activate=not no_activate)
        except GroundTruthError as error:
            raise CommandError("\n".join(["No labels were loaded.", *error.problems])) from error
        except OSError as error:
            raise CommandError(f"No labels were loaded: {error}.") from error
        for dataset in MEDMNIST_PLUS:
            self.stdout.write(f"{dataset.name:15} {dataset.n_test:6,} test images")
        self.stdout.write(f"{name}: {MEDMNIST_PLUS.n_rows:,} test images, version {labels.version}")
        self.report_active(stored)

    def report_active(self, stored: GroundTruth) -> None:
        active = GroundTruth.objects.active()
        if active == stored:
            self.stdout.write(self.style.SUCCESS("These labels are active: submissions are ranked by them."))
        else:
            self.stdout.write(f"Submissions are still ranked by: {active or 'no labels, as none are active'}")
