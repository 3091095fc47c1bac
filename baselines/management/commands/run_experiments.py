"""`manage.py run_experiments`: the four experiments of the thesis, from training to tables."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.options import add_options
from baselines.published import read_published_results
from challenge.management.examples import CommandWithExamples
from challenge.scoring.benchmark import MEDMNIST_PLUS

if TYPE_CHECKING:
    from baselines.mmpt.studies.experiments import Study, Training

EXAMPLES = """\
Examples:
  manage.py run_experiments 1 2 3 4 --data ~/.medmnist --output experiments --dry-run
      lists the trainings that the experiments need, and their progress
  manage.py run_experiments 1 --data ~/.medmnist --output experiments --resolutions 28 64
      compares CNNs and ViTs at two of the resolutions
  manage.py run_experiments 3 --data ~/.medmnist --output experiments --scale 0.02 --epochs 3
      makes a trial with 2 % of the training images, and the tables say so
  manage.py run_experiments 1 2 3 4 --data ~/.medmnist --output experiments --weights weights/
      needs no download: weights/ has resnet18.safetensors and vit_base_patch16_224.safetensors

Experiment 1 trains ResNet-18 and ViT-B/16 with mm-PT. Experiment 2 compares the resolutions and experiment 3 the
weighted loss, both with mm-PT and both losses. Experiment 4 trains each architecture on each dataset alone, and with
mm-PT. A training that several experiments need is done once. Give the same command again to continue a training that
was stopped. The output folder gets experiment-N.md and two CSV files for each experiment, and the trainings in runs/.
"""

#: Settings that apply to all trainings.
SHARED = ("epochs", "batch_norm", "pretrained", "weights", "device", "images_on", "precision", "compile")


def share(text: str) -> float:
    """Parse a fraction above 0 and at most 1."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 1:
        raise ArgumentTypeError(f"{text} is not a fraction above 0 and at most 1")
    return number


def thesis_averages() -> "dict[Training, dict[str, float]]":
    """Return the averages that the thesis prints, by training and metric."""
    from baselines.mmpt.studies.experiments import Training

    averages: dict[Training, dict[str, float]] = {}
    for result in read_published_results():
        if result.source == "thesis2024" and result.dataset == "average":
            training = Training(result.scheme, result.architecture, result.weighted_loss, result.resolution)
            averages.setdefault(training, {})[result.metric] = result.mean
    return averages


class Command(CommandWithExamples):
    help = "Repeat the experiments of the thesis and compare the results with the published results."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        resolutions = MEDMNIST_PLUS.resolutions
        add("experiments", type=int, nargs="+", choices=(1, 2, 3, 4), help="the numbers of the experiments")
        add("--data", metavar="DIR", type=Path, required=True, help="a folder of MedMNIST files")
        add("--output", metavar="DIR", type=Path, required=True, help="a folder for the trainings and tables")
        add(
            "--resolutions",
            type=int,
            nargs="+",
            choices=resolutions,
            default=resolutions,
            help="default: all",
        )
        add(
            "--scale",
            metavar="F",
            type=share,
            default=TrainingConfig.training_share,
            help="for trials: the fraction of the training images to use (default: all)",
        )
        add(
            "--architectures",
            metavar="NAME",
            nargs="+",
            default=["resnet18", "vit_base_patch16_224"],
            help="default: resnet18 vit_base_patch16_224",
        )
        add_options(
            parser,
            TrainingConfig,
            SHARED,
            helps={
                "weights": "start from the weights in a file instead, or in a folder with one file per architecture "
                "(resnet18.safetensors or resnet18.pth)"
            },
        )
        add("--dry-run", action="store_true", help="only show the trainings and their progress")

    def handle(self, *, data: Path, output: Path, dry_run: bool, **options: Any) -> None:
        try:
            from baselines.mmpt.studies import experiments
        except ImportError as error:
            raise CommandError(
                f"{error}. Training needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        architectures = tuple(dict.fromkeys(options["architectures"]))
        resolutions = tuple(sorted(set(options["resolutions"])))
        common = TrainingConfig(
            scheme="mm-pt",
            architecture=architectures[0],
            resolution=resolutions[0],
            training_share=options["scale"],
            **{name: options[name] for name in SHARED},
        )
        numbers = tuple(sorted(set(options["experiments"])))
        study = experiments.Study(numbers, common, architectures, resolutions, data, output)
        try:
            self.show_plan(study)
            if not dry_run:
                self.carry_out(study)
        except experiments.ERRORS as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. Give the same command to continue after the last finished epoch."
            ) from None

    def show_plan(self, study: "Study") -> None:
        """Print the trainings and their progress."""
        from baselines.mmpt.studies import experiments
        from baselines.mmpt.training.history import title

        planned = experiments.plan(study)
        for number in study.experiments:
            self.stdout.write(f"Experiment {number}: {experiments.EXPERIMENTS[number]}")
        n_done = sum(run.is_done for run in planned)
        self.stdout.write(f"Trainings: {len(planned)}, done: {n_done}, to do: {len(planned) - n_done}")
        for run in planned:
            numbers = ", ".join(map(str, run.experiments))
            self.stdout.write(f"  {title(run.config):50} for {numbers:11} {run.progress()}")

    def carry_out(self, study: "Study") -> None:
        """Do the remaining trainings; write the tables after each of them."""
        from baselines.mmpt.studies import experiments
        from baselines.mmpt.studies.experiment_tables import write_tables

        planned = experiments.plan(study)
        experiments.check(planned, study.data)
        thesis = thesis_averages()
        experiments.carry_out(
            planned,
            study.data,
            after_each=lambda: write_tables(study, thesis),
            write=self.stdout.write,
        )
        for path in write_tables(study, thesis):
            self.stdout.write(f"Wrote {path}.")
