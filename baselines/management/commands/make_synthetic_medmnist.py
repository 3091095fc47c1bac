"""`manage.py make_synthetic_medmnist`: 12 datasets in the layout of the official files, without the real images."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from baselines.mmpt.data.splits import DataError
from baselines.mmpt.data.synthetic import make_collection
from challenge.management.examples import CommandWithExamples
from challenge.scoring.benchmark import MEDMNIST_PLUS

EXAMPLES = """\
Examples:
  manage.py make_synthetic_medmnist var/synthetic --scale 0.02
      makes about 14,000 images of 28 pixels in a second or two, to try training and for tests
  manage.py make_synthetic_medmnist var/synthetic --size 224 --scale 0.02
      makes the same at 224 pixels in the same folder: 1 GB in half a minute
  manage.py make_synthetic_medmnist var/full
      makes splits of the official sizes: submissions made for them have the rows that the site expects

The splits have the official sizes times the scale, with at least two images of each class. Datasets have the official
channels, tasks and numbers of classes. The classes have the official proportions, with these exceptions: the
proportions of TissueMNIST and the three OrganMNISTs are made up, and the validation and test splits of ChestMNIST
follow its training split. Datasets differ in brightness and contrast as the real datasets do. Classes can be learned
from texture, shape and colour, and have nothing else in common with MedMNIST: results say nothing about MedMNIST.
"""


def positive(text: str) -> float:
    """Parse a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"{text} is not a number above 0")
    return number


def seed(text: str) -> int:
    """Parse a whole number of 0 or more."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text} is not a whole number of 0 or more")
    return int(text)


class Command(CommandWithExamples):
    help = "Make a synthetic collection in the layout of the official MedMNIST files."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="the folder for the 12 npz files")
        parser.add_argument(
            "--size",
            type=int,
            default=28,
            choices=MEDMNIST_PLUS.resolutions,
            help="height and width of the images (default: %(default)s)",
        )
        parser.add_argument(
            "--scale",
            metavar="F",
            type=positive,
            default=1.0,
            help="the fraction of the official number of images (default: all)",
        )
        parser.add_argument(
            "--seed", type=seed, default=0, help="another seed makes other images (default: %(default)s)"
        )

    def handle(self, *, folder: Path, size: int, scale: float, seed: int, **options: Any) -> None:
        try:
            make_collection(folder, size, scale, seed, write=self.stdout.write)
        except DataError as error:
            raise CommandError("\n".join(["Nothing was made.", *error.problems])) from error
        except OSError as error:
            raise CommandError(
                f"The collection is not complete: {error}. Give a folder with enough space."
            ) from error
        self.stdout.write(self.style.SUCCESS(f"The synthetic collection is in {folder}."))
