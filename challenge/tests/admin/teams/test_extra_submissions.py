"""Extra submissions for a team and a phase, granted in the admin."""

import pytest

from challenge.models import ExtraSubmissions, Phase
from challenge.services import submissions
from challenge.tests.admin.teams.conftest import WHY
from challenge.tests.mails.sent import send_mails


def grant(do, team, a_day: object, in_total: object):
    phase = Phase.objects.get()
    return do("extra-submissions", team, phase=phase.pk, a_day=a_day, in_total=in_total)


def test_it_works_a_day_and_in_total(do, submit, team, other_team, ground_truth, history):
    Phase.objects.update(daily_limit=1, total_limit=1)
    submit(team, content=b"one")
    with pytest.raises(submissions.SubmissionRefusedError, match=r"limit of submissions in this phase \(1\)"):
        submit(team, content=b"two")
    assert "may send 1 more a day and 2 more in total" in grant(do, team, 1, 2).text
    submit(team, content=b"two")
    with pytest.raises(submissions.SubmissionRefusedError, match=r"daily limit of submissions \(2\)"):
        submit(team, content=b"three")
    assert history() == [("The Organizer", "granted extra submissions", "Team Alpha", WHY)]
    assert submissions.remaining_quota(other_team, Phase.objects.get()).total_limit == 1


def test_grants_add_up_and_hold_for_one_phase(do, team, db):
    phase = Phase.objects.get()
    grant(do, team, 1, 1)
    grant(do, team, 2, 0)
    quota = submissions.remaining_quota(team, phase)
    assert (quota.day_limit, quota.total_limit) == (phase.daily_limit + 3, phase.total_limit + 1)
    later = Phase.objects.create(name="Later", opens_at="2040-01-01T00:00Z")
    assert submissions.remaining_quota(team, later).total_limit == later.total_limit


def test_the_team_is_told(do, team, mailoutbox):
    grant(do, team, 1, 2)
    (message,) = send_mails()
    assert "1 more a day, and 2 more in total." in message.body
    assert WHY in message.body


@pytest.mark.parametrize(
    ("a_day", "in_total", "message"),
    [
        (0, 0, "Say how many more, a day or in total."),
        (-1, 5, "greater than or equal to 0"),
        ("many", 5, "Enter a whole number."),
        (1, "", "This field is required."),
    ],
)
def test_bad_input_is_explained_and_nothing_is_lost(do, team, a_day, in_total, message):
    response = grant(do, team, a_day, in_total)
    assert message in response.text
    assert WHY in response.text
    assert not ExtraSubmissions.objects.exists()
