"""Page of a team in the admin: its submissions with states, its limits, and what can be done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services import retire
from challenge.models import ExtraSubmissions, Phase, Submission
from challenge.services import submissions
from challenge.tests.admin.acts import TEAMS
from challenge.tests.pages import elements, page_of, text_of


def shown(client, team) -> str:
    return " ".join(
        text_of(main) for main in elements(page_of(client, f"{TEAMS}{team.pk}/change/"), "#content")
    )


def test_submissions_are_listed_with_their_states(client, some, other_team, organizer):
    submissions.disqualify(some["failed"], "Trained on the test set.", by=organizer)
    rows = [
        [text_of(cell) for cell in elements(page_of(client, f"{TEAMS}{other_team.pk}/change/"), "tr")][i]
        for i in range(len(elements(page_of(client, f"{TEAMS}{other_team.pk}/change/"), "tr")))
    ]
    assert any("ViT" in row and "Queued" in row and "Public" in row for row in rows)
    assert any("AlexNet" in row and "Disqualified" in row for row in rows)
    assert not any("ResNet-18" in row for row in rows)


def test_a_withdrawn_entry_is_shown_as_such(client, some, team):
    Submission.objects.filter(pk=some["scored"].pk).update(withdrawn_at=timezone.now())
    assert "Withdrawn" in shown(client, team)


def test_limits_are_shown_with_extra_submissions(client, some, team):
    assert "9 of 10 99 of 100 none" in shown(client, team)
    ExtraSubmissions.objects.create(team=team, phase=Phase.objects.get(), a_day=2, in_total=5, reason="x")
    assert "11 of 12 104 of 105 2 more a day, 5 more in total" in shown(client, team)


def test_without_a_phase_the_page_says_so(client, some, team):
    Phase.objects.update(closes_at=timezone.now() - timedelta(days=1))
    assert "No phase takes submissions now." in shown(client, team)


def test_what_cannot_be_done_says_why(client, other_team):
    text = shown(client, other_team)
    assert "Move submissions: It has no submissions." in text
    assert "Unblock: It is not blocked." in text
    assert "Remove the second factor" not in text, "it is for administrators"
    retire(other_team, keep_name=True)
    text = shown(client, other_team)
    assert "The account was deleted on" in text
    assert "Change the address: The account was deleted." in text
    assert "Rename: The account was deleted." not in text


def test_the_account_of_an_administrator_is_not_for_organizers(client, in_role, do):
    administrator = in_role("Administrator")
    assert "It is the account of an organizer: ask an administrator." in shown(client, administrator)
    response = do("change-address", administrator, email="taken-over@example.org")
    assert "ask an administrator" in response.text
    administrator.refresh_from_db()
    assert administrator.email == "the-administrator@example.org"


def test_an_act_that_does_not_exist_is_not_found(client, team):
    assert client.get(f"{TEAMS}{team.pk}/act/promote/").status_code == 404
    assert client.get(f"{TEAMS}{team.pk + 1000}/act/rename/").status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_a_fixed_number_of_queries(client, submit, team, count, django_assert_max_num_queries):
    Phase.objects.update(daily_limit=100)
    for i in range(count):
        submit(team, content=f"the predictions {i}".encode())
    with django_assert_max_num_queries(45):
        client.get(f"{TEAMS}{team.pk}/change/")
