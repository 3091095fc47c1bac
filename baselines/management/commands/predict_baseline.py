"""`manage.py predict_baseline`: write the submission file of a trained baseline."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from challenge.management.examples import CommandWithExamples

EXAMPLES = """\
Examples:
  manage.py predict_baseline runs/resnet18 --data ~/.medmnist --output resnet18.csv.gz
      takes best.pt of an mm-pt run, or best.pt of each of the 12 models of another scheme
  manage.py predict_baseline runs/resnet18/last.pt --data ~/.medmnist --output resnet18-last.csv
      takes another checkpoint
  manage.py predict_baseline runs/thirteen --data ~/.medmnist --datasets polyps --output polyps.csv
      predicts only some datasets, here one that does not belong to the benchmark; the file is no submission

If the name of the output ends in .gz, the file is compressed. Without --datasets, the test splits must have the
official sizes, which the site requires.
"""


class Command(CommandWithExamples):
    help = "Predict the test splits and write the submission file."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "checkpoint", type=Path, help="a checkpoint, or the output folder of train_baseline"
        )
        parser.add_argument("--data", type=Path, required=True, help="a folder of MedMNIST files")
        parser.add_argument(
            "--output", type=Path, required=True, help="the submission file (.csv or .csv.gz)"
        )
        parser.add_argument(
            "--datasets",
            nargs="+",
            default=[],
            metavar="NAME",
            help="predict only these datasets, whose test splits may have any size (default: all of the site)",
        )
        parser.add_argument(
            "--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: %(default)s)"
        )
        parser.add_argument("--batch-size", type=int, default=32, help="default: %(default)s")

    def handle(self, *, checkpoint: Path, data: Path, output: Path, **options: Any) -> None:
        try:
            from baselines.mmpt.training import predict
        except ImportError as error:
            raise CommandError(
                f"{error}. Predicting needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        try:
            predict.predict(
                checkpoint,
                data,
                output,
                datasets=options["datasets"],
                device=options["device"],
                batch_size=options["batch_size"],
                write=self.stdout.write,
            )
        except predict.ERRORS as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {output}.")
