"""Switch of the ranked versions, in one step, when all entries have an outcome by the wanted versions.

Until then the leaderboard stays on the earlier versions, whole.
"""

from django.db import transaction
from django.utils import timezone

from challenge.models import (
    Evaluation,
    RankedVersions,
    Submission,
    Versions,
    ranked_versions,
    wanted_versions,
)
from challenge.services import history
from challenge.services.board import board_changed
from challenge.services.score_changes import lines_of_switch, tell_teams


def versions_for_first_scoring() -> Versions | None:
    """Return the versions that a new submission is scored by.

    These are the ranked versions, so that it gets its rank in seconds also while others are scored again; scores by
    the wanted versions follow. After an update the ranked scorer is gone: then the submission is scored by the wanted
    versions, and is ranked from the switch on.
    """
    ranked = ranked_versions()
    return ranked if ranked and ranked.can_be_scored else wanted_versions()


def lock_ranked_versions() -> Versions | None:
    """Lock the ranked versions until the end of the transaction, before a switch or an activation."""
    row = RankedVersions.objects.select_for_update().filter(pk=1).first()
    return row.versions if row else None


def switch_if_complete() -> bool:
    """Rank by the wanted versions if all entries have an outcome by them; return whether it switched.

    The worker calls it after each outcome, and the sweep, because the last two outcomes may not see each other.
    """
    if not _may_switch(ranked_versions(), wanted_versions()):  # without a lock, which others would wait for
        return False
    with transaction.atomic():
        ranked, wanted = lock_ranked_versions(), wanted_versions()
        if wanted is None or not _may_switch(ranked, wanted):
            return False
        _switch(ranked, wanted)
    return True


def _may_switch(ranked: Versions | None, wanted: Versions | None) -> bool:
    if wanted is None or ranked == wanted:
        return False
    return ranked is None or not _is_waited_for(ranked, wanted)


def _is_waited_for(ranked: Versions, wanted: Versions) -> bool:
    """Return whether an entry in force has no outcome by the wanted versions, or has its first scoring before it.

    A submission that the ranked versions are about to score would miss the board that its team was promised.
    """
    # not `exclude(evaluations__in=...)`, which looks at all outcomes again for each entry
    outcomes = Evaluation.objects.by(wanted).settled().values("submission")
    entries = Submission.objects.in_force().filter(file_deleted_at__isnull=True)
    first = Evaluation.objects.by(ranked).filter(
        status__in=Evaluation.PENDING, submission__first_outcome_at__isnull=True
    )
    return entries.exclude(pk__in=outcomes).exists() or first.exists()


def _switch(ranked: Versions | None, wanted: Versions) -> None:
    now = timezone.now()
    row = {"ground_truth": wanted.ground_truth, "scorer_version": wanted.scorer, "since": now}
    RankedVersions.objects.update_or_create(pk=1, defaults=row)
    if ranked:
        history.record(
            "switched the ranking",
            by=history.SITE,
            subject=wanted,
            before={"versions": str(ranked)},
            after={"versions": str(wanted)},
        )
        lines = list(lines_of_switch(ranked, wanted))
        history.record_all(lines)
        tell_teams(lines)
    board_changed()
