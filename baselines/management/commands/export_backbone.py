"""`manage.py export_backbone`: write the backbone of a run in the format of timm."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from challenge.management.examples import CommandWithExamples

EXAMPLES = """\
Examples:
  manage.py export_backbone runs/resnet18 --output resnet18-big
      writes the best backbone of a run, with BatchNorm statistics pooled over its datasets
  manage.py export_backbone runs/resnet18/last.pt --output resnet18-big --statistics bloodmnist
      writes another checkpoint, with the statistics of one dataset

In Python, timm.create_model("local-dir:resnet18-big", pretrained=True) loads the backbone without this project. The
folder also gets a model card (README.md), the heads of all datasets and their BatchNorm statistics.
"""


class Command(CommandWithExamples):
    help = "Export the backbone of an mm-PT or end-to-end run: safetensors and a configuration for timm."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "run", type=Path, help="a checkpoint, or the output folder of train_baseline for one model"
        )
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
        parser.add_argument(
            "--statistics",
            default="pooled",
            metavar="NAME",
            help="BatchNorm statistics of the backbone: those of a dataset, by name, or pooled over all datasets "
            "(default: %(default)s)",
        )

    def handle(self, *, run: Path, output: Path, statistics: str, **options: Any) -> None:
        try:
            from baselines.mmpt.studies.export import ERRORS, export
        except ImportError as error:
            raise CommandError(
                f"{error}. Exporting needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        try:
            content = export(run, output, statistics=statistics)
        except ERRORS as error:
            raise CommandError(str(error)) from error
        for name in (*content.tensors, *content.texts):
            self.stdout.write(f"Wrote {output / name}.")
        self.stdout.write(
            f'Load it with timm.create_model("local-dir:{output}", pretrained=True); {output / "README.md"} shows more.'
        )
