"""Changes of an entry after it was sent: texts, visibility, withdrawal, and the team's choice.

As for submissions, the team's row is locked from the check to the write.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from challenge.files import is_stored
from challenge.models import FACT_FIELDS, Evaluation, Submission, SubmissionRevision
from challenge.models.visibility import Visibility, problem_of_end
from challenge.services import evaluations, history, queue
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit
from challenge.services.figure_files import delete_figures
from challenge.services.predictions import end_publication
from challenge.services.refusals import RefusedError
from challenge.services.teams import lock_team

#: Statements that decide whether an entry is standard.
MARKS = ("external_data", "special_methods")
#: Fields of an entry that its team can edit.
EDITABLE = (
    *("model_name", "description", "study_url", "code_url", "predictions_licence"),
    *(*MARKS, *FACT_FIELDS),
)
#: Key of a revision's values that marks a correction by an organizer.
CORRECTED = "corrected_by_organizers"


class EntryRefusedError(RefusedError):
    """An entry was not changed; the message says why."""


def refusal_of_changes(submission: Submission) -> str:
    """Return the reason why the team cannot change this entry; empty if it can."""
    if submission.is_disqualified:
        return "This entry was disqualified and cannot be changed."
    if submission.is_held:
        return "We are checking this entry. You can change it again when we have finished."
    return ""


def refusal_of_withdrawal(submission: Submission) -> str:
    """Return the reason why the team cannot withdraw this entry or delete its file; empty if it can."""
    if submission.is_withdrawn and submission.file_deleted_at:
        return "This entry was withdrawn, and its file was deleted."
    return refusal_of_changes(submission)


def refusal_of_choice(submission: Submission) -> str:
    """Return the reason why this entry cannot represent its team; empty if it can."""
    if submission.is_withdrawn:
        return "This entry was withdrawn, so it cannot represent your team."
    if submission.is_private:
        return "This entry is private, so it cannot represent your team."
    if submission.is_anonymous:
        return "This entry is anonymous, so it cannot represent your team."
    if not submission.is_scored:
        return "This entry has no scores, so it cannot represent your team."
    return refusal_of_changes(submission)


@transaction.atomic
def edit_entry(submission: Submission, **values: object) -> bool:
    """Change fields of an entry, and keep the earlier values of those that differ; return whether any differs.

    The marks may make a group non-standard: see `MethodGroup.is_standard`.

    Args:
        submission: the entry.
        values: new values by name, see `EDITABLE`.

    Raises:
        EntryRefusedError: the entry cannot be changed, or an organizer has corrected the marks.

    """
    if unknown := values.keys() - {*EDITABLE}:
        raise TypeError(f"A team cannot edit {', '.join(sorted(unknown))}.")
    current = _lock(submission)
    earlier = {name: old for name, new in values.items() if _differ(old := getattr(current, name), new)}
    if not earlier:
        return False
    if earlier.keys() & {*MARKS} and current.revisions.filter(values__has_key=CORRECTED).exists():
        raise EntryRefusedError(
            "An organizer has corrected what this entry says about other data and the standard protocol. "
            "To change it again, write to us."
        )
    SubmissionRevision.objects.create(submission=current, values=earlier)
    Submission.objects.filter(pk=current.pk).update(**{name: values[name] for name in earlier})
    if not values.get("predictions_licence", current.predictions_licence):
        end_publication(current.pk)
    _redraw_figures([current.pk])
    board_changed()
    return True


@transaction.atomic
def correct_protocol(
    submission: Submission, *, external_data: bool, special_methods: str, by: Team | str, reason: str = ""
) -> None:
    """Correct a team's statements about the protocol, which decide whether the entry is standard.

    The entry stays in its group, which is standard only while all its members are. The team cannot change the
    statements any more.
    """
    lock_team(submission.team_id)
    current = Submission.objects.get(pk=submission.pk)
    earlier = {name: getattr(current, name) for name in MARKS}
    SubmissionRevision.objects.create(submission=current, values=earlier | {CORRECTED: True})
    marks = {"external_data": external_data, "special_methods": special_methods}
    Submission.objects.filter(pk=current.pk).update(**marks)
    history.record(
        "corrected the protocol", by=by, submission=current, before=earlier, after=marks, reason=reason
    )
    board_changed()


@transaction.atomic
def set_visibility(submission: Submission, visibility: str, anonymous_until: date | None = None) -> None:
    """Set who sees an entry. The seeds of a group have one visibility, so it is set for all of them.

    Args:
        submission: the entry.
        visibility: a value of `Submission.Visibility`.
        anonymous_until: the day (UTC) from whose start an anonymous entry shows its team; None for no end.

    Raises:
        EntryRefusedError: the entry cannot be changed, or the day is not possible.

    """
    current = _lock(submission)
    until = anonymous_until if visibility == Visibility.ANONYMOUS else None
    if (visibility, until) == (current.visibility, current.anonymous_until):
        return
    if problem := problem_of_end(until):
        raise EntryRefusedError(problem)
    same = {"group": current.group_id} if current.group_id else {"pk": current.pk}
    changed = Submission.objects.filter(**same)
    changed.update(visibility=Visibility(visibility), anonymous_until=until)
    if visibility != Visibility.PUBLIC:
        changed.update(chosen_at=None)
    _redraw_figures(changed.values_list("pk", flat=True))
    board_changed()


@transaction.atomic
def change_entry(
    submission: Submission, values: Mapping[str, object], *, visibility: str, anonymous_until: date | None
) -> None:
    """Change statements of an entry and who sees it, or nothing: see `edit_entry` and `set_visibility`.

    Raises:
        EntryRefusedError: a part of the change is not possible.

    """
    edit_entry(submission, **values)
    set_visibility(submission, visibility, anonymous_until)


@transaction.atomic
def withdraw(submission: Submission, *, delete_file: bool) -> None:
    """Withdraw an entry: it leaves the ranking and is not chosen any more; its limits stay used.

    Args:
        submission: the entry. If it was withdrawn before, this can still delete its file.
        delete_file: true to delete the stored file after the commit. Then the entry cannot be restored.

    Raises:
        EntryRefusedError: the entry cannot be changed.

    """
    current = _lock(submission)
    withdrawn_at = current.withdrawn_at or timezone.now()
    Submission.objects.filter(pk=current.pk).update(withdrawn_at=withdrawn_at, chosen_at=None)
    try_after_commit(delete_figures, current.pk)
    end_publication(current.pk)
    if delete_file:
        evaluations.end_without_file(current)
        try_after_commit(delete_file_of, current.pk)
    board_changed()


@transaction.atomic
def restore(submission: Submission, *, by: Team | str, reason: str = "") -> None:
    """Undo a withdrawal, for organizers; scores by newer versions follow.

    Raises:
        EntryRefusedError: the file was deleted.

    """
    lock_team(submission.team_id)
    current = Submission.objects.get(pk=submission.pk)
    if current.file_deleted_at or not is_stored(current.file):
        raise EntryRefusedError(f"The file of {current} was deleted, so it cannot be restored.")
    Submission.objects.filter(pk=current.pk).update(withdrawn_at=None)
    before = {"withdrawn_at": current.withdrawn_at and current.withdrawn_at.isoformat()}
    history.record("restored", by=by, submission=current, before=before, reason=reason)
    board_changed()


@transaction.atomic
def choose(submission: Submission) -> None:
    """Let an entry represent its team at its resolution in its phase, in place of an earlier choice.

    Raises:
        EntryRefusedError: this entry cannot represent the team.

    """
    current = _lock(submission)
    if refusal := refusal_of_choice(current):
        raise EntryRefusedError(refusal)
    choose_best(current.team, current.resolution, current.phase_id)
    Submission.objects.filter(pk=current.pk).update(chosen_at=timezone.now())


@transaction.atomic
def choose_best(team: Team, resolution: int, phase: int) -> None:
    """Let its best entry represent a team at a resolution in a phase, given by its number."""
    lock_team(team.pk)
    own = Submission.objects.filter(team=team, resolution=resolution, phase=phase)
    chosen = own.filter(chosen_at__isnull=False)
    chosen.update(chosen_at=None)
    board_changed()


def _lock(submission: Submission) -> Submission:
    """Lock the team's row, and return the entry as it is now; refuse if it cannot be changed."""
    team = lock_team(submission.team_id)
    current = Submission.objects.filter(pk=submission.pk).prefetch_related("evaluations").first()
    if team is None or current is None:
        raise EntryRefusedError("The account was deleted.")
    if refusal := refusal_of_changes(current):
        raise EntryRefusedError(refusal)
    return current


def _differ(old: object, new: object) -> bool:
    """Return whether values differ. Browsers send line breaks as CR LF, other senders as LF."""
    if isinstance(old, str) and isinstance(new, str):
        return old.splitlines() != new.splitlines()
    return old != new


def _redraw_figures(pks: Iterable[int]) -> None:
    """Delete the zips of entries, whose figures show their names, and draw those of the newest scores again."""
    for pk in pks:
        try_after_commit(delete_figures, pk)
        scored = Evaluation.objects.scored().filter(submission=pk, submission__withdrawn_at__isnull=True)
        if newest := scored.order_by("-created_at", "-pk").first():
            queue.enqueue_figures(newest.pk)


def delete_file_of(pk: int) -> None:
    """Delete the file of an entry; only then record its time, so that the page never claims it too early."""
    submission = Submission.objects.filter(pk=pk).first()
    if submission is None:  # the account was deleted in the meantime
        return
    submission.file.delete(save=False)
    Submission.objects.filter(pk=pk).update(file_deleted_at=timezone.now())
