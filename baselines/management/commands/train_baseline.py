"""`manage.py train_baseline`: train a baseline with one of the published schemes."""

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
      downloads the official files, then trains one backbone on all 12 datasets
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture resnet18 --resolution 28 \\
          --output runs/resnet18 --resume
      continues a stopped run; with --deterministic in both commands, the result equals that of an unstopped run
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture vit_base_patch16_224 \\
          --resolution 224 --weights vit.safetensors --precision bf16 --compile --output runs/vit
      trains on a GPU, from a file of weights, without a download
  manage.py train_baseline --data ~/.medmnist --scheme linear-probing --architecture densenet121 \\
          --resolution 64 --output runs/densenet121-probing
      trains 12 models in turn, each in a folder of its own; with --dataset only one of them
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture resnet18 --resolution 128 \\
          --weighted-loss --batch-norm shared --output runs/as-the-thesis
      normalises in validation as in the thesis: with running statistics that mix the datasets
  torchrun --nproc-per-node 4 manage.py train_baseline --data ~/.medmnist --scheme mm-pt \\
          --architecture vit_base_patch16_224 --resolution 224 --precision bf16 --compile --output runs/vit
      shares each batch between four GPUs; the steps and results are those of one GPU, except for rounding

The output folder gets config.json, metrics.csv, TensorBoard files, best.pt and last.pt. Training starts only if all
files in --data are there and valid.
"""


class Command(CommandWithExamples):
    help = "Train a baseline: mm-PT on all datasets, or a scheme with one model per dataset."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        names = [dataset.name for dataset in MEDMNIST_PLUS]
        add = parser.add_argument
        add("--data", type=Path, required=True, help="a folder of MedMNIST files")
        add("--download", action="store_true", help="first download official files missing from --data")
        add("--output", type=Path, required=True, help="a folder for the files of the run")
        add("--resume", action="store_true", help="continue the run in --output, if there is one")
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
                    raise CommandError("Download the files first: use --download without torchrun.")
                config.validate()
                fetch(data, config.datasets(MEDMNIST_PLUS), config.resolution, self.stdout.write)
            best = train(config, data, output, resume=resume, write=self.stdout.write)
        except (*ERRORS, DownloadError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. Give the same command with --resume to continue after the last finished epoch."
            ) from None
        if distributed.is_first():
            self.stdout.write(f"The best model is in {best}.")
