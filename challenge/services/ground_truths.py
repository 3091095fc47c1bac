"""Storage of test labels, and choice of the labels used for ranking."""

from django.db import transaction
from django.utils import timezone

from challenge.formats.atomic import atomic_write
from challenge.models import GroundTruth
from challenge.scoring import ground_truth as label_files
from challenge.services.board import board_changed
from challenge.services.evaluations import queue_missing_evaluations


def store_ground_truth(
    ground_truth: label_files.GroundTruth, *, name: str, is_demo: bool = False, activate: bool = True
) -> GroundTruth:
    """Store checked labels under their checksum, and activate them if `activate`.

    Labels that are already stored are only renamed.
    """
    with atomic_write(GroundTruth(checksum=ground_truth.version).path) as draft:
        label_files.write_ground_truth(ground_truth, draft)
    row, created = GroundTruth.objects.get_or_create(
        checksum=ground_truth.version, defaults={"name": name, "is_demo": is_demo}
    )
    if not created and row.name != name:
        row.name = name
        row.save(update_fields=["name"])
        board_changed()
    if activate:
        activate_ground_truth(row)
    return row


@transaction.atomic
def activate_ground_truth(ground_truth: GroundTruth) -> int:
    """Rank by this ground truth from now on; return the number of submissions to be scored against it."""
    ground_truth.activated_at = timezone.now()
    ground_truth.save(update_fields=["activated_at"])
    board_changed()
    return queue_missing_evaluations()
