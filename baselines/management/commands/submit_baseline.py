"""`manage.py submit_baseline`: send a baseline's predictions as an entry, with its training configuration."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from accounts.models import Team
from accounts.team_names import team_name_key
from baselines.facts import Facts, training_facts
from challenge.forms import SubmissionForm
from challenge.management.examples import CommandWithExamples
from challenge.models import Evaluation, Licence, Metric, Phase, Resolution, Submission
from challenge.services import submissions

INVALID_FILE = 2
#: Seconds between two checks of a submission that is being scored.
PAUSE = 1

EXAMPLES = """\
Examples:
  manage.py submit_baseline resnet18.csv.gz --team Organizers --resolution 28 --model-name "mm-PT ResNet-18" \\
          --description "One backbone for all datasets." --checkpoint runs/resnet18 --wait
      sends the file that predict_baseline wrote from this run, and waits for its scores
  manage.py submit_baseline probing.csv --team Organizers --resolution 64 --model-name "DenseNet-121, probed" \\
          --description "12 linear layers." --config runs/densenet121-probing.json
      takes the training configuration from a JSON object, without the checkpoints

The file goes through the same checks as every submission, and counts towards the limits of the team that sends it. The
page of the entry shows everyone the training configuration, and the facts of the method that follow from it. The
predictions are published under CC BY 4.0. With
--wait, the exit status is 2 for an invalid file.
"""


class Command(CommandWithExamples):
    help = "Submit a baseline's predictions. They go through the same checks as every submission."
    examples = EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the predictions, .csv or .csv.gz")
        parser.add_argument("--team", required=True, help="the name of the account that submits")
        parser.add_argument("--resolution", type=int, choices=Resolution.values, required=True)
        parser.add_argument("--model-name", required=True, help="shown on the leaderboard")
        parser.add_argument("--description", required=True, help="shown on the page of the entry")
        training = parser.add_mutually_exclusive_group(required=True)
        training.add_argument(
            "--checkpoint", type=Path, help="the trained model: a checkpoint, or the folder of a run"
        )
        training.add_argument(
            "--config", type=Path, metavar="FILE.json", help="the training configuration, a JSON object"
        )
        parser.add_argument(
            "--phase",
            type=int,
            help="the number of the phase, as in its address in the admin; needed if several are open",
        )
        parser.add_argument("--study-url", default="", help="a study of the model: a web address or a DOI")
        parser.add_argument("--code-url", default="", help="a public repository")
        parser.add_argument("--wait", action="store_true", help="wait for the scores and print them")

    def handle(self, *, file: Path, wait: bool, **options: Any) -> None:
        team = find_team(options["team"])
        if options["checkpoint"]:
            training, n_parameters = describe_checkpoint(options["checkpoint"], options["resolution"])
        else:
            training, n_parameters = read_config(options["config"]), None
        facts = training_facts(training, n_parameters)
        submission = submit(file, team, training, facts, options)
        self.stdout.write(f"Submitted as #{submission.pk}: {address_of(submission)}")
        if wait:
            self.report(wait_for(submission))

    def report(self, evaluation: Evaluation) -> None:
        """Print the scores, or print the problems and exit with status 2."""
        if evaluation.status == Evaluation.Status.FAILED:
            self.stderr.write("The submission was not scored:")
            for problem in evaluation.problems:
                self.stderr.write(f"- {problem}")
            sys.exit(INVALID_FILE)
        for metric, label in Metric.choices:
            self.stdout.write(f"{label:18} {getattr(evaluation, metric):.4f}")


def address_of(submission: Submission) -> str:
    """Return the full address of a submission's page."""
    return f"{settings.SITE_URL}{submission.get_absolute_url()}"


def find_team(name: str) -> Team:
    """Return the account that submits."""
    try:
        team = Team.objects.filter(closed_at=None, name_key=team_name_key(name)).first()
        organizers = Team.objects.filter(closed_at=None, is_staff=True).values_list("name", flat=True)
        listed = ", ".join(map(repr, organizers))
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(
            f"The database of the site cannot be used ({error}). Prepare the site with manage.py setup. To submit to "
            "the demo, run make demo first, and set ENV_FILE=demo.env for this command."
        ) from error
    if team is None:
        signup = f"{settings.SITE_URL}{reverse('account_signup')}"
        accounts = f"The accounts of organizers are {listed}. " if listed else ""
        raise CommandError(
            f"There is no team {name!r}. {accounts}Register a team on the site ({signup}), or make an organizer's "
            "account with manage.py createsuperuser."
        )
    return team


def describe_checkpoint(path: Path, resolution: int) -> tuple[dict[str, Any], int]:
    """Return the training configuration and the number of parameters of a checkpoint, or of the folder of a run."""
    try:
        from baselines.mmpt.studies import description
    except ImportError as error:
        raise CommandError(
            f"{error}. Reading checkpoints needs PyTorch and timm (pip install -r requirements/baselines.txt). "
            "Without them, give the configuration with --config."
        ) from error
    try:
        training = description.describe(path)
        n_parameters = description.count_parameters(training)
    except description.ERRORS as error:
        raise CommandError(str(error)) from error
    if training["resolution"] != resolution:
        raise CommandError(
            f"{path} was trained at {training['resolution']}, not at --resolution {resolution}."
        )
    return training, n_parameters


def read_config(path: Path) -> dict[str, Any]:
    """Read the training configuration from a JSON file."""
    try:
        training = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(training, dict) or not training:
        raise CommandError(f"{path} contains no JSON object of settings and their values.")
    return training


def _refuse_constant(name: str) -> None:
    """Refuse NaN and infinities: they are not JSON, and not every database stores them."""
    raise ValueError(f"{name} is not a JSON value")


def submit(
    file: Path, team: Team, training: dict[str, Any], facts: Facts, about: dict[str, Any]
) -> Submission:
    """Submit the file in the same way as the form of the site."""
    try:
        with file.open("rb") as content:
            upload = UploadedFile(content, file.name, size=file.stat().st_size)
            published = {"publish_predictions": True, "predictions_licence": Licence.CC_BY}
            files = MultiValueDict({"upload": [upload]})
            form = SubmissionForm(about | published, files, phases=Phase.objects.open_now())
            if not form.is_valid():
                problems = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
                raise CommandError("\n".join(["Nothing was submitted.", *problems]))
            return submissions.create_submission(team=team, training=training, **form.cleaned_data | facts)
    except OSError as error:
        raise CommandError(f"Nothing was submitted: {error}.") from error
    except submissions.DuplicateSubmissionError as error:
        raise CommandError(f"{error} {address_of(error.original)}") from error
    except submissions.SubmissionRefusedError as error:
        hint = " (manage.py load_ground_truth)" if str(error) == submissions.NO_LABELS else ""
        raise CommandError(f"Nothing was submitted: {error}{hint}") from error


def wait_for(submission: Submission) -> Evaluation:
    """Wait for the first evaluation of a submission and return it."""
    try:
        while (evaluation := submission.evaluations.earliest("created_at", "pk")).is_pending:
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        raise CommandError(
            "Stopped waiting. The submission stays, and is scored as soon as a worker runs."
        ) from None
    return evaluation
