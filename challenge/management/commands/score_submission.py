"""`manage.py score_submission`: score a file offline, exactly as the site does."""

import json
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from challenge.management.examples import CommandWithExamples
from challenge.medmnist.labels import read_labels
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError
from challenge.scoring.metrics.evaluator import Scores, evaluate
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.metrics.warnings import warnings_of_scores
from challenge.scoring.reading.predictions import Limits, PredictionsError, read_predictions

INVALID_FILE = 2

EXAMPLES = """\
Examples:
  manage.py score_submission predictions.csv --labels ~/.medmnist
  manage.py score_submission predictions.csv.gz --labels labels.npz --json > scores.json
  manage.py score_submission evaluator-files.zip --resolution 224 --labels ~/.medmnist

If the file is invalid, the exit status is 2. Standard error lists every problem; standard output is empty.
Standard error also lists warnings about a valid file; the exit status is then 0.
"""


class Command(CommandWithExamples):
    help = "Score a submission file against test labels. Nothing is written to the database."
    examples = EXAMPLES
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="the submission: .csv, .csv.gz, or a .zip of MedMNIST's evaluator"
        )
        parser.add_argument(
            "--labels",
            type=Path,
            required=True,
            help="a folder of official MedMNIST npz files of one resolution, or one npz of label arrays",
        )
        parser.add_argument(
            "--resolution",
            type=int,
            choices=MEDMNIST_PLUS.resolutions,
            help="resolution of the images; the names of files in a .zip must not state another",
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(
        self, *args: object, file: Path, labels: Path, resolution: int | None = None, **options: object
    ) -> None:
        limits = Limits(settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
        try:
            y_true = read_labels(labels, MEDMNIST_PLUS).labels
            predictions = read_predictions(
                file, MEDMNIST_PLUS, labels=y_true, limits=limits, resolution=resolution
            )
        except GroundTruthError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except PredictionsError as error:
            self.stderr.write(f"{file} is not a valid submission:")
            for problem in error.problems:
                self.stderr.write(f"- {problem}")
            sys.exit(INVALID_FILE)
        scores = evaluate(predictions.values, y_true, MEDMNIST_PLUS)
        warnings = [*predictions.warnings, *warnings_of_scores(scores, y_true, MEDMNIST_PLUS)]
        if warnings:
            self.stderr.write("The file is valid, but something may be wrong with it:")
        for warning in warnings:
            self.stderr.write(f"- {warning}")
        self.stdout.write(_as_json(scores, warnings) if options["json"] else _as_table(scores))


def _as_json(scores: Scores, warnings: list[str]) -> str:
    return json.dumps(scores.to_dict() | {"warnings": warnings}, indent=2)


def _as_table(scores: Scores) -> str:
    heads = [metric.replace("_", " ") for metric in METRICS]
    lines = [f"{'dataset':16}" + "".join(f"{head:>20}" for head in heads)]
    for name, row in [*scores.datasets.items(), ("average", scores.average)]:
        lines.append(f"{name:16}" + "".join(f"{getattr(row, metric):20.6f}" for metric in METRICS))
    return "\n".join(lines)
