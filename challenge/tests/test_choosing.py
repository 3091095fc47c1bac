"""The team's choice of the entry that represents it at a resolution."""

from contextlib import suppress
from functools import partial

import pytest
from django.test import Client

from challenge.models import Submission
from challenge.models.visibility import today
from challenge.services import entries, groups, history, submissions
from challenge.tests.pages import elements, page_of, text_of
from challenge.tests.processes import in_parallel

CHOOSE, BEST = "Represent our team with this entry", "Let the best entry represent us"


@pytest.fixture
def client(team, as_user) -> Client:
    return as_user(team)


def choose(client: Client, submission: Submission, **data):
    return client.post(f"/submissions/{submission.pk}/choose/", data)


def chosen() -> set[Submission]:
    return set(Submission.objects.filter(chosen_at__isnull=False))


def buttons(client: Client, submission: Submission) -> list[str]:
    return [
        text_of(button)
        for button in elements(page_of(client, submission.get_absolute_url()), "main form button")
    ]


def test_a_team_chooses_an_entry_and_lets_go_of_it(client, team, entry):
    one = entry(team, 0.8)
    assert CHOOSE in buttons(client, one)
    assert BEST not in buttons(client, one)
    response = choose(client, one)
    assert response.url == one.get_absolute_url()
    assert chosen() == {one}
    assert BEST in buttons(client, one)
    assert CHOOSE not in buttons(client, one)
    choose(client, one, best="yes")
    assert chosen() == set()


def test_at_most_one_at_each_resolution(client, team, other_team, entry):
    first, second = entry(team, 0.8), entry(team, 0.7)
    small, theirs = entry(team, 0.8, resolution=28), entry(other_team, 0.9)
    entries.choose(small)
    entries.choose(theirs)
    choose(client, first)
    choose(client, second)
    assert chosen() == {second, small, theirs}
    choose(client, first, best="yes")
    assert chosen() == {small, theirs}


def test_the_teams_list_marks_it(client, team, entry):
    choose(client, entry(team, 0.8))
    entry(team, 0.9)
    assert [text_of(tag) for tag in elements(page_of(client, "/profile/"), ".tag")] == ["chosen"]


def test_a_seed_stands_for_its_group(client, team, entry):
    seeds = [entry(team, auc, sha256=str(auc)) for auc in (0.7, 0.8)]
    groups.create_group(team=team, name="Seeds", members=[one.pk for one in seeds])
    assert "Represent our team with the group of this entry" in buttons(client, seeds[0])
    choose(client, seeds[0])
    assert chosen() == {seeds[0]}


def withdrawn(submission):
    entries.withdraw(submission, delete_file=False)


def disqualified(submission):
    submissions.disqualify(submission, "A reason.", by=history.COMMAND)


def without_scores(submission):
    submission.evaluations.update(scored_at=None)


def private(submission):
    entries.set_visibility(submission, "private")


def anonymous(submission):
    entries.set_visibility(submission, "anonymous")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (withdrawn, "This entry was withdrawn, so it cannot represent your team."),
        (disqualified, "This entry was disqualified and cannot be changed."),
        (without_scores, "This entry has no scores, so it cannot represent your team."),
        (private, "This entry is private, so it cannot represent your team."),
        (anonymous, "This entry is anonymous, so it cannot represent your team."),
    ],
)
def test_some_entries_cannot_be_chosen_and_the_answer_says_why(client, team, entry, change, reason):
    before, one = entry(team, 0.9), entry(team, 0.8)
    entries.choose(before)
    change(one)
    assert CHOOSE not in buttons(client, one)
    response = client.post(f"/submissions/{one.pk}/choose/", follow=True)
    assert reason in response.text
    assert chosen() == {before}


def test_an_entry_whose_anonymity_has_ended_can_be_chosen(client, team, entry):
    one = entry(team, 0.8, visibility="anonymous", anonymous_until=today())
    choose(client, one)
    assert chosen() == {one}


@pytest.mark.parametrize("change", [withdrawn, private, anonymous])
def test_a_choice_ends_with_a_change(team, entry, change):
    one = entry(team, 0.8)
    entries.choose(one)
    change(one)
    assert chosen() == set()


def test_others_cannot_choose(team, other_team, organizer, as_user, entry):
    one = entry(team, 0.8)
    for who in (other_team, organizer):
        assert choose(as_user(who), one).status_code == 404
        assert choose(as_user(who), one, best="yes").status_code == 404
        assert CHOOSE not in buttons(as_user(who), one)
    assert choose(Client(), one).url.startswith("/accounts/login/")
    assert chosen() == set()


def test_a_link_chooses_nothing(client, team, entry):
    assert client.get(f"/submissions/{entry(team, 0.8).pk}/choose/").status_code == 405
    assert chosen() == set()


@pytest.mark.django_db(transaction=True)
def test_choices_at_the_same_time_leave_one(team, entry):
    made = [entry(team, 0.8) for _ in range(6)]
    in_parallel([partial(entries.choose, one) for one in made])
    assert len(chosen()) == 1


@pytest.mark.django_db(transaction=True)
def test_an_entry_withdrawn_at_the_same_time_is_not_chosen(team, entry):
    one = entry(team, 0.8)

    def try_to_choose() -> None:
        with suppress(entries.EntryRefusedError):
            entries.choose(one)

    def withdraw() -> None:
        entries.withdraw(one, delete_file=False)

    in_parallel([try_to_choose, withdraw] * 3)
    assert chosen() == set()
