"""`manage.py score_submission`: score a file offline, exactly as the site does."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from challenge.management.examples import CommandWithExamples
from challenge.medmnist.labels import read_labels
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.ground_truth import GroundTruthError
from challenge.scoring.metrics.evaluator import Scores, evaluate
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.metrics.warnings import warnings_of_scores
from challenge.scoring.reading.predictions import PredictionsError
from challenge.scoring.statistics.estimates import AVERAGE, Estimates, estimate
from challenge.scoring.statistics.intervals import LEVEL, N_REPLICATES
from challenge.services.reading import read_submission

INVALID_FILE = 2

EXAMPLES = """\
Examples:
  manage.py score_submission predictions.csv --labels ~/.medmnist
  manage.py score_submission predictions.csv.gz --labels labels.npz --json > scores.json
  manage.py score_submission predictions.csv --labels ~/.medmnist --intervals
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
        parser.add_argument(
            "--intervals",
            action="store_true",
            help=f"add {100 * LEVEL:.0f} %% intervals and standard errors, from {N_REPLICATES:,} resamples",
        )

    def handle(
        self,
        *args: object,
        file: Path,
        labels: Path,
        resolution: int | None = None,
        intervals: bool = False,
        **options: object,
    ) -> None:
        try:
            y_true = read_labels(labels, MEDMNIST_PLUS).labels
            predictions = read_submission(file, benchmark=MEDMNIST_PLUS, labels=y_true, resolution=resolution)
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
        found = scores.to_dict()
        if intervals:
            _add_intervals(found, estimate(predictions.values, y_true, MEDMNIST_PLUS))
        if options["json"]:
            self.stdout.write(json.dumps(found | {"warnings": warnings}, indent=2))
        else:
            self.stdout.write(_as_long_table(found) if intervals else _as_table(scores))


def _add_intervals(found: dict[str, Any], estimates: Estimates) -> None:
    """Add `auc_low`, `auc_high`, `auc_se` and so on to the metrics of each dataset and of the average."""
    for name, scores in (*found["datasets"].items(), (AVERAGE, found["average"])):
        for metric in METRICS:
            scores[f"{metric}_low"], scores[f"{metric}_high"] = estimates.intervals[name][metric]
            scores[f"{metric}_se"] = estimates.standard_errors[name][metric]
        scores["auc_se_delong"] = estimates.auc_standard_errors[name]


def _as_long_table(found: dict[str, Any]) -> str:
    """Return one line for each metric of each dataset and of the average."""
    lines = [f"{'dataset':16}{'metric':20}{'value':>10}{'low':>10}{'high':>10}{'std. error':>12}"]
    for name, scores in (*found["datasets"].items(), (AVERAGE, found["average"])):
        for metric in METRICS:
            value, low, high, error = (scores[metric + part] for part in ("", "_low", "_high", "_se"))
            about = f"{name:16}{metric.replace('_', ' '):20}"
            lines.append(f"{about}{value:10.6f}{low:10.6f}{high:10.6f}{error:12.6f}")
    return "\n".join(lines)


def _as_table(scores: Scores) -> str:
    heads = [metric.replace("_", " ") for metric in METRICS]
    lines = [f"{'dataset':16}" + "".join(f"{head:>20}" for head in heads)]
    for name, row in [*scores.datasets.items(), ("average", scores.average)]:
        lines.append(f"{name:16}" + "".join(f"{getattr(row, metric):20.6f}" for metric in METRICS))
    return "\n".join(lines)
