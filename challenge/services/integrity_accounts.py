"""Check for second accounts: the team of each new entry is compared with other teams, in a task of its own.

A check stores flags for organizers. It changes no entry, and blocks no account.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from challenge.integrity.accounts import Account, may_be_similar, signs, words_of
from challenge.models import (
    IntegrityAccountCheck,
    IntegrityFlag,
    PredictionFile,
    Submission,
    SubmissionQuerySet,
)
from challenge.services import queue
from challenge.services.holds import release_if_clear
from challenge.services.jobs import MOST_AT_ONCE, requeue_stuck

logger = logging.getLogger(__name__)

ACCOUNT = IntegrityFlag.Kind.ACCOUNT


@dataclass(frozen=True)
class Suspect:
    """Another team's entry, and the signs that the team is the same."""

    team_id: int
    submission_id: int
    signs: dict[str, Any]


def queue_check(submission: Submission) -> None:
    """Queue the check of the account behind an entry, unless it was queued before."""
    _, created = IntegrityAccountCheck.objects.get_or_create(submission=submission)
    if created:
        queue.enqueue_account_check(submission.pk)


def check(submission_id: int) -> None:
    """Compare the team of an entry with other teams, and store a flag; do nothing if the check is not queued."""
    row = IntegrityAccountCheck.objects.filter(submission=submission_id)
    claimed_at = row.claim()
    submission = Submission.objects.select_related("team").filter(pk=submission_id).first()
    if claimed_at is None or submission is None:  # the team has just deleted its account
        return
    try:
        suspects = find(submission)
    except Exception:
        logger.exception("The account behind submission %s could not be checked", submission_id)
        row.held(claimed_at).retry()
        return
    _store(submission, claimed_at, suspects)


@transaction.atomic
def _store(submission: Submission, claimed_at: datetime, suspects: list[Suspect]) -> None:
    """Store a flag for the teams that no flag names yet, unless another worker has taken over."""
    held = IntegrityAccountCheck.objects.filter(submission=submission).held(claimed_at)
    if not held.update(status=IntegrityAccountCheck.Status.DONE):
        return
    new = [one for one in suspects if not _is_known(submission, one)]
    if new:
        accounts = [{"entry": one.submission_id, "signs": one.signs} for one in new]
        flag, created = IntegrityFlag.objects.get_or_create(
            submission=submission, kind=ACCOUNT, defaults={"evidence": {"accounts": accounts}}
        )
        if created:
            flag.others.add(*(one.submission_id for one in new))
    release_if_clear(submission.pk)


def _is_known(submission: Submission, suspect: Suspect) -> bool:
    """Return whether a flag, decided or not, names both teams with all of these signs."""
    teams = (submission.team_id, suspect.team_id)
    flags = IntegrityFlag.objects.filter(kind=ACCOUNT, submission__team__in=teams, others__team__in=teams)
    known = {sign for flag in flags.distinct() for one in flag.evidence["accounts"] for sign in one["signs"]}
    return suspect.signs.keys() <= known


def find(submission: Submission) -> list[Suspect]:
    """Return the other teams with an earlier entry that may be the same team; organizers are left out."""
    if submission.team.is_staff:
        return []
    own = _account_of(submission)
    words = words_of(submission.description)
    others: dict[int, tuple[int, Account]] = {}
    for number, team_id, name, address, *content in _rows(_earlier(submission)):
        first, account = others.get(team_id, (number, Account(name, address or "")))
        found = _with_content(account, own, words, *content)
        others[team_id] = number if found is not account else first, found
    suspects = ((team, number, signs(own, account)) for team, (number, account) in others.items())
    return [Suspect(*one) for one in suspects if one[2]]


def _earlier(submission: Submission) -> SubmissionQuerySet:
    """Return the entries of other teams that were sent before an entry."""
    same_time = Q(created_at=submission.created_at, pk__lt=submission.pk)
    sent = Submission.objects.filter(Q(created_at__lt=submission.created_at) | same_time)
    return sent.exclude(team=submission.team_id).filter(team__is_staff=False)


def _rows(submissions: SubmissionQuerySet) -> Iterable[tuple[Any, ...]]:
    columns = ("pk", "team_id", "team__name", "team__email", "description", "study_url", "code_url", "sha256")
    return submissions.order_by().values_list(*columns).iterator(chunk_size=1000)


def _account_of(submission: Submission) -> Account:
    """Return the account behind an entry, with the content of this entry; a published file is anybody's."""
    is_public = PredictionFile.objects.filter(sha256=submission.sha256).exists()
    return Account(
        submission.team.name,
        submission.team.email or "",
        frozenset({submission.description}),
        frozenset({submission.study_url, submission.code_url} - {""}),
        frozenset({submission.sha256} - {""}) if not is_public else frozenset(),
    )


def _with_content(
    account: Account, own: Account, words: set[str], text: str, study: str, code: str, sha256: str
) -> Account:
    """Return an account with the content of one of its entries, as far as it may be that of the checked entry."""
    texts = {text} if text not in account.texts and may_be_similar(words, text) else set()
    links, files = own.links & {study, code}, own.files & {sha256}
    if not (texts or links or files):
        return account
    return replace(
        account, texts=account.texts | texts, links=account.links | links, files=account.files | files
    )


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost checks again; a check that broke its worker too often fails for good."""
    checks = IntegrityAccountCheck.objects
    return requeue_stuck(
        checks.all(),
        enqueue=lambda lost: queue.enqueue_account_check(lost.submission_id),
        give_up=lambda lost, claimed_at: checks.filter(pk=lost.pk).held(claimed_at).retry(),
        now=now or timezone.now(),
    )


@transaction.atomic
def queue_missing() -> int:
    """Queue the checks of scored entries that have none, the oldest first; return their number."""
    missing = Submission.objects.scored().filter(account_check=None).order_by("created_at", "pk")
    submissions = list(missing[:MOST_AT_ONCE])
    for submission in submissions:
        queue_check(submission)
    return len(submissions)
