"""`manage.py plot_attention`: the attention roll-out of a ViT on images of each dataset."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from baselines.figure_files import FigureFilesError, write_figures
from challenge.management.examples import CommandWithExamples

EXAMPLES = """\
Examples:
  manage.py plot_attention runs/vit --data ~/.medmnist --output plots
      draws 4 validation images of each dataset of an mm-PT run of a ViT, with their attention roll-out
  manage.py plot_attention runs/breast --data ~/.medmnist --output plots --split test --images 8
      takes a run on one dataset, and 8 of its test images
  manage.py plot_attention runs/single/breastmnist --data ~/.medmnist --output plots
      takes one of several models of a run with a model for each dataset

The roll-out (Abnar and Zuidema, 2020) says how much of each patch reaches the features by attention, over all layers.
A weight of 1 is the mean over the patches. CNNs have no attention. The output folder gets html/, csv/ and, if Chromium
is installed, png/ and svg/.
"""


class Command(CommandWithExamples):
    help = "Draw the attention roll-out of a run of a ViT on images of each dataset."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("run", type=Path, help="a checkpoint, or the output folder of train_baseline")
        add("--data", type=Path, required=True, help="a folder of MedMNIST files")
        add("--output", metavar="DIR", type=Path, required=True, help="a folder for the figures")
        add("--split", choices=("train", "val", "test"), default="val", help="default: %(default)s")
        add(
            "--images",
            type=int,
            default=4,
            help="maximum number of each dataset, 1 to 8 (default: %(default)s)",
        )
        add("--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: %(default)s)")

    def handle(self, *, run: Path, data: Path, output: Path, **options: Any) -> None:
        try:
            from baselines.mmpt.studies.attention import ERRORS, figure, line, roll_out
        except ImportError as error:
            raise CommandError(
                f"{error}. Attention needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        try:
            found = roll_out(
                run, data, split=options["split"], n_images=options["images"], device=options["device"]
            )
            note = write_figures([figure(one) for one in found], output)
        except (*ERRORS, FigureFilesError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Mean share of the roll-out:")
        for one in found:
            self.stdout.write(line(one))
        if note:
            self.stdout.write(note)
        self.stdout.write(self.style.SUCCESS(f"{len(found)} figures are in {output}."))
