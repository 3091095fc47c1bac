"""`manage.py load_ground_truth`: load the labels that submissions are scored against."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from challenge.management.examples import CommandWithExamples
from challenge.medmnist.labels import read_labels
from challenge.medmnist.origin import origin_of
from challenge.medmnist.zenodo import download_ground_truth
from challenge.models import MAX_NAME_LENGTH, GroundTruth, ranked_ground_truth
from challenge.results.label_changes import changes_by
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError
from challenge.services import ground_truths, history

EXAMPLES = """\
Examples:
  manage.py load_ground_truth --download
      fetches only the labels (a few hundred kilobytes) from MedMNIST's Zenodo record
  manage.py load_ground_truth ~/.medmnist
      reads the labels from the MedMNIST files of any resolution; the images are not read
  manage.py load_ground_truth labels.npz --name "MedMNIST+ test labels, corrected" --no-activate
      reads an npz of label arrays keyed by dataset name, and keeps ranking by the current labels

Nothing changes unless all datasets are complete and valid. The command says whether the labels are the official
ones, and asks before it activates others. If other labels are activated, all scored submissions are scored again.
This does not count towards any team's limits, and ranks stay until all are scored.
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
        parser.add_argument(
            "--yes", action="store_true", help="activate labels that are not official without asking"
        )
        parser.add_argument(
            "--reason",
            default="",
            help="reason of the activation, for the history, teams and readers",
        )

    def handle(
        self,
        *,
        path: Path | None,
        folder: Path,
        name: str,
        no_activate: bool,
        yes: bool,
        reason: str,
        **options: Any,
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
            origin = origin_of(path or folder, labels, MEDMNIST_PLUS)
            stored = ground_truths.store_ground_truth(labels, name=name, activate=False, origin=origin)
        except GroundTruthError as error:
            raise CommandError("\n".join(["No labels were loaded.", *error.problems])) from error
        except OSError as error:
            raise CommandError(f"No labels were loaded: {error}.") from error
        for dataset in MEDMNIST_PLUS:
            self.stdout.write(f"{dataset.name:15} {dataset.n_test:6,} test images")
        self.stdout.write(f"{name}: {MEDMNIST_PLUS.n_rows:,} test images, version {labels.version}")
        self.report_origin(stored)
        if not no_activate and stored != GroundTruth.objects.active():
            self.activate(stored, yes=yes, reason=reason or f"Loaded from {(path or folder).name}.")
        self.report_active(stored)

    def report_origin(self, stored: GroundTruth) -> None:
        if stored.is_official:
            self.stdout.write(self.style.SUCCESS("These are the official labels."))
        else:
            self.stdout.write(self.style.WARNING("These are not the official labels, or it cannot be known."))
        self.stdout.write(stored.origin)

    def activate(self, stored: GroundTruth, *, yes: bool, reason: str) -> None:
        try:
            sentences = changes_by(stored).sentences
        except GroundTruthError as error:
            raise CommandError(f"The labels were loaded, but not activated: {error}") from error
        for sentence in sentences:
            self.stdout.write(sentence)
        if stored.is_official or yes or self.is_confirmed():
            ground_truths.activate_ground_truth(stored, by=history.COMMAND, reason=reason)

    def is_confirmed(self) -> bool:
        """Ask whether to activate labels that are not official."""
        if not sys.stdin.isatty():
            raise CommandError(
                "The labels were loaded, but not activated, because they are not official. Add --yes to activate them."
            )
        return input("Activate labels that are not official? [y/N] ").strip().lower() in ("y", "yes")

    def report_active(self, stored: GroundTruth) -> None:
        active = GroundTruth.objects.active()
        if active == stored == ranked_ground_truth():
            self.stdout.write(self.style.SUCCESS("These labels are active: submissions are ranked by them."))
        elif active == stored:
            self.stdout.write(
                self.style.SUCCESS("These labels are active: ranks follow when all entries are scored again.")
            )
        else:
            self.stdout.write(f"Submissions are still ranked by: {active or 'no labels, as none are active'}")
