"""`manage.py run_experiments`: the four experiments of the thesis, from trainings to tables."""

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
      lists the trainings that the experiments take, and what is done of them
  manage.py run_experiments 1 --data ~/.medmnist --output experiments --resolutions 28 64
      CNNs against ViTs at two of the resolutions
  manage.py run_experiments 3 --data ~/.medmnist --output experiments --scale 0.02 --epochs 3
      a trial with 2 % of the training images, which its tables say
  manage.py run_experiments 1 2 3 4 --data ~/.medmnist --output experiments --weights weights/
      where nothing can be downloaded: weights/ holds resnet18.safetensors and vit_base_patch16_224.safetensors

1: ResNet-18 and ViT-B/16 by mm-PT. 2: the resolutions, and 3: the weighted loss, each with both losses. 4: each
architecture trained on each dataset alone, and by mm-PT. A training that several experiments need is done once, and
one that was stopped goes on when the same command is given again. The output folder gets experiment-N.md and two CSV
files of each experiment, and the trainings in runs/.
"""

#: Settings that an option gives to all trainings alike.
SHARED = ("epochs", "batch_norm", "pretrained", "weights", "device", "precision", "compile")


def share(text: str) -> float:
    """Read a share above 0, up to 1."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 1:
        raise ArgumentTypeError(f"{text} is not a share above 0, up to 1")
    return number


def thesis_averages() -> "dict[Training, dict[str, float]]":
    """Give what the thesis prints, by training and metric."""
    from baselines.mmpt.studies.experiments import Training

    averages: dict[Training, dict[str, float]] = {}
    for one in read_published_results():
        if one.source == "thesis2024" and one.dataset == "average":
            training = Training(one.scheme, one.architecture, one.weighted_loss, one.resolution)
            averages.setdefault(training, {})[one.metric] = one.mean
    return averages


class Command(CommandWithExamples):
    help = "Do the trainings of the thesis' experiments, and set their results beside the published ones."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        resolutions = MEDMNIST_PLUS.resolutions
        add("experiments", type=int, nargs="+", choices=(1, 2, 3, 4), help="the numbers of the experiments")
        add("--data", metavar="DIR", type=Path, required=True, help="a folder of MedMNIST files")
        add("--output", metavar="DIR", type=Path, required=True, help="a folder for trainings and tables")
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
            help="for trials: the share of the training images that is used (default: all)",
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
                "weights": "start from a file of weights instead, or from those in a folder, which are named after "
                "the architectures (resnet18.safetensors or resnet18.pth)"
            },
        )
        add("--dry-run", action="store_true", help="only show what is done and what remains")

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
            raise CommandError("Stopped. The same command goes on from the last epoch.") from None

    def show_plan(self, study: "Study") -> None:
        """Say what is done and what remains."""
        from baselines.mmpt.studies import experiments
        from baselines.mmpt.training.history import title

        planned = experiments.plan(study)
        for number in study.experiments:
            self.stdout.write(f"Experiment {number}: {experiments.EXPERIMENTS[number]}")
        n_done = sum(one.is_done for one in planned)
        self.stdout.write(f"Trainings: {len(planned)}, done: {n_done}, to do: {len(planned) - n_done}")
        for one in planned:
            for_which = ", ".join(map(str, one.experiments))
            self.stdout.write(f"  {title(one.config):50} for {for_which:11} {one.progress()}")

    def carry_out(self, study: "Study") -> None:
        """Do what remains; the tables are written after each training."""
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
