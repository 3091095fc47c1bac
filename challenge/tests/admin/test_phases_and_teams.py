"""Phases and teams in the admin."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Team
from challenge.models import Phase
from challenge.services import submissions
from challenge.tests.admin.acts import PHASES, TEAMS
from challenge.tests.pages import elements, text_of

# --- Phases ---------------------------------------------------------------------------------------


def phase_form(**changes: object) -> dict[str, object]:
    return {
        "name": "Spring",
        "opens_at_0": "2026-03-01",
        "opens_at_1": "00:00",
        "closes_at_0": "",
        "closes_at_1": "",
        "daily_limit": 10,
        "total_limit": 100,
        "daily_failure_limit": 30,
        "publishes_at_once": "on",
        "compares_truth": "on",
    } | changes


def test_limits_of_the_phase_hold_at_once(client, submit, team):
    submission = submit(team, content=b"one")
    phase = submission.phase
    form = phase_form(opens_at_0="2020-01-01", daily_limit=1)
    assert client.post(f"{PHASES}{phase.pk}/change/", form).status_code == 302
    with pytest.raises(submissions.SubmissionRefusedError, match=r"daily limit of submissions \(1\)"):
        submit(team, content=b"two")


def test_closing_the_phase_ends_submissions(client, submit, team, ground_truth):
    phase = Phase.objects.get()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    form = phase_form(opens_at_0="2020-01-01", closes_at_0=f"{yesterday:%Y-%m-%d}", closes_at_1="12:00")
    assert client.post(f"{PHASES}{phase.pk}/change/", form).status_code == 302
    with pytest.raises(submissions.SubmissionRefusedError, match=r"Submissions are closed\."):
        submit(team, content=b"late")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"closes_at_0": "2026-02-28", "closes_at_1": "00:00"}, "The phase must close after it opens."),
        ({"closes_at_0": "2026-03-01", "closes_at_1": "00:00"}, "The phase must close after it opens."),
        ({"daily_limit": -1}, "greater than or equal to 0"),
        ({"daily_limit": "many"}, "Enter a whole number."),
        ({"total_limit": ""}, "This field is required."),
        ({"opens_at_0": "soon"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused(changes, message, client):
    response = client.post(f"{PHASES}add/", phase_form(**changes))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert Phase.objects.count() == 1


def test_a_phase_with_submissions_cannot_be_deleted(client, entry, team):
    phase = entry(team).phase
    text = client.post(f"{PHASES}{phase.pk}/delete/", {"post": "yes"}, follow=True).content.decode()
    assert Phase.objects.filter(pk=phase.pk).exists()
    assert "Cannot delete phase" in text


# --- Teams ----------------------------------------------------------------------------------------


def test_the_list_of_teams_takes_a_fixed_number_of_queries(
    client, team, submit, django_assert_max_num_queries
):
    submit(team)
    for i in range(20):
        Team.objects.create_user(f"Team {i}", f"{i}@example.org")
    with django_assert_max_num_queries(11):
        page = client.get(TEAMS).text
    assert "1" in [text_of(cell) for cell in elements(page, "td.field-submission_count")]
