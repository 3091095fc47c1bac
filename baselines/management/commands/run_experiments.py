"""`manage.py run_experiments`: the experiments of the thesis and a fifth, from training to tables."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from baselines.figure_files import FigureFilesError, write_figures
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.options import add_options
from baselines.published import read_published_results
from challenge.figures.figure import Figure
from challenge.management.examples import CommandWithExamples
from challenge.scoring.benchmark import MEDMNIST_PLUS

if TYPE_CHECKING:
    from baselines.mmpt.studies.experiments import Study, Training
    from baselines.mmpt.studies.leave_one_out import LeaveOneOut

EXAMPLES = """\
Examples:
  manage.py run_experiments 1 2 3 4 --data ~/.medmnist --output experiments --dry-run
      lists the trainings that the experiments need, and their progress
  manage.py run_experiments 1 --data ~/.medmnist --output experiments --resolutions 28 64
      compares CNNs and ViTs at two of the resolutions
  manage.py run_experiments 3 --data ~/.medmnist --output experiments --scale 0.02 --epochs 3
      makes a trial with 2 % of the training images, and the tables say so
  manage.py run_experiments 1 2 3 4 --data ~/.medmnist --output experiments --protocol thesis
      trains as the thesis did; without --protocol, BatchNorm has statistics for each dataset
  manage.py run_experiments 4 --data ~/.medmnist --output experiments --seeds 9930641 115149041 252139603
      trains each model three times and reports means with deviations
  manage.py run_experiments 1 2 3 4 --data ~/.medmnist --output experiments --weights weights/
      needs no download: weights/ has resnet18.safetensors and vit_base_patch16_224.safetensors

  manage.py run_experiments 5 --data ~/.medmnist --output experiments --architectures resnet18 --resolutions 28 \\
          --shots 5 10 50 all
      leaves out each dataset in turn, and fine-tunes on it with some images of each class, and with all

Experiment 1 trains ResNet-18 and ViT-B/16 with mm-PT. Experiment 2 compares the resolutions and experiment 3 the
weighted loss, both with mm-PT and both losses. Experiment 4 trains each architecture on each dataset alone, and with
mm-PT. Experiment 5 pre-trains with mm-PT on all datasets but one and fine-tunes on the other; it compares this start
with the published weights and with random weights. A training that several experiments need is done once. Give the
same command again to continue a training that was stopped. The output folder gets experiment-N.md and CSV files for
each experiment, scores against parameters in figures/, figures of experiment 5, and the trainings in runs/.
"""

#: Settings that apply to all trainings.
SHARED = (
    "protocol", "batch_norm", "head_init", "scheduler", "select_by", "epochs", "patience", "batch_size",
    "validation_batch_size", "input_size", "learning_rate", "pretrained", "weights", "device", "precision", "tf32",
    "images_on", "compile", "deterministic",
)  # fmt: skip


def share(text: str) -> float:
    """Parse a fraction above 0 and at most 1."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 1:
        raise ArgumentTypeError(f"{text} is not a fraction above 0 and at most 1")
    return number


def shots(text: str) -> int | None:
    """Parse a number of images of 1 or more, or "all"."""
    if text == "all":
        return None
    if not (text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"{text} is neither a number of images of 1 or more, nor all")
    return int(text)


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
        add(
            "experiments", type=int, nargs="+", choices=(1, 2, 3, 4, 5), help="the numbers of the experiments"
        )
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
        add(
            "--seeds",
            metavar="SEED",
            type=int,
            nargs="+",
            default=[TrainingConfig.seed],
            help="train with each of these seeds; the tables then have means and deviations (default: "
            f"{TrainingConfig.seed}; the others of Doerrich et al. are 115149041 and 252139603)",
        )
        add(
            "--shots",
            metavar="N",
            type=shots,
            nargs="+",
            default=[10, None],
            help="experiment 5: numbers of training images of each class for fine-tuning, or all (default: 10 all)",
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
            from baselines.mmpt.studies import experiments, leave_one_out
        except ImportError as error:
            raise CommandError(
                f"{error}. Training needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        architectures = tuple(dict.fromkeys(options["architectures"]))
        resolutions = tuple(sorted(set(options["resolutions"])))
        chosen = {name: options[name] for name in SHARED if name in options}
        common = TrainingConfig(
            "mm-pt", architectures[0], resolutions[0], training_share=options["scale"], **chosen
        )
        numbers = tuple(sorted(set(options["experiments"]) - {5}))
        seeds = tuple(dict.fromkeys(options["seeds"]))
        study = experiments.Study(
            numbers, common, architectures, resolutions, data, output, seeds, frozenset(chosen)
        )
        fifth = leave_one_out.LeaveOneOut(
            common, common, architectures, resolutions, tuple(dict.fromkeys(options["shots"])), seeds, data, output,
            frozenset(chosen),
        )  # fmt: skip
        try:
            if numbers:
                self.show_plan(study)
            if 5 in options["experiments"]:
                self.show_fifth(fifth)
            if not dry_run:
                if numbers:
                    self.carry_out(study)
                if 5 in options["experiments"]:
                    self.carry_out_fifth(fifth)
        except FigureFilesError as error:
            raise CommandError(str(error)) from error
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
            seed = f"seed {run.config.seed}" if len(study.seeds) > 1 else ""
            self.stdout.write(f"  {title(run.config):50} {seed:14} for {numbers:11} {run.progress()}")

    def carry_out(self, study: "Study") -> None:
        """Do the remaining trainings; write the tables after each of them, and figures at the end."""
        from baselines.mmpt.studies import experiment_figures, experiments
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
        if drawn := experiment_figures.figures(study, thesis):
            self.keep_figures(drawn, study.output / "figures")

    def show_fifth(self, study: "LeaveOneOut") -> None:
        """Print the fine-tunings of experiment 5 and their progress."""
        from baselines.mmpt.studies import leave_one_out

        planned = leave_one_out.plan(study)
        self.stdout.write(f"Experiment 5: {leave_one_out.TITLE}")
        n_sources = len({one.config.from_run for one in planned} - {None})
        n_done = sum(one.is_done for one in planned)
        self.stdout.write(
            f"Pre-trainings: {n_sources}; fine-tunings: {len(planned)}, done: {n_done}, to do: {len(planned) - n_done}"
        )
        for one in planned:
            self.stdout.write(f"  {leave_one_out.describe(one):100} {one.progress()}")

    def carry_out_fifth(self, study: "LeaveOneOut") -> None:
        """Do the remaining trainings of experiment 5; write the tables after each of them, and figures at the end."""
        from baselines.mmpt.studies import leave_one_out, leave_one_out_figures, leave_one_out_tables

        planned = leave_one_out.plan(study)
        leave_one_out.check(planned, study.data)
        leave_one_out.carry_out(
            planned,
            study.data,
            after_each=lambda: leave_one_out_tables.write_tables(study, planned),
            write=self.stdout.write,
        )
        self.stdout.write(f"Wrote {leave_one_out_tables.write_tables(study, planned)}.")
        drawn = leave_one_out_figures.figures(leave_one_out_tables.read_results(planned))
        self.keep_figures(drawn, study.output / "experiment-5-figures")

    def keep_figures(self, drawn: Sequence[Figure], folder: Path) -> None:
        """Write figures to a folder."""
        note = write_figures(drawn, folder)
        self.stdout.write(f"Wrote {len(drawn)} figures to {folder}. {note}".rstrip())
