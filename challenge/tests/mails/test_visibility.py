"""The mail about a scored entry says who sees it, and names a rank only if the entry is ranked."""

from datetime import date

import pytest

from challenge.models import Mail
from challenge.notifications.texts import message_of

RANK = "Rank by AUC at this resolution: 1 of 1"
PRIVATE = "This entry is private: only your team and the organizers see it, and it is not ranked."
ANONYMOUS = 'Others see this entry under "Anonymous team"'


@pytest.mark.parametrize(
    ("state", "said", "unsaid"),
    [
        ({}, [RANK], [PRIVATE, ANONYMOUS]),
        ({"visibility": "private"}, [PRIVATE], [RANK, "Rank", ANONYMOUS]),
        ({"visibility": "anonymous"}, [RANK, f"{ANONYMOUS}."], [PRIVATE]),
        (
            {"visibility": "anonymous", "anonymous_until": date(2999, 3, 10)},
            [RANK, f"{ANONYMOUS} until 10 March 2999."],
            [PRIVATE],
        ),
        ({"visibility": "anonymous", "anonymous_until": date(2020, 3, 10)}, [RANK], [PRIVATE, ANONYMOUS]),
    ],
    ids=["public", "private", "anonymous", "anonymous until a day", "named again"],
)
def test_the_mail_of_a_scored_entry(state, said, unsaid, team, entry):
    submission = entry(team, 0.9, **state)
    context = {"evaluation": submission.evaluations.get().pk}
    body = message_of(Mail(team=team, submission=submission, name="scored", context=context), team.email).body
    assert body.startswith("Hello Team Alpha,")
    for text in said:
        assert text in body
    for text in unsaid:
        assert text not in body
