"""Demo data for an empty site; every page marks it as generated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Team
from challenge.demo import second_factor
from challenge.models import Evaluation, GroundTruth, Licence, PublishedMethod, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.ground_truth import GroundTruth as Labels
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import evaluations, evidence, ground_truths, groups, submissions

ORGANIZER = ("Organizer", "organizer@example.org", "demo-organizer")
TEAM = ("Demo team", "team@example.org", "demo-team")
EXAMPLE_FILE = settings.DATA_DIR / "example-submission.csv"

Print = Callable[[str], object]


@dataclass(frozen=True)
class Entry:
    """A generated submission: `skill` as in `make_demo_predictions`, `age` in days."""

    team: str
    model_name: str
    resolution: int
    skill: float
    age: int
    study_url: str = ""
    code_url: str = ""
    #: What an organizer has seen of the study, if it is confirmed.
    confirmed: str = ""
    external_data: bool = False
    #: Entries with the same name here are seeds of one method.
    group: str = ""


STUDY, CODE = "https://example.org/a-study", "https://example.org/some-code"
SEEN = "This is a demo: no study was read."

#: Enough entries for the figures: four teams, three weeks, some too close to distinguish.
ENTRIES = (
    Entry("Example lab", "Demo model, first try", 224, 1.1, age=21),
    Entry(TEAM[0], "Demo model, hasty", 224, 1.0, age=17),  # its team is warned: below the majority class
    Entry("Sample group", "Demo model, small", 28, 1.2, age=12),
    Entry("Example lab", "Demo model, more epochs", 224, 1.5, age=9),
    Entry(
        "Practice group",
        "Demo model, plain",
        224,
        2.07,
        age=7,
        study_url=STUDY,
        code_url=CODE,
        confirmed=SEEN,
    ),
    Entry("Example lab", "Demo model, seed 1", 224, 1.97, age=5, group="Demo model, three seeds"),
    Entry("Example lab", "Demo model, seed 2", 224, 1.93, age=5, group="Demo model, three seeds"),
    Entry("Example lab", "Demo model, seed 3", 224, 2.14, age=4, group="Demo model, three seeds"),
    Entry("Sample group", "Demo model, two backbones", 224, 2.24, age=6, external_data=True, code_url=CODE),
    Entry(TEAM[0], "Demo model, careful", 224, 2.18, age=2, study_url=STUDY),
)


def prepare(write: Print) -> None:
    """Bring database, static files and demo data up to date; existing data is kept."""
    write("Preparing the database and the static files ...")
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    if GroundTruth.objects.active() is None:
        write("Loading synthetic labels of the official sizes ...")
        ground_truths.store_ground_truth(labels, name="Demo labels (synthetic)", is_demo=True)
    if not PublishedMethod.objects.exclude(family="").exists():  # none, or those of a version without facts
        write("Importing the published results ...")
        call_command("import_reported_baselines", verbosity=0)
    _create_account(*ORGANIZER, is_organizer=True)
    second_factor.set_up(Team.objects.get(email=ORGANIZER[1]))
    _create_account(*TEAM)
    if not EXAMPLE_FILE.exists():
        write(f"Writing an example submission: {EXAMPLE_FILE} ...")
        predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=2.5, seed=2)
        write_predictions(EXAMPLE_FILE, predictions, MEDMNIST_PLUS)
    if not Submission.objects.exists():
        write(f"Submitting {len(ENTRIES)} generated files ...")
        made = [(entry.group, _submit(entry, labels, seed)) for seed, entry in enumerate(ENTRIES)]
        for name in sorted({name for name, _ in made if name}):
            _group(name, [submission for group, submission in made if group == name])


def _create_account(name: str, email: str, password: str, *, is_organizer: bool = False) -> None:
    """Create an account with a confirmed e-mail address, unless it exists."""
    if Team.objects.filter(email=email).exists():
        return
    if is_organizer:
        Team.objects.create_superuser(name, email, password)
    else:
        Team.objects.create_user(name, email, password).replace_email(email, verified=True)


def _submit(entry: Entry, labels: Labels, seed: int) -> Submission:
    """Submit a generated file like the form does; generated teams have no address and get no mail."""
    team = Team.objects.filter(name=entry.team).first() or Team.objects.create_user(entry.team, "")
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=entry.skill, seed=seed)
    with TemporaryUploadedFile("demo.csv", "text/csv", 0, None) as upload:
        path = Path(upload.temporary_file_path())
        write_predictions(path, predictions, MEDMNIST_PLUS)
        upload.size = path.stat().st_size
        submission = submissions.create_submission(
            team=team,
            upload=upload,
            resolution=entry.resolution,
            model_name=entry.model_name,
            description="Generated from the synthetic labels with noise, to show what an entry looks like.",
            study_url=entry.study_url,
            code_url=entry.code_url,
            predictions_licence=Licence.CC_BY,
            external_data=entry.external_data,
        )
    if entry.confirmed:
        organizer = Team.objects.get(email=ORGANIZER[1])
        evidence.confirm_study(submission, study_url=entry.study_url, reason=entry.confirmed, by=organizer)
    Submission.objects.filter(pk=submission.pk).update(created_at=timezone.now() - timedelta(days=entry.age))
    return submission


def _group(name: str, seeds: Sequence[Submission]) -> None:
    """Make a group of generated submissions. A group needs scores, so they are computed now; the worker skips them."""
    for evaluation in Evaluation.objects.filter(submission__in=seeds):
        evaluations.evaluate(evaluation.pk)
    groups.create_group(team=seeds[0].team, name=name, members=[submission.pk for submission in seeds])
