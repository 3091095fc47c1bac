"""Evidence behind an entry, step by step, as its page and its JSON show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from challenge.formats.times import utc
from challenge.models import Reproduction, Submission
from challenge.results.evidence import confirmation_of, reproduction_of, step_of

TEAM = "the team"


@dataclass(frozen=True)
class Step:
    """A step: whether it is reached, by whom and on which day, and a sentence; the address of a link."""

    title: str
    is_reached: bool
    by: str = ""
    at: datetime | None = None
    text: str = ""
    address: str = ""


def steps_of(submission: Submission, *, hides_team: bool) -> list[Step]:
    """Return the steps of an entry for a viewer; links of a hidden team are left out.

    The submission must be loaded with its confirmation and its reproduction.
    """
    sent = Step("Predictions sent", True, TEAM, submission.created_at)
    if hides_team:
        hidden = Step("Code and study", False, text="Not shown while the team is anonymous.")
        linked = [hidden]
    else:
        linked = [*_linked(submission)]
    trained = [Step("Trained here", True, "the organizers", text="With the code of this site.")]
    return [sent, *linked, _reproduced(submission, hides_team), *(trained if submission.is_baseline else [])]


def _linked(submission: Submission) -> Iterator[Step]:
    for name, title in (("code_url", "Code linked"), ("study_url", "Study linked")):
        address = getattr(submission, name)
        at = stated_at(submission, name) if address else None
        yield Step(title, bool(address), TEAM if address else "", at, address=address)
    yield _confirmed(submission)


def _confirmed(submission: Submission) -> Step:
    title, found = "Study confirmed", getattr(submission, "study_confirmation", None)
    if found is None:
        return Step(title, False)
    if confirmation_of(submission) is None:
        text = "This confirmation does not hold any more: the team has changed the link to the study since."
        return Step(title, False, _organizers(found.found_by_name), found.found_at, text)
    return Step(title, True, _organizers(found.found_by_name), found.found_at, found.reason)


def _reproduced(submission: Submission, hides_team: bool) -> Step:
    title, made = "Reproduced", reproduction_of(submission)
    if made is None:
        return Step(title, False)
    largest = (
        f"differs by {made.largest_difference:.2g} at most" if made.largest_difference else "is the same"
    )
    parts = [f"{made.get_how_display()}. Each of the four means {largest}; the bound was {made.bound:g}."]
    if made.reason:
        parts.append(made.reason)
    if not hides_team and made.code_url != submission.code_url:
        parts.append("The team has changed the link to the code since.")
    return Step(title, True, _organizers(made.found_by_name), made.found_at, " ".join(parts))


def _organizers(name: str) -> str:
    return f"the organizers ({name})"


def stated_at(submission: Submission, field: str) -> datetime:
    """Return the time since which a field has its value: that of the last edit that changed it, or of the upload."""
    edited = submission.revisions.filter(values__has_key=field).order_by("-replaced_at").first()
    return edited.replaced_at if edited else submission.created_at


def evidence_document(submission: Submission) -> dict[str, Any]:
    """Return the evidence as plain values, for JSON."""
    confirmed = None if submission.is_anonymous else confirmation_of(submission)
    made: Reproduction | None = reproduction_of(submission)
    return {
        "step": step_of([submission]).value,
        "study_confirmed": confirmed and {"by": confirmed.found_by_name, "at": utc(confirmed.found_at)},
        "reproduced": made
        and {
            "by": made.found_by_name,
            "at": utc(made.found_at),
            "how": made.how,
            "bound": made.bound,
            "largest_difference": made.largest_difference,
        },
    }
