"""`manage.py evaluate_checkpoint`: evaluate model weights again, with every metric of the challenge."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from baselines.mmpt.training.history import AVERAGE
from challenge.management.examples import CommandWithExamples
from challenge.models import PublishedScore
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.services.published import PublishedResult, publish_results

if TYPE_CHECKING:
    from baselines.mmpt.data.splits import Split
    from baselines.mmpt.studies.reevaluate import ResultRow

EXAMPLES = """\
Examples:
  manage.py evaluate_checkpoint weights/ --data ~/.medmnist --output reevaluated.csv
      evaluates files like pathmnist_28_endToEnd_resnet18_s9930641_best.pth in weights/ and its subfolders, and writes
      means and standard deviations over the seeds
  manage.py evaluate_checkpoint runs/ --data ~/.medmnist --publish
      evaluates best.pt of single-dataset runs, and shows the results on the leaderboard as re-evaluated here
  manage.py evaluate_checkpoint runs/resnet18 --data var/small --split val
      evaluates an mm-PT run on the validation splits; a collection may have any size

The command takes plain state dicts of timm models with a classifier, as Doerrich et al. publish them (AlexNet: from
torchvision), and checkpoints of train_baseline. Weights that do not fit are refused with the names of their keys. The
standard deviation over the seeds uses ddof 0. The average of a method is the mean over the 12 datasets, for means and
for standard deviations. Further datasets of a run are shown, but do not count for the average.
"""


class Command(CommandWithExamples):
    help = "Evaluate the weights of models with AUC, balanced accuracy, Cohen's kappa and accuracy."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder of the weights")
        parser.add_argument("--data", type=Path, required=True, help="a folder of MedMNIST files")
        parser.add_argument(
            "--split", choices=("train", "val", "test"), default="test", help="default: %(default)s"
        )
        parser.add_argument("--output", type=Path, metavar="FILE.csv", help="write the scores to this file")
        parser.add_argument(
            "--publish",
            action="store_true",
            help="show the scores on the site, together with the published results",
        )

    def handle(
        self, *, folder: Path, split: "Split", output: Path | None, publish: bool, **options: Any
    ) -> None:
        try:
            from baselines.mmpt.data.splits import read_marker
            from baselines.mmpt.studies import reevaluate
        except ImportError as error:
            raise CommandError(
                f"{error}. Evaluating needs PyTorch and timm: pip install -r requirements/baselines.txt"
            ) from error
        if output and not output.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {output.parent} to write {output.name} to.")
        try:
            if publish and (split != "test" or read_marker(options["data"])):
                raise CommandError("Only results on the official test splits can be published.")
            results = reevaluate.reevaluate(folder, options["data"], split=split, write=self.stdout.write)
        except reevaluate.ERRORS as error:
            raise CommandError(str(error)) from error
        rows = {method: list(reevaluate.result_rows(method, scores)) for method, scores in results.items()}
        missing = {
            method: reevaluate.missing_weights(scores, MEDMNIST_PLUS) for method, scores in results.items()
        }
        for method, of_method in rows.items():
            weighted = ", weighted loss" if method.weighted_loss else ""
            self.stdout.write(
                f"\n{method.scheme}, {method.architecture}{weighted}, {method.resolution}, {split} split"
            )
            self.stdout.write("\n".join(reevaluate.table(of_method)))
            if missing[method]:
                self.stdout.write(f"There is no average, because weights are missing: {missing[method]}.")
        if output:
            reevaluate.write_csv(output, (row for of_method in rows.values() for row in of_method))
            self.stdout.write(f"\nWrote {output}.")
        if publish:
            self.publish(
                [row for method, of_method in rows.items() if not missing[method] for row in of_method]
            )

    def publish(self, rows: Sequence["ResultRow"]) -> None:
        """Publish the scores of complete methods on the site's datasets; those of mm-PT are entries of their own."""
        known = {AVERAGE, *(dataset.name for dataset in MEDMNIST_PLUS)}
        rows = [row for row in rows if row.scheme != "mm-pt" and row.dataset in known]
        if not rows:
            raise CommandError(
                "Nothing was published: no method of single datasets has weights of all datasets and seeds. "
                "Submit mm-PT with submit_baseline."
            )
        source = PublishedScore.Source.REEVALUATED
        methods = publish_results(
            source,
            [PublishedResult(**asdict(row) | {"source": source, "weighted_loss": False}) for row in rows],
        )
        for method in methods:
            self.stdout.write(
                f"Published: {method} at {method.resolution}, {settings.SITE_URL}{method.get_absolute_url()}"
            )
