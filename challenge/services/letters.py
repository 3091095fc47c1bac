"""Letters of organizers to teams."""

from django.db import transaction

from accounts.models import Team
from challenge.models import Submission
from challenge.services import history
from challenge.services.mails import mail_team
from challenge.services.refusals import RefusedError

LETTER = "letter"


class LetterRefusedError(RefusedError):
    """A letter was not sent; the message says why."""


def refusal_of_letters(team: Team) -> str:
    """Return the reason why no letter reaches a team; empty if one does."""
    return "" if team.email else f"{team} has no e-mail address."


@transaction.atomic
def write_to_team(
    team: Team, subject: str, text: str, *, by: Team | str, submission: Submission | None = None
) -> None:
    """Mail a letter to a team, and keep it in the history.

    Args:
        team: the team.
        subject: subject of the mail.
        text: plain text; the signature follows.
        by: the organizer who writes.
        submission: the submission that the letter is about.

    Raises:
        LetterRefusedError: the team has no address.

    """
    if refusal := refusal_of_letters(team):
        raise LetterRefusedError(refusal)
    letter = {"subject": subject, "text": text}
    mail_team(team, LETTER, letter, submission=submission)
    history.record("wrote to the team", by=by, team=team, submission=submission, after=letter)
