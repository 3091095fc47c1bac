"""`manage.py plot_features`: how well the features of a backbone separate the datasets."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from baselines.figure_files import FigureFilesError, write_figures
from challenge.management.examples import CommandWithExamples

EXAMPLES = """\
Examples:
  manage.py plot_features runs/resnet18 --data ~/.medmnist --output plots
      draws the features of 200 validation images of each dataset, and how far the datasets are apart
  manage.py plot_features runs/resnet18/last.pt --data ~/.medmnist --output plots --split test --images 500
      takes another checkpoint, split and number of images

  manage.py plot_features runs/resnet18 --data ~/.medmnist --output plots-pooled --statistics pooled
      does not remove the differences of the datasets' means and deviations

The measure of separation is the mean silhouette: 1 means that a dataset is far from all others, 0 that it is mixed with
another one. The output folder gets html/, csv/ and, if Chromium is installed, png/ and svg/.
"""


class Command(CommandWithExamples):
    help = (
        "Draw the backbone features of an mm-PT run by dataset, and measure the separation of the datasets."
    )
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("run", type=Path, help="a checkpoint of mm-PT, or the output folder of train_baseline")
        add("--data", type=Path, required=True, help="a folder of MedMNIST files")
        add("--output", metavar="DIR", type=Path, required=True, help="a folder for the figures")
        add("--split", choices=("train", "val", "test"), default="val", help="default: %(default)s")
        add("--images", type=int, default=200, help="maximum number of each dataset (default: %(default)s)")
        add(
            "--statistics",
            choices=("own", "pooled"),
            default="own",
            help="BatchNorm statistics: of each dataset, or pooled over all (default: %(default)s)",
        )
        add("--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: %(default)s)")

    def handle(self, *, run: Path, data: Path, output: Path, **options: Any) -> None:
        try:
            from baselines.mmpt.studies.features import ERRORS, extract, figures, lines, silhouettes
        except ImportError as error:
            raise CommandError(
                f"{error}. Features need PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        try:
            found = extract(
                run,
                data,
                split=options["split"],
                n_images=options["images"],
                statistics=options["statistics"],
                device=options["device"],
            )
            drawn = figures(found)
            note = write_figures(drawn, output)
        except (*ERRORS, FigureFilesError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Mean silhouette of each dataset:")
        self.stdout.write("\n".join(lines(silhouettes(found))))
        if note:
            self.stdout.write(note)
        self.stdout.write(self.style.SUCCESS(f"{len(drawn)} figures are in {output}."))
