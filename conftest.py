"""Fixtures shared by most tests: teams, clients, labels, files, and entries."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from accounts.models import Team
from accounts.tests.factors import with_second_factor
from challenge.models import DatasetScore, Evaluation, GroundTruth, Metric, Phase, Submission, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.ground_truth import count_classes
from challenge.scoring.metrics.ranked import METRICS, SCORER_VERSION
from challenge.scoring.reading.predictions import write_predictions
from challenge.scoring.statistics.estimates import summarize
from challenge.scoring.statistics.intervals import N_REPLICATES
from challenge.services import evaluations, ground_truths, submissions, uncertainty, versions
from challenge.services.score_files import Outcome

# On a busy machine, one example may take longer than Hypothesis allows by default.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

PASSWORD = "correct horse battery staple"
FIRST_ENTRY = datetime(2026, 1, 1, tzinfo=UTC)


class ByFile(LoadFileScheduling):
    """Gives each file of tests to one process, and all files that share the demo to the same process."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "challenge/tests/browser"
        return folder if nodeid.startswith(f"{folder}/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Distribute the tests by file."""
    return ByFile(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report the database and the broker of this run, and how to run on the others."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        terminalreporter.write_line(
            "Ran on SQLite and a broker of files. To run on MariaDB and Redis (Debian: apt install mariadb-server "
            "redis-server default-libmysqlclient-dev gcc), see CONTRIBUTING.md."
        )


@receiver(post_migrate, sender=apps.get_app_config("challenge"))
def put_back_the_first_phase(**kwargs: object) -> None:
    """Restore the first phase after a test that commits: emptying the database also removes rows of migrations."""
    import_module("challenge.migrations.0002_first_phase").create_first_phase(apps, None)


@pytest.fixture(scope="session")
def labels():
    """Synthetic labels of the official sizes."""
    return make_demo_ground_truth(MEDMNIST_PLUS)


@pytest.fixture(scope="session")
def prediction_files(labels, tmp_path_factory) -> Callable[[float], Path]:
    """Return a function that gives a valid, complete file of a skill, uncompressed to save time, written once."""
    folder = tmp_path_factory.mktemp("predictions")

    def file_of(skill: float) -> Path:
        path = folder / f"skill-{skill}.csv"
        if not path.exists():
            write_predictions(
                path, make_demo_predictions(labels, MEDMNIST_PLUS, skill=skill, seed=0), MEDMNIST_PLUS
            )
        return path

    return file_of


@pytest.fixture
def ground_truth(db, labels) -> GroundTruth:
    """The active ground truth, without a line of history.

    Its file is written only once, because writing takes longer than most tests.
    """
    if not GroundTruth(checksum=labels.version).path.exists():
        ground_truths.store_ground_truth(labels, name="Demo labels", is_demo=True, activate=False)
    active, _ = GroundTruth.objects.update_or_create(
        checksum=labels.version,
        defaults={"name": "Demo labels", "is_demo": True, "activated_at": timezone.now()},
    )
    versions.switch_if_complete()
    return active


@pytest.fixture
def team(db) -> Team:
    return Team.objects.create_user("Team Alpha", "alpha@example.org", PASSWORD)


@pytest.fixture
def other_team(db) -> Team:
    return Team.objects.create_user("Team Beta", "beta@example.org", PASSWORD)


@pytest.fixture
def organizer(db) -> Team:
    return with_second_factor(Team.objects.create_superuser("Chair", "chair@example.org", PASSWORD))


@pytest.fixture
def in_role(db) -> Callable[..., Team]:
    """Return a function that adds an organizer with a role: `in_role("Assistant")`."""

    def add(role: str, name: str = "") -> Team:
        name = name or f"The {role}"
        person = Team.objects.create_user(
            name, f"{name.lower().replace(' ', '-')}@example.org", PASSWORD, is_staff=True
        )
        person.replace_email(person.email or "", verified=True)
        person.groups.add(Group.objects.get(name=role))
        return with_second_factor(person)

    return add


@pytest.fixture
def confirmed() -> Callable[[Team], Team]:
    """Confirm a team's e-mail address."""

    def confirm(team: Team) -> Team:
        EmailAddress.objects.create(user=team, email=team.email, primary=True, verified=True)
        return team

    return confirm


@pytest.fixture
def as_user() -> Callable[[Team], Client]:
    """Return a function that gives a client logged in as a team; organizers get a second factor for the admin."""

    def client_of(user: Team) -> Client:
        if user.is_staff:
            with_second_factor(user)
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def submit(ground_truth, prediction_files) -> Callable[..., Submission]:
    """Submit a file for a team: a valid file of some skill, or the given content. It stays queued."""

    def submit_for(team: Team, *, skill: float = 1.0, content: bytes | None = None, **about) -> Submission:
        if content is None:
            content = prediction_files(skill).read_bytes()
        fields: dict[str, Any] = {
            "resolution": 28,
            "model_name": f"Model {skill}",
            "description": "A test.",
        } | about
        upload = SimpleUploadedFile("predictions.csv", content)
        return submissions.create_submission(team=team, upload=upload, **fields)

    return submit_for


@pytest.fixture(scope="session")
def outcomes() -> dict[tuple, Outcome]:
    """Outcomes of files that were scored, by the checksums of file and labels, and the limits."""
    return {}


@pytest.fixture
def submit_and_score(submit, outcomes, monkeypatch) -> Callable[..., Submission]:
    """Submit a file and score it at once.

    A file that an earlier test has scored is not scored again: the same file and labels give the same outcome.
    """
    score_as = evaluations.score_as

    def submit_and_score_for(team: Team, **about) -> Submission:
        submission = submit(team, **about)

        def remember(scored: Submission, path: Path, labels: GroundTruth, **about: Any) -> Outcome:
            limits = (settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
            key = (scored.sha256, labels.checksum, scored.resolution, limits)
            if key not in outcomes:
                outcomes[key] = score_as(scored, path, labels, **about)
            return outcomes[key]

        with monkeypatch.context() as patch:
            patch.setattr(evaluations, "score_as", remember)
            evaluations.evaluate(submission.evaluations.get().pk)
        return submission

    return submit_and_score_for


@pytest.fixture
def entry(ground_truth) -> Callable[..., Submission]:
    """Add a scored entry without a file: `entry(team, 0.9)`. Each entry is a minute later than the last."""
    made: list[Submission] = []

    def make(team: Team, auc: float, *, resolution: int = 224, kappa: float = 0.5, **about) -> Submission:
        submission = Submission.objects.create(
            team=team,
            created_at=FIRST_ENTRY + timedelta(minutes=len(made)),
            resolution=resolution,
            file_size=1,
            **{
                "phase": Phase.objects.first_added().first(),
                "model_name": f"Model {len(made)}",
                "description": "A test.",
                "sent_anonymous": about.get("visibility") == "anonymous",
            }
            | about,
        )
        Evaluation.objects.create(
            submission=submission,
            ground_truth=ground_truth,
            scorer_version=SCORER_VERSION,
            status=Evaluation.Status.SCORED,
            scored_at=timezone.now(),
            auc=auc,
            balanced_accuracy=0.5,
            cohen_kappa=kappa,
            accuracy=0.5,
        )
        made.append(submission)
        return submission

    return make


@pytest.fixture
def entry_by_dataset(entry) -> Callable[..., Submission]:
    """Add an entry with scores for each dataset, which fall by 0.01 from dataset to dataset."""

    def make(team: Team, auc: float, **about) -> Submission:
        submission = entry(team, auc, **about)
        evaluation = submission.evaluations.get()
        for number, dataset in enumerate(MEDMNIST_PLUS):
            values = dict.fromkeys(Metric.values, auc - 0.01 * number)
            DatasetScore.objects.create(evaluation=evaluation, dataset=dataset.name, **values)
        return submission

    return make


@pytest.fixture
def uncertain_entry(entry_by_dataset, labels) -> Callable[..., Submission]:
    """Add an entry with generated replicates around its scores, with the standard deviation `spread` on each dataset.

    Half of the noise is the same for all entries, as in paired replicates.
    """
    seeds = count(1)  # not primary keys, which depend on the tests before
    shared = np.random.default_rng(0).standard_normal((12, 4, N_REPLICATES))

    def make(team: Team, auc: float, *, spread: float = 0.01, **about) -> Submission:
        submission = entry_by_dataset(team, auc, **about)
        evaluation = submission.evaluations.get()
        scores = np.array(
            [[getattr(s, m) for m in METRICS] for s in evaluation.dataset_scores.order_by("pk")]
        )
        scores += [getattr(evaluation, m) for m in METRICS] - scores.mean(axis=0)
        own = np.random.default_rng(next(seeds)).standard_normal(shared.shape)
        replicates = scores[:, :, None] + spread * (shared + own) / 2**0.5
        counts = count_classes(labels.labels, MEDMNIST_PLUS)
        errors = dict.fromkeys((d.name for d in MEDMNIST_PLUS), spread)
        Uncertainty.objects.create(
            evaluation=evaluation,
            status=Uncertainty.Status.DONE,
            **uncertainty.uncertainty_fields(
                summarize(scores, replicates, counts, errors, MEDMNIST_PLUS), MEDMNIST_PLUS
            ),
        )
        return submission

    return make
