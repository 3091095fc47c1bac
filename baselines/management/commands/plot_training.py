"""`manage.py plot_training`: the curves of one run, or of two runs side by side."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from baselines.figure_files import FigureFilesError, write_figures
from baselines.mmpt.studies.plots import figures
from baselines.mmpt.training.history import HistoryError, read_history
from challenge.management.examples import CommandWithExamples

EXAMPLES = """\
Examples:
  manage.py plot_training runs/resnet18 --output plots
      draws loss, AUC and balanced accuracy by epoch, over all datasets and on each dataset
  manage.py plot_training runs/vit runs/vit-weighted --output plots
      draws two runs side by side; they may have different lengths, and may be unfinished

A run is the output folder of train_baseline; with one model per dataset, it is the folder of all models. The output
folder gets html/, which opens in a browser without a network, csv/ with the numbers, and, if Chromium is installed,
png/ and svg/. k-NN trains nothing and has no curves.
"""


class Command(CommandWithExamples):
    help = "Draw the training and validation curves of one run, or of two runs side by side."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="one run, or two")
        parser.add_argument(
            "--output", metavar="DIR", type=Path, required=True, help="a folder for the figures"
        )

    def handle(self, *, runs: list[Path], output: Path, **options: Any) -> None:
        if len(runs) > 2:
            raise CommandError(f"{len(runs)} runs were given; give one or two.")
        try:
            drawn = figures([read_history(run) for run in runs])
            note = write_figures(drawn, output)
        except (HistoryError, FigureFilesError) as error:
            raise CommandError(str(error)) from error
        if note:
            self.stdout.write(note)
        self.stdout.write(self.style.SUCCESS(f"{len(drawn)} figures are in {output}."))
