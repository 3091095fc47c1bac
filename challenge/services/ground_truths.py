"""Storage of test labels, and choice of the labels that all entries should have scores by."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge import files
from challenge.medmnist.origin import Origin
from challenge.models import GroundTruth
from challenge.scoring import ground_truth as label_files
from challenge.services import history
from challenge.services.board import board_changed
from challenge.services.evaluations import queue_missing_evaluations
from challenge.services.versions import lock_ranked_versions, switch_if_complete


def store_ground_truth(
    ground_truth: label_files.GroundTruth,
    *,
    name: str,
    is_demo: bool = False,
    activate: bool = True,
    origin: Origin | None = None,
    by: Team | str = history.COMMAND,
) -> GroundTruth:
    """Store checked labels under their checksum, and activate them if `activate`.

    Labels that are already stored are only renamed. Labels that were found to be official stay so, whatever file they
    are read from later: the checksum is the same.
    """
    with files.writing(GroundTruth(checksum=ground_truth.version).place) as draft:
        label_files.write_ground_truth(ground_truth, draft)
    row, created = GroundTruth.objects.get_or_create(
        checksum=ground_truth.version, defaults={"name": name, "is_demo": is_demo}
    )
    if not created and row.name != name:
        row.name = name
        row.save(update_fields=["name"])
        board_changed()
    if origin and not row.is_official:
        row.is_official, row.origin = origin.is_official, str(origin)
        row.save(update_fields=["is_official", "origin"])
    if activate:
        activate_ground_truth(row, by=by)
    return row


@transaction.atomic
def activate_ground_truth(ground_truth: GroundTruth, *, by: Team | str, reason: str = "") -> int:
    """Have all entries scored by this ground truth; return the number of submissions to be scored.

    The leaderboard ranks by it once all entries have an outcome: at once if there are none to wait for.
    """
    lock_ranked_versions()
    earlier = GroundTruth.objects.active()
    ground_truth.activation = history.record(
        "activated the labels",
        by=by,
        subject=ground_truth,
        before={"labels": str(earlier)} if earlier else {},
        after={"labels": str(ground_truth)},
        reason=reason,
    )
    ground_truth.activated_at = timezone.now()
    ground_truth.save(update_fields=["activated_at", "activation"])
    count = queue_missing_evaluations()
    switch_if_complete()
    board_changed()
    return count
