"""`manage.py train_baseline`: train a baseline with one of the published schemes."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from baselines.mmpt.data.further import DescriptionError, read_description
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.options import add_options
from baselines.mmpt.training.protocols import configure, repeat
from baselines.mmpt.training.runs import read_config_file
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
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture vit_base_patch16_224 \\
          --resolution 224 --input-size 384 --output runs/vit-384
      pads the images to 384 pixels; the position embeddings of the weights are resampled
  manage.py train_baseline --data ~/.medmnist --scheme linear-probing --architecture densenet121 \\
          --resolution 64 --output runs/densenet121-probing
      trains 12 models in turn, each in a folder of its own; with --dataset only one of them
  manage.py train_baseline --data ~/.medmnist --protocol thesis --scheme mm-pt --architecture resnet18 \\
          --resolution 128 --weighted-loss --output runs/as-the-thesis
      trains as the thesis did; every option may still be given and then replaces that of the protocol
  manage.py train_baseline --data ~/.medmnist --protocol doerrich --scheme linear-probing \\
          --architecture resnet18 --resolution 28 --seed 115149041 --output runs/as-doerrich
      probes as Doerrich et al. did, with BatchNorm statistics that drift; without --protocol they are frozen
  manage.py train_baseline --data ~/.medmnist --config runs/resnet18/config.json --seed 115149041 --output runs/seed2
      repeats a run with another seed
  manage.py train_baseline --data ~/.medmnist --config runs/resnet18/config.json --epochs 150 --output runs/resnet18 \\
          --resume
      continues a run for more epochs than it was made for
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture resnet18 --resolution 28 \\
          --without breastmnist --output runs/without-breast
  manage.py train_baseline --data ~/.medmnist --scheme end-to-end --architecture resnet18 --resolution 28 \\
          --dataset breastmnist --from runs/without-breast --shots 10 --output runs/breast
      pre-trains on 11 datasets, then fine-tunes on the other with 10 images of each class
  manage.py train_baseline --data ~/.medmnist --scheme mm-pt --architecture resnet18 --resolution 28 \\
          --further polyps.toml --output runs/thirteen
      trains on a thirteenth dataset, too: polyps.toml describes the file polyps.npz in the folder of the data
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
        add = parser.add_argument
        add("--data", type=Path, required=True, help="a folder of MedMNIST files")
        add("--download", action="store_true", help="first download official files missing from --data")
        add("--output", type=Path, required=True, help="a folder for the files of the run")
        add("--resume", action="store_true", help="continue the run in --output, if there is one")
        add(
            "--config",
            type=Path,
            metavar="FILE",
            help="repeat a run: take the settings from its config.json; options that you give replace them",
        )
        add(
            "--further",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="train also on further datasets in --data, each described by a TOML or JSON file (name, task, "
            "classes, channels)",
        )
        add_options(parser, TrainingConfig, required=False)

    def handle(
        self,
        *,
        data: Path,
        download: bool,
        output: Path,
        resume: bool,
        config: Path | None,
        further: list[Path],
        **options: Any,
    ) -> None:
        try:
            from baselines.mmpt.data.download import DownloadError
            from baselines.mmpt.data.download import download as fetch
            from baselines.mmpt.training import distributed
            from baselines.mmpt.training.train import ERRORS, train
        except ImportError as error:
            raise CommandError(
                f"{error}. Training needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        chosen = {
            field.name: options[field.name] for field in fields(TrainingConfig) if field.name in options
        }
        try:
            if further:
                chosen["further"] = tuple(map(read_description, further))
            asked = make_config(config, chosen)
            if download:
                if distributed.size_of_world() > 1:
                    raise CommandError("Download the files first: use --download without torchrun.")
                asked.validate()
                official = [each for each in asked.datasets(MEDMNIST_PLUS) if each not in asked.further]
                fetch(data, official, asked.resolution, self.stdout.write)
            best = train(asked, data, output, resume=resume, write=self.stdout.write)
        except (*ERRORS, DescriptionError, DownloadError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. Give the same command with --resume to continue after the last finished epoch."
            ) from None
        if distributed.is_first():
            self.stdout.write(f"The best model is in {best}.")


def make_config(file: Path | None, chosen: dict[str, Any]) -> TrainingConfig:
    """Make a configuration of chosen settings and, if there is one, the file of a run. Raises `ConfigError`."""
    if file is not None:
        return repeat(read_config_file(file), chosen)
    if missing := [f"--{name}" for name in ("scheme", "architecture", "resolution") if name not in chosen]:
        raise CommandError(f"Give {', '.join(missing)}, or repeat a run with --config.")
    return configure(chosen)
