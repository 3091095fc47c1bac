"""`manage.py make_dataset_samples`: make sample images for the dataset pages."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from challenge.content.samples import SamplesError, make_montage, sample_path
from challenge.management.examples import CommandWithExamples
from challenge.medmnist.facts import file_name
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset

EXAMPLES = """\
Examples:
  manage.py make_dataset_samples ~/.medmnist
      makes a montage of each official file in the folder (pathmnist.npz, pathmnist_64.npz, ...)
  manage.py make_dataset_samples ~/.medmnist --resolution 28 64
      makes only the montages at 28 and 64 pixels; a missing file then counts as a failure

Unusable files are listed at the end, with exit status 1; the other montages are kept. Montages made earlier
are replaced. At 224 pixels a file has up to 12 GB and is read once, which takes minutes.
"""


class Command(CommandWithExamples):
    help = "Make the sample images of the dataset pages: a few training images of each class."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", metavar="DIR", type=Path, help="the folder of official MedMNIST npz files"
        )
        parser.add_argument(
            "--resolution",
            metavar="N",
            nargs="+",
            type=int,
            choices=MEDMNIST_PLUS.resolutions,
            help=f"sizes to make, of {', '.join(map(str, MEDMNIST_PLUS.resolutions))} (default: all in the folder)",
        )

    def handle(self, *, folder: Path, resolution: list[int] | None, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        made, missing, failed = 0, [], []
        for size in sorted(set(resolution or MEDMNIST_PLUS.resolutions)):
            for dataset in MEDMNIST_PLUS:
                npz = folder / file_name(dataset.name, size)
                if not npz.exists():
                    missing.append(npz.name)
                elif problem := self.make(npz, dataset, size):
                    failed.append(problem)
                else:
                    made += 1
        self.report(folder, made, missing, failed, all_needed=bool(resolution))

    def make(self, npz: Path, dataset: Dataset, resolution: int) -> str | None:
        """Make one montage; return a message if that fails."""
        self.stdout.write(f"{npz.name} ... ", ending="")
        self.stdout.flush()
        try:
            make_montage(npz, dataset, resolution)
        except SamplesError as error:
            self.stdout.write(self.style.ERROR("failed"))
            return f"{npz.name}: {error}."
        except OSError as error:
            raise CommandError(
                f"{sample_path(dataset.name, resolution)} cannot be written: {error}."
            ) from error
        self.stdout.write(sample_path(dataset.name, resolution).name)
        return None

    def report(
        self, folder: Path, made: int, missing: list[str], failed: list[str], *, all_needed: bool
    ) -> None:
        """Report the result; raise CommandError if something failed, or no file was found."""
        if missing:
            self.stdout.write(f"Not in {folder}: {', '.join(missing)}.")
        self.stdout.write(f"{made} {'montage' if made == 1 else 'montages'} in {settings.SAMPLES_DIR}")
        if failed or not made:
            raise CommandError("\n".join(failed or [f"{folder} holds no MedMNIST files that can be used."]))
        if missing and all_needed:
            raise CommandError(f"{len(missing)} of the files asked for are missing.")
