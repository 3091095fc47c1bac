"""`manage.py plot_training`: the curves of one run, or of two beside each other."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from baselines.mmpt.studies.plots import figures
from baselines.mmpt.training.history import HistoryError, read_history
from challenge.figures import files
from challenge.figures.figure import Figure
from challenge.management.examples import CommandWithExamples

#: Drawing takes 0.2 s a figure, and a loaded machine its time.
SECONDS = 300

EXAMPLES = """\
Examples:
  manage.py plot_training runs/resnet18 --output plots
      loss, AUC and balanced accuracy by epoch, over all datasets and on each of them
  manage.py plot_training runs/vit runs/vit-weighted --output plots
      two runs beside each other; they may be of different lengths, and still be under way

A run is the output folder of train_baseline; of a scheme of one model per dataset, that of all its models. The output
folder gets html/, to be opened in a browser without a network, csv/ with the numbers, and, where Chromium is
installed, png/ and svg/. k-NN trains nothing and has no curves.
"""


class Command(CommandWithExamples):
    help = "Draw the curves of training and validation of one run, or of two beside each other."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="one run, or two")
        parser.add_argument("--output", metavar="DIR", type=Path, required=True, help="a folder for figures")

    def handle(self, *, runs: list[Path], output: Path, **options: Any) -> None:
        if len(runs) > 2:
            raise CommandError(f"{len(runs)} runs were given; one is drawn, or two beside each other.")
        try:
            drawn = figures([read_history(run) for run in runs])
            for figure in drawn:
                self.keep(output, f"html/{figure.name}.html", files.html(figure))
                self.keep(output, f"csv/{figure.name}.csv", files.table(figure))
            self.draw_pictures(drawn, output)
        except HistoryError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} cannot be written to: {error}") from error
        self.stdout.write(self.style.SUCCESS(f"{len(drawn)} figures are in {output}."))

    def draw_pictures(self, drawn: list[Figure], output: Path) -> None:
        if not settings.CHROMIUM:
            self.stdout.write("No PNG or SVG: Chromium is not installed (Debian: apt install chromium).")
            return
        try:
            for name, content in files.render(drawn, settings.CHROMIUM, SECONDS):
                self.keep(output, name, content)
        except files.RenderError as error:
            raise CommandError(f"HTML and CSV are in {output}, but no PNG and SVG: {error}") from error

    def keep(self, output: Path, name: str, content: bytes) -> None:
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
