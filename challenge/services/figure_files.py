"""Place and deletion of the zip of an entry's figures; `entries.figures_zip` draws it.

The zip either exists or not; it has no other state. Until it exists, and on servers without a browser, the reader's
browser makes the same zip.
"""

import hashlib
from pathlib import Path

from django.conf import settings

from challenge import files
from challenge.models import Evaluation, uncertainty_of


def figures_path(evaluation: Evaluation) -> Path:
    """Return the place of the zip of a scored evaluation: see `challenge.files`.

    The name depends on the content of the figures. After the entry is scored again, gets intervals, or its team is
    renamed, hidden or named again, the old file is not used any more.
    """
    submission = evaluation.submission
    shown = f"{evaluation.pk} {evaluation.scored_at} {submission.model_name} {submission.public_team_name}"
    uncertainty = uncertainty_of(evaluation)
    if uncertainty and uncertainty.has_results:
        shown += f" {uncertainty.results_version}"
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return settings.FIGURES_DIR / f"{submission.pk}-{digest}.zip"


def delete_figures(submission_pk: int, *, but: Path | None = None) -> None:
    """Delete the zips of a submission, also from earlier scorings; keep `but`."""
    for found in files.found(settings.FIGURES_DIR, f"{submission_pk}-"):
        if found.place != but:
            files.delete(found.place)
