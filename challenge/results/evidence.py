"""Evidence behind a row or an entry: the highest step that it has reached, and its mark.

A group of seeds has the links of its members, as its page shows them. It is reproduced or trained here if all its
members are. While a team is hidden, so are its links: then they are no evidence for readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from challenge.formats.times import in_utc_day
from challenge.models import Evidence, Reproduction, StudyConfirmation, Submission
from challenge.results.rows import Row


@dataclass(frozen=True)
class Mark:
    """Mark of a step: its short name, a sentence with day and names, and the address of its source, if any."""

    step: Evidence
    text: str
    title: str
    address: str = ""


def confirmation_of(submission: Submission) -> StudyConfirmation | None:
    """Return the confirmation of the study that the entry links to; one of an earlier link does not hold any more."""
    if not submission.study_url:
        return None
    found: StudyConfirmation | None = getattr(submission, "study_confirmation", None)
    return found if found and found.study_url == submission.study_url else None


def reproduction_of(submission: Submission) -> Reproduction | None:
    """Return the reproduction of an entry, if there is one."""
    return getattr(submission, "reproduction", None)


def step_of_row(row: Row) -> Evidence | None:
    """Return the highest step of a row; None for a published method, which is no entry."""
    return step_of(row.members) if row.members else None


def step_of(members: Sequence[Submission]) -> Evidence:
    """Return the highest step of an entry, or of the seeds of a group."""
    if all(member.is_baseline for member in members):
        return Evidence.TRAINED
    if all(reproduction_of(member) for member in members):
        return Evidence.REPRODUCED
    if any(member.is_anonymous for member in members):
        return Evidence.PREDICTIONS
    study = next((member for member in members if member.study_url), None)
    if study:
        confirmed = any(m.study_url == study.study_url and confirmation_of(m) for m in members)
        return Evidence.CONFIRMED if confirmed else Evidence.STUDY
    return Evidence.CODE if any(member.code_url for member in members) else Evidence.PREDICTIONS


def mark_of_row(row: Row) -> Mark | None:
    """Return the mark of a row; None for a published method."""
    return mark_of_members(row.members, row.url) if row.members else None


def mark_of_members(members: Sequence[Submission], page: str) -> Mark:
    """Return the mark of an entry, or of the seeds of a group, whose page has the address `page`."""
    step, details = step_of(members), f"{page}#evidence"
    study = next((member.study_url for member in members if member.study_url), "")
    match step:
        case Evidence.TRAINED:
            return Mark(step, "baseline", "Trained by the organizers with the code of this site")
        case Evidence.REPRODUCED:
            last = max(
                (made for m in members if (made := reproduction_of(m))), key=lambda made: made.found_at
            )
            return Mark(step, "reproduced", f"Reproduced by {_whom_and_when(last)}", details)
        case Evidence.CONFIRMED:
            found = next(c for m in members if m.study_url == study and (c := confirmation_of(m)))
            return Mark(
                step, "study confirmed", f"Study confirmed by {_whom_and_when(found)}: {study}", study
            )
        case Evidence.STUDY:
            return Mark(step, "study", f"Backed by a study, linked by the team: {study}", study)
        case Evidence.CODE:
            code = next(member.code_url for member in members if member.code_url)
            return Mark(step, "code", f"Code, linked by the team: {code}", code)
    return Mark(step, "predictions only", "Neither code nor a study is linked")


def _whom_and_when(found: StudyConfirmation | Reproduction) -> str:
    return f"the organizers ({found.found_by_name}) on {in_utc_day(found.found_at)}"
