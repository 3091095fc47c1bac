"""Organizers in each role, and teams and entries for their tasks, made inside the demo by `Demo.call`.

The entries are private, and their values are made up, so that neither the board nor the worker takes notice of them.
Only the entries that are scored again have real files.
"""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from itertools import count

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.blocking import block
from accounts.models import BlockedAddress, Team
from accounts.services import retire
from challenge.models import (
    Evaluation,
    GroundTruth,
    IntegrityFlag,
    Phase,
    SitePage,
    Submission,
    Uncertainty,
    Verification,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, METRICS, SCORER_VERSION
from challenge.services import ground_truths, groups, news, submissions
from challenge.services.numbers import unused_number
from challenge.tests.browser.newcomers import PASSWORD, address_of
from challenge.tests.browser.scenes import wait_for_the_worker, with_another_seed

OTHER_LABELS = "Labels with a correction"
NOW = timezone.now()
#: Entries by the task that is done with them, each of a team of its own: `Team TASK`.
STATES: dict[str, dict[str, object]] = {
    **{name: {} for name in ("disqualify", "correct", "hold", "write", "move", "block", "close")},
    **{f"flag {name}": {} for name in ("confirm", "dismiss", "ask", "disqualify")},
    "reinstate": {"disqualified_at": NOW, "disqualification_reason": "Trained on the test set."},
    "release": {"held_at": NOW, "held_reason": "The same file as that of another team."},
    "restore": {"withdrawn_at": NOW},
}
#: Teams of tasks without entries.
TEAMS = (
    "extra",
    "rename",
    "address",
    "confirm address",
    "unblock",
    "second account",
    "letter",
    "left",
    "factor",
)
#: Entries that are scored again: one by its button, two from the list.
AGAIN = ("again", "again in the list", "again with another")
_numbers = count(1)


def prepare() -> dict[str, dict[str, str]]:
    """Make all, and return the sessions of people by role, and the addresses or numbers of rows by task."""
    people = {role: _person(role) for role in ("Organizer", "Assistant", "Administrator")}
    teams = {name: team_of(name) for name in TEAMS}
    block(teams["unblock"])
    BlockedAddress.objects.create(email=address_of("Team blocked address"))
    retire(teams["left"], keep_name=True)
    TOTP.activate(teams["factor"], generate_totp_secret())
    entries = {name: _entry(team_of(name), state) for name, state in STATES.items()}
    again = {name: _real_entry(team_of(name), seed) for seed, name in enumerate(AGAIN)}
    closed = _real_entry(team_of("close and keep"), len(AGAIN), visibility="public")
    seeds = team_of("group")
    members = [_entry(seeds, {}).pk for _ in range(2)]
    group = groups.create_group(team=seeds, name="Seeds of nobody", members=members)
    news.choose_mails(teams["letter"], wanted=True)
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    other = ground_truths.store_ground_truth(labels, name=OTHER_LABELS, activate=False)
    GroundTruth.objects.filter(pk=other.pk).update(is_official=False, origin="Two labels differ.")
    wait_for_the_worker()
    sessions = {role: _session(person) for role, person in people.items()}
    sessions["team"] = _session(teams["extra"])
    rows = {name: entry.pk for name, entry in entries.items()}
    rows |= {name: _flag(entry).pk for name, entry in entries.items() if name.startswith("flag ")}
    rows |= {f"team {name}": team.pk for name, team in teams.items()}
    rows |= {f"team {name}": entry.team_id for name, entry in entries.items()}
    rows |= {name: entry.pk for name, entry in again.items()} | {"team close and keep": closed.team_id}
    rows |= {"group": group.pk, "site notice": SitePage.objects.get(slug="site-notice").pk}
    return {"sessions": sessions, "rows": {name: str(pk) for name, pk in rows.items()}}


def forget_other_labels() -> None:
    """Remove the labels that a task has activated, and the scorings by them, which no worker has taken."""
    other = GroundTruth.objects.filter(name=OTHER_LABELS)
    Evaluation.objects.filter(ground_truth__in=other).delete()
    other.delete()


def team_of(task: str) -> Team:
    """Return a new team with a confirmed address."""
    team = Team.objects.create_user(f"Team {task}", address_of(f"Team {task}"), PASSWORD)
    team.replace_email(team.email or "", verified=True)
    return team


def _person(role: str) -> Team:
    """Return an organizer with a second factor, which nobody needs to know."""
    person = Team.objects.create_user(f"The {role}", address_of(f"The {role}"), PASSWORD, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    TOTP.activate(person, generate_totp_secret())
    return person


def _session(person: Team) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def _entry(team: Team, state: Mapping[str, object]) -> Submission:
    """Return a private entry with scores for which nothing is left to do."""
    content = f"predictions {next(_numbers)}".encode()
    entry = Submission(
        pk=unused_number(Submission),
        team=team,
        phase=Phase.objects.current(),
        resolution=28,
        model_name=f"Network of {team}",
        description="For a task.",
        visibility="private",
        file_name="predictions.csv",
        file_size=len(content),
        sha256=sha256(content).hexdigest(),
        first_outcome_at=NOW,
        **state,
    )
    entry.file.save("predictions.csv", ContentFile(content), save=False)
    entry.save(force_insert=True)
    evaluation = Evaluation.objects.create(
        submission=entry,
        ground_truth=GroundTruth.objects.get(activated_at__isnull=False),
        scorer_version=SCORER_VERSION,
        status=Evaluation.Status.SCORED,
        scored_at=NOW,
        **dict.fromkeys(METRICS, 0.5),
    )
    failed, done = Uncertainty.Status.FAILED, Verification.Status.DONE
    Uncertainty.objects.create(evaluation=evaluation, bootstrap_version=BOOTSTRAP_VERSION, status=failed)
    Verification.objects.create(evaluation=evaluation, status=done, largest_difference=0.0, verified_at=NOW)
    return entry


def _real_entry(team: Team, seed: int, visibility: str = "private") -> Submission:
    return submissions.create_submission(
        team=team,
        upload=SimpleUploadedFile("predictions.csv", with_another_seed(10 + seed)),
        resolution=28,
        model_name=f"Network of {team}",
        description="For a task.",
        visibility=visibility,
    )


def _flag(entry: Submission) -> IntegrityFlag:
    earlier = Submission.objects.filter(resolution=224).order_by("created_at", "pk")[0]
    flag = IntegrityFlag.objects.create(
        submission=entry,
        kind=IntegrityFlag.Kind.COPY,
        evidence={"similarities": {str(earlier.pk): 0.9931}},
        created_at=NOW - timedelta(hours=1),
    )
    flag.others.add(earlier)
    return flag
