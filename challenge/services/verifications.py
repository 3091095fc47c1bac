"""Verification of stored scores by the field's own code, in a process of its own; scores never change by it.

As for scoring, the state is in the database. A worker claims the job, and stores the outcome only while it still holds
the claim.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from challenge.files import local_copy
from challenge.models import Evaluation, Verification, WithheldDataset, ranked_versions, wanted_versions
from challenge.models.evaluations import EvaluationQuerySet
from challenge.models.verifications import TOLERANCE
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.statistics.estimates import AVERAGE
from challenge.services import history, queue
from challenge.services.jobs import requeue_stuck
from challenge.verification import is_installed

logger = logging.getLogger(__name__)

#: It takes about 5 s of an idle core; the limits of the task are higher than this one.
VERIFY_SECONDS = 120
#: Maximum number of waiting jobs: without a worker for them, messages do not pile up.
MOST_WAITING = 20


class VerificationError(Exception):
    """The field's own code gave no scores."""


def is_on() -> bool:
    """Return whether new entries are verified here."""
    return settings.VERIFY_SCORES and is_installed()


def queue_verification(evaluation_id: int) -> None:
    """Queue the first verification of an evaluation with intervals, if entries are verified here."""
    if is_on() and (evaluation := _unverified().filter(pk=evaluation_id).first()):
        _queue(evaluation)


@transaction.atomic
def _queue(evaluation: Evaluation) -> None:
    _, is_new = Verification.objects.get_or_create(evaluation=evaluation)
    if is_new:
        queue.enqueue_verification(evaluation.pk)


def _unverified() -> EvaluationQuerySet:
    """Return evaluations without a verification whose file exists, once intervals are known or were given up."""
    settled = Evaluation.objects.settled().scored()
    return settled.filter(verification=None, submission__file_deleted_at__isnull=True)


def queue_missing() -> int:
    """Queue entries in force without a verification, a few at a time; return their number."""
    room = MOST_WAITING - Verification.objects.filter(status=Verification.Status.QUEUED).count()
    if not is_on() or room <= 0:
        return 0
    shown = [Evaluation.objects.in_force(versions) for versions in (ranked_versions(), wanted_versions())]
    pks = Q(pk__in=shown[0].values("pk")) | Q(pk__in=shown[1].values("pk"))
    missing = list(_unverified().filter(pks).order_by("pk")[:room])
    for evaluation in missing:
        _queue(evaluation)
    return len(missing)


def requeue_lost(now: datetime | None = None) -> int:
    """Enqueue lost jobs again; a job that broke its worker too often fails for good."""
    return requeue_stuck(
        Verification.objects.all(),
        enqueue=lambda lost: queue.enqueue_verification(lost.evaluation_id),
        give_up=lambda lost, claimed_at: _put_back(lost.evaluation_id, claimed_at),
        now=now,
    )


def verify(evaluation_id: int) -> None:
    """Verify a queued evaluation; do nothing if it is not (or no longer) queued."""
    claimed_at = Verification.objects.filter(evaluation=evaluation_id).claim()
    if claimed_at is None:
        return
    evaluation = _loaded(evaluation_id)
    if evaluation is None:  # the team has just deleted its account
        return
    try:
        found = recompute(evaluation)
    except VerificationError as error:
        logger.error("Evaluation %s could not be verified: %s", evaluation_id, error)
        _put_back(evaluation_id, claimed_at, error)
    else:
        _store(evaluation_id, found, by=history.SITE, claimed_at=claimed_at)


def verify_now(evaluation: Evaluation, *, by: Team | str) -> Verification | None:
    """Verify an evaluation for an organizer, in whatever state its job is; return None if it was deleted meanwhile.

    Raises:
        VerificationError: the field's own code gave no scores.

    """
    return _store(evaluation.pk, recompute(evaluation), by=by)


def recompute(evaluation: Evaluation) -> dict[str, Any]:
    """Return versions and scores of the libraries, as `challenge.verification` prints them.

    Raises:
        VerificationError: the field's own code gave no scores.

    """
    try:
        further = []
        if withheld := WithheldDataset.labels_of(evaluation.submission.phase_id):
            further.append(json.dumps([(asdict(one.dataset), str(one.path)) for one in withheld]))
        with local_copy(evaluation.submission.file) as path:
            return _recompute(str(path), str(evaluation.ground_truth.path), *further)
    except OSError as error:
        raise VerificationError(f"its files cannot be read: {error}") from error


def _recompute(*arguments: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "challenge.verification", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=VERIFY_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise VerificationError(f"it took longer than {VERIFY_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.strip().splitlines() or [f"exit status {error.returncode}"]
        raise VerificationError(words[-1]) from error
    return json.loads(done.stdout)


def _loaded(evaluation_id: int) -> Evaluation | None:
    found = Evaluation.objects.select_related("submission__team", "ground_truth")
    return found.filter(pk=evaluation_id).first()


@transaction.atomic
def _store(
    evaluation_id: int, found: Mapping[str, Any], *, by: Team | str, claimed_at: datetime | None = None
) -> Verification | None:
    """Compare with the scores as they are stored now, and keep the outcome, unless a claim was lost."""
    locked = Evaluation.objects.select_for_update().filter(pk=evaluation_id).scored()
    evaluation = _loaded(evaluation_id) if locked else None
    if evaluation is None:
        return None
    kept = Verification.objects.filter(evaluation=evaluation)
    if claimed_at and not kept.held(claimed_at).exists():
        return None
    earlier = kept.first()
    compared = list(_compared(evaluation, found["scores"]))
    differences = [one for one in compared if abs(one["stored"] - one["found"]) > TOLERANCE]
    verification, _ = Verification.objects.update_or_create(
        evaluation=evaluation,
        defaults={
            "status": Verification.Status.DONE,
            "scikit_learn_version": found["versions"]["scikit-learn"],
            "medmnist_version": found["versions"].get("medmnist", ""),
            "largest_difference": max(abs(one["stored"] - one["found"]) for one in compared),
            "differences": differences,
            "verified_at": timezone.now(),
        },
    )
    if differences and (earlier is None or earlier.differences != differences):
        _record(verification, by)
    return verification


def _compared(
    evaluation: Evaluation, scores: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> Iterator[dict[str, Any]]:
    """Yield the stored and the found value of each metric, of each dataset and of their mean, for each library."""
    stored = {score.dataset: score for score in evaluation.dataset_scores.all()}
    for library, by_dataset in scores.items():
        for metric in METRICS:
            values = {name: of[metric] for name, of in by_dataset.items() if metric in of}
            if not values:  # MedMNIST's evaluator has two of the metrics
                continue
            mean = sum(values.values()) / len(values)
            for name, value in {**values, AVERAGE: mean}.items():
                of_site = evaluation if name == AVERAGE else stored[name]
                about = {"dataset": name, "metric": metric, "library": library}
                yield {**about, "stored": getattr(of_site, metric), "found": value}


def _record(verification: Verification, by: Team | str) -> None:
    """Add the differences to the history, for the organizers."""
    by_name = {f"{one['dataset']} {one['metric']}": one for one in verification.differences}
    history.record(
        "found scores that differ",
        by=by,
        submission=verification.evaluation.submission,
        before={name: round(one["stored"], 12) for name, one in by_name.items()},
        after={name: round(one["found"], 12) for name, one in by_name.items()},
        reason=f"Verified with {verification.libraries}. The entry was not changed.",
    )


def _put_back(evaluation_id: int, claimed_at: datetime, error: Exception | None = None) -> None:
    Verification.objects.filter(evaluation=evaluation_id).held(claimed_at).retry(error)
