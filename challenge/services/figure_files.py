"""Path and deletion of the zip of an entry's figures; `entries.figures_zip` draws it.

Whether the zip is there is all there is to its state: until then, and where no browser is installed, a
reader's browser makes the same zip.
"""

import hashlib
from pathlib import Path

from django.conf import settings

from challenge.models import Evaluation, Uncertainty, uncertainty_of


def figures_path(evaluation: Evaluation) -> Path:
    """Return where the zip of a scored evaluation belongs.

    The name depends on what the figures show: after the entry was scored again, its intervals made or its team
    renamed, the old file is not taken for the new one.
    """
    submission = evaluation.submission
    shown = f"{evaluation.pk} {evaluation.scored_at} {submission.model_name} {submission.team}"
    uncertainty = uncertainty_of(evaluation)
    if uncertainty and uncertainty.status == Uncertainty.Status.DONE:
        shown += f" {uncertainty.bootstrap_version}"
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return settings.FIGURES_DIR / f"{submission.pk}-{digest}.zip"


def delete_figures(submission_pk: int, *, but: Path | None = None) -> None:
    """Delete the zips of a submission, those of earlier scorings too."""
    for path in settings.FIGURES_DIR.glob(f"{submission_pk}-*"):
        if path != but:
            path.unlink(missing_ok=True)
