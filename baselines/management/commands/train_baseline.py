"""`manage.py train_baseline`: train a baseline, by one of the published schemes."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.options import add_options
from challenge.management.examples import CommandWithExamples
from challenge.scoring.benchmark import MEDMNIST_PLUS

EXAMPLES = """\
Examples:
  manage.py train_baseline --data ~/.medmnist --download --scheme mm-pt --architecture resnet18 \\
          --resolution 28 --output runs/resnet18
      fetches the official files first, then trains one backbone on all 12 datasets
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture resnet18 --resolution 28 \\
          --output runs/resnet18 --resume
      goes on where that run was stopped; with --deterministic (given to both) to the very same weights
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture vit_base_patch16_224 \\
          --resolution 224 --weights vit.safetensors --precision bf16 --compile --output runs/vit
      on a GPU, from a file of weights, where nothing can be downloaded
  manage.py train_baseline --data ~/.medmnist --scheme linear-probing --architecture densenet121 \\
          --resolution 64 --output runs/densenet121-probing
      12 models in turn, each in a folder of its own; with --dataset one of them
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture resnet18 --resolution 128 \\
          --weighted-loss --batch-norm shared --output runs/as-the-thesis
      normalises in validation as the thesis did: with running statistics that mix the datasets
  torchrun --nproc-per-node 4 manage.py train_baseline --data ~/.medmnist --scheme mm-pt \\
          --architecture vit_base_patch16_224 --resolution 224 --precision bf16 --compile --output runs/vit
      four GPUs share each batch; the steps, and what comes out, are those of one

The output folder gets config.json, metrics.csv, TensorBoard files, best.pt and last.pt. Nothing starts unless all
files of --data are there and sound.
"""


class Command(CommandWithExamples):
    help = "Train a baseline: mm-PT on all datasets, or a scheme of one model per dataset."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        names = [dataset.name for dataset in MEDMNIST_PLUS]
        add = parser.add_argument
        add("--data", type=Path, required=True, help="a folder of MedMNIST files")
        add("--download", action="store_true", help="get the official files that --data lacks, first")
        add("--output", type=Path, required=True, help="a folder for what the run gives")
        add("--resume", action="store_true", help="go on with the run in --output, if there is one")
        add_options(parser, TrainingConfig, choices={"dataset": names, "weighting_excludes": names})

    def handle(self, *, data: Path, download: bool, output: Path, resume: bool, **options: Any) -> None:
        try:
            from baselines.mmpt.data.download import DownloadError
            from baselines.mmpt.data.download import download as fetch
            from baselines.mmpt.training import distributed
            from baselines.mmpt.training.train import ERRORS, train
        except ImportError as error:
            raise CommandError(
                f"{error}. Training needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        config = TrainingConfig.from_dict(
            {field.name: options[field.name] for field in fields(TrainingConfig) if field.name in options}
        )
        try:
            if download:
                if distributed.size_of_world() > 1:
                    raise CommandError("Fetch the files first, with --download and without torchrun.")
                config.validate()
                fetch(data, config.datasets(MEDMNIST_PLUS), config.resolution, self.stdout.write)
            best = train(config, data, output, resume=resume, write=self.stdout.write)
        except (*ERRORS, DownloadError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. The same command with --resume goes on from the last epoch."
            ) from None
        if distributed.is_first():
            self.stdout.write(f"The best model is in {best}.")
