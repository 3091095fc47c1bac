"""`manage.py train_baseline`: train a baseline, by one of the published schemes."""

from argparse import BooleanOptionalAction
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

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
        add(
            "--scheme",
            choices=("mm-pt", "end-to-end", "linear-probing", "knn"),
            required=True,
            help="mm-pt trains one backbone for all datasets, the others one model for each",
        )
        add("--architecture", required=True, help="one of the ten of the thesis, or a name that timm knows")
        add("--resolution", type=int, choices=MEDMNIST_PLUS.resolutions, required=True)
        add("--dataset", choices=names, help="the one to train on (default: all 12 in turn; not for mm-pt)")
        add("--weighted-loss", action="store_true", help="let each dataset count alike, whatever its size")
        add("--weighting-excludes", nargs="+", choices=names, default=[], help="datasets that keep weight 1")
        add(
            "--batch-norm",
            choices=("per-dataset", "shared"),
            default="per-dataset",
            help="whose statistics normalise outside of training (default: %(default)s)",
        )
        add("--mixed-batches", action="store_true", help="draw each batch from all datasets together")
        add("--ordinal-loss", action="store_true", help="CORN instead of cross-entropy for RetinaMNIST")
        add("--scheduler", choices=("cosine", "none"), default="cosine", help="default: %(default)s")
        add(
            "--select-by",
            choices=("batches", "datasets"),
            default="batches",
            help="what the validation loss, which selects the model, is the mean over (default: %(default)s)",
        )
        add("--epochs", type=int, default=100, help="at most (default: %(default)s)")
        add(
            "--patience",
            type=int,
            default=10,
            help="stop after so many epochs without a better validation loss (default: %(default)s)",
        )
        add("--batch-size", type=int, default=64, help="default: %(default)s")
        add("--input-size", type=int, default=224, help="images are zero-padded to it (default: %(default)s)")
        add("--learning-rate", type=float, default=1e-4, help="default: %(default)s")
        add("--seed", type=int, default=9930641, help="default: %(default)s")
        start = parser.add_mutually_exclusive_group()
        start.add_argument(
            "--pretrained",
            action=BooleanOptionalAction,
            default=True,
            help="start from timm's weights, which are downloaded, or from scratch (default: --pretrained)",
        )
        start.add_argument("--weights", type=Path, help="start from weights in a file instead")
        add("--device", default="auto", help="auto, cpu, cuda or cuda:1 (default: a GPU if there is one)")
        add("--precision", choices=("fp32", "bf16"), default="fp32", help="default: %(default)s")
        add("--compile", action="store_true", help="compile the backbone: minutes first, faster then")
        add("--deterministic", action="store_true", help="the same bits each time on the same machine")

    def handle(self, *, data: Path, download: bool, output: Path, resume: bool, **options: Any) -> None:
        try:
            from baselines.mmpt.data.download import DownloadError
            from baselines.mmpt.data.download import download as fetch
            from baselines.mmpt.training import distributed, train
            from baselines.mmpt.training.config import TrainingConfig
        except ImportError as error:
            raise CommandError(
                f"{error}. Training needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        options["weighting_excludes"] = tuple(options["weighting_excludes"])
        config = TrainingConfig(
            **{f.name: options[f.name] for f in fields(TrainingConfig) if f.name in options}
        )
        try:
            if download:
                if distributed.size_of_world() > 1:
                    raise CommandError("Fetch the files first, with --download and without torchrun.")
                config.validate()
                fetch(data, config.datasets(MEDMNIST_PLUS), config.resolution, self.stdout.write)
            best = train.train(config, data, output, resume=resume, write=self.stdout.write)
        except (*train.ERRORS, DownloadError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. The same command with --resume goes on from the last epoch."
            ) from None
        if distributed.is_first():
            self.stdout.write(f"The best model is in {best}.")
