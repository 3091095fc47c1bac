"""Findings of organizers about the evidence behind an entry: its study is confirmed, or its scores are reproduced.

Each has its line of the history, and can be taken back. The page of the entry shows the reason and the name.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge.files import local_copy
from challenge.models import (
    Evaluation,
    Reproduction,
    StudyConfirmation,
    Submission,
    ranked_versions,
)
from challenge.results.evidence import confirmation_of, reproduction_of
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.reading.predictions import PredictionsError
from challenge.services import history
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit
from challenge.services.refusals import RefusedError
from challenge.services.score_files import score_as
from challenge.services.teams import lock_team

#: Problems of a reproduced file that a message names.
MOST_PROBLEMS = 3


class EvidenceRefusedError(RefusedError):
    """A finding was refused; the message says why."""


def refusal_of_confirmation(submission: Submission) -> str:
    """Return the reason why the study cannot be confirmed; empty if it can."""
    if not submission.study_url:
        return "It links to no study."
    return "Its study is confirmed." if confirmation_of(submission) else ""


def refusal_of_taking_back_confirmation(submission: Submission) -> str:
    """Return the reason why no confirmation can be taken back; empty if one can."""
    return "" if getattr(submission, "study_confirmation", None) else "No study is confirmed."


def refusal_of_reproduction(submission: Submission) -> str:
    """Return the reason why an entry cannot be marked as reproduced; empty if it can."""
    if reproduction_of(submission):
        return "It is reproduced."
    return "" if submission.is_scored else "It has no scores."


def refusal_of_taking_back_reproduction(submission: Submission) -> str:
    """Return the reason why no reproduction can be taken back; empty if one can."""
    return "" if reproduction_of(submission) else "It is not reproduced."


@transaction.atomic
def confirm_study(submission: Submission, *, study_url: str, reason: str, by: Team) -> None:
    """Confirm that the study of an entry is peer-reviewed, and about this method.

    Args:
        submission: the entry.
        study_url: the study that the organizer has seen; the team may have changed its link since.
        reason: what the organizer has seen.
        by: the organizer.

    Raises:
        EvidenceRefusedError: there is no study, it is confirmed, or the link has changed.

    """
    current = _locked(submission)
    _refuse(current, refusal_of_confirmation(current))
    if study_url != current.study_url:
        raise EvidenceRefusedError(
            f"The team has just changed the link to {current.study_url}. Look at this study."
        )
    StudyConfirmation.objects.update_or_create(
        submission=current, defaults={"study_url": study_url, **_found(reason, by)}
    )
    history.record(
        "confirmed the study", by=by, submission=current, after={"study": study_url}, reason=reason
    )
    board_changed()


@transaction.atomic
def take_back_confirmation(submission: Submission, *, reason: str, by: Team) -> None:
    """Take the confirmation of a study back.

    Raises:
        EvidenceRefusedError: there is none.

    """
    current = _locked(submission)
    _refuse(current, refusal_of_taking_back_confirmation(current))
    confirmation = current.study_confirmation
    history.record(
        "took the confirmation back",
        by=by,
        submission=current,
        before={"study": confirmation.study_url, "confirmed by": confirmation.found_by_name},
        reason=reason,
    )
    confirmation.delete()
    board_changed()


def mark_as_reproduced(
    submission: Submission,
    *,
    how: str,
    bound: float,
    log: UploadedFile,
    predictions: UploadedFile,
    reason: str,
    by: Team,
) -> None:
    """Mark an entry as reproduced, if the scores of the reproduced file are within the bound.

    Args:
        submission: the entry.
        how: a value of `Reproduction.How`.
        bound: largest allowed difference of a mean over the datasets.
        log: log of the run, for organizers.
        predictions: the reproduced file, for organizers.
        reason: what the organizer has done.
        by: the organizer.

    Raises:
        EvidenceRefusedError: it has no scores, it is reproduced already, or the file is not valid or differs by more.

    """
    _refuse(submission, refusal_of_reproduction(submission))
    made = Reproduction(submission=submission, how=how, bound=bound, **_found(reason, by))
    with _files_kept_only_if_saved(made):
        made.log.save(log.name or "", log, save=False)
        made.predictions.save(predictions.name or "", predictions, save=False)
        with local_copy(made.predictions) as path:
            made.largest_difference = _largest_difference(submission, path)
        if made.largest_difference > bound:
            raise EvidenceRefusedError(
                f"The scores of the reproduced file differ by {made.largest_difference:.4f}, more than {bound:g}."
            )
        _save(made, by)


@transaction.atomic
def _save(made: Reproduction, by: Team) -> None:
    current = _locked(made.submission)
    _refuse(current, refusal_of_reproduction(current))
    made.code_url = current.code_url
    made.save()
    history.record("reproduced", by=by, submission=current, after=_in_history(made), reason=made.reason)
    board_changed()


@transaction.atomic
def take_back_reproduction(submission: Submission, *, reason: str, by: Team) -> None:
    """Take a reproduction back, and delete its files after the commit.

    Raises:
        EvidenceRefusedError: it is not reproduced.

    """
    current = _locked(submission)
    _refuse(current, refusal_of_taking_back_reproduction(current))
    made = current.reproduction
    history.record(
        "took the reproduction back",
        by=by,
        submission=current,
        before={**_in_history(made), "reproduced by": made.found_by_name},
        reason=reason,
    )
    made.delete()
    try_after_commit(delete_files, made)
    board_changed()


def delete_files(made: Reproduction) -> None:
    """Delete the files of a reproduction that is gone."""
    for name in Reproduction.FILES:
        file = getattr(made, name)
        if file:
            file.storage.delete(file.name)


def _found(reason: str, by: Team) -> dict[str, Any]:
    return {"found_at": timezone.now(), "found_by": by, "found_by_name": str(by), "reason": reason}


def _in_history(made: Reproduction) -> Mapping[str, object]:
    return {
        "reproduced": str(made.get_how_display()),
        "bound": made.bound,
        "largest difference": made.largest_difference,
    }


def _largest_difference(submission: Submission, path: Path) -> float:
    """Return the largest difference between the means of an entry and of a reproduced file, by the same labels."""
    scored = submission.latest_scores(ranked_versions())
    if scored is None:
        raise EvidenceRefusedError(f"{submission} has no scores.")
    try:
        outcome = score_as(submission, path, scored.ground_truth)
    except PredictionsError as error:
        problems = " ".join(str(problem) for problem in error.problems[:MOST_PROBLEMS])
        raise EvidenceRefusedError(f"The reproduced file is not valid. {problems}") from error
    return max(_differences(scored, outcome.scores.average))


def _differences(scored: Evaluation, average: object) -> Iterator[float]:
    for metric in METRICS:
        yield abs(getattr(scored, metric) - getattr(average, metric))


@contextmanager
def _files_kept_only_if_saved(made: Reproduction) -> Iterator[None]:
    try:
        yield
    except BaseException:
        delete_files(made)
        raise


def _locked(submission: Submission) -> Submission:
    """Lock the team's row, and return the entry as it is now."""
    lock_team(submission.team_id)
    rows = Submission.objects.select_related("team", "study_confirmation", "reproduction")
    return rows.prefetch_related("evaluations__ground_truth").get(pk=submission.pk)


def _refuse(submission: Submission, reason: str) -> None:
    if reason:
        raise EvidenceRefusedError(f"{submission}: {reason}")
