"""Entry that represents a team in "best per team": its best or the one it chose, and the number of attempts."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Team
from challenge.models import Evaluation, MethodGroup, Submission, today
from challenge.services import entries
from challenge.tests.pages import element, elements, page_of, region, text_of

ANONYMOUS = "Anonymous team"
TOMORROW = {"visibility": "anonymous", "anonymous_until": today() + timedelta(days=1)}
OUTSIDE = [
    pytest.param({"visibility": "private"}, id="private"),
    pytest.param({"withdrawn_at": timezone.now()}, id="withdrawn"),
    pytest.param({"disqualified_at": timezone.now()}, id="disqualified"),
]


@pytest.fixture
def sent(entry) -> Callable[..., Submission]:
    """Add an entry that was scored a number of days ago."""

    def make(team: Team, auc: float, *, days_ago: float = 10, **about) -> Submission:
        submission = entry(team, auc, **about)
        scored_at = timezone.now() - timedelta(days=days_ago)
        Submission.objects.filter(pk=submission.pk).update(first_outcome_at=scored_at)
        return submission

    return make


def choose(submission: Submission, *, days_ago: float = 0) -> None:
    submission.chosen_at = timezone.now() - timedelta(days=days_ago)
    submission.save(update_fields=["chosen_at"])


def rows_of(client: Client, query: str = "") -> list[dict]:
    return json.loads(client.get(f"/leaderboard.json?{query}").content)["rows"]


def names(client: Client, query: str = "") -> list[tuple[str, str]]:
    return [(row["team"], row["name"]) for row in rows_of(client, query)]


def attempts(client: Client) -> dict[str, int | None]:
    return {row["name"]: row["attempts"] for row in rows_of(client)}


def under_the_name(client: Client, model: str, address: str = "/leaderboard/") -> str:
    """Return what a row of the leaderboard says about an entry, under its name."""
    heads = elements(region(page_of(client, address), "Ranking"), "tbody th")
    (head,) = [head for head in heads if text_of(element(head, "a")) == model]
    return text_of(head)


# --- Anonymous entries ----------------------------------------------------------------------------


def test_the_hidden_entries_of_a_team_are_a_team_of_their_own(client, entry, team, other_team):
    entry(team, 0.9, model_name="hidden", **TOMORROW)
    entry(team, 0.8, model_name="hidden and lower", visibility="anonymous")
    entry(team, 0.7, model_name="named")
    entry(other_team, 0.95, model_name="theirs", visibility="anonymous")
    assert names(client) == [(ANONYMOUS, "theirs"), (ANONYMOUS, "hidden"), ("Team Alpha", "named")]
    every = [
        (ANONYMOUS, "theirs"),
        (ANONYMOUS, "hidden"),
        (ANONYMOUS, "hidden and lower"),
        ("Team Alpha", "named"),
    ]
    assert names(client, "entries=all") == every


def test_an_entry_that_was_hidden_represents_its_team_once_it_is_named(client, entry, team):
    entry(team, 0.9, model_name="revealed", visibility="anonymous", anonymous_until=today())
    entry(team, 0.7, model_name="named")
    assert names(client) == [("Team Alpha", "revealed")]


def test_the_home_page_counts_hidden_teams_apart(client, entry, team, other_team):
    entry(team, 0.9)
    entry(other_team, 0.8)

    def teams() -> str:
        return text_of(elements(page_of(client, "/"), ".fact")[2])

    assert teams() == "2 teams"
    entry(team, 0.7, visibility="anonymous")
    assert teams() == "3 teams"
    entry(team, 0.6, visibility="private")
    assert teams() == "3 teams"


# --- The entry that the team chose ----------------------------------------------------------------


def test_a_chosen_entry_represents_its_team_and_is_marked(client, entry, team, other_team):
    entry(team, 0.9, model_name="best")
    choose(entry(team, 0.7, model_name="chosen"))
    entry(other_team, 0.8, model_name="theirs")
    assert names(client) == [("Team Beta", "theirs"), ("Team Alpha", "chosen")]
    assert [row["chosen_by_team"] for row in rows_of(client)] == [False, True]
    assert "chosen by the team" in under_the_name(client, "chosen")
    assert "chosen by the team" not in under_the_name(client, "theirs")


def test_a_choice_is_for_one_resolution(client, entry, team):
    entry(team, 0.9, model_name="best at 224")
    choose(entry(team, 0.7, resolution=28))
    assert names(client) == [("Team Alpha", "best at 224")]


def test_a_group_with_a_chosen_member_represents_its_team(client, entry, team):
    entry(team, 0.9)
    group = MethodGroup.objects.create(team=team, name="Seeds")
    member = entry(team, 0.7, group=group)
    entry(team, 0.72, group=group)
    choose(member)
    assert names(client) == [("Team Alpha", "Seeds")]
    (row,) = rows_of(client)
    assert row["chosen_by_team"]
    assert "Chosen by the team to represent it, of 3 submissions" in text_of(
        page_of(client, group.get_absolute_url())
    )


@pytest.mark.parametrize("state", OUTSIDE)
def test_a_chosen_entry_whose_scores_are_not_public_is_ignored(state, client, entry, team, as_user):
    entry(team, 0.7, model_name="best")
    outside = entry(team, 0.9, model_name="chosen", **state)
    choose(outside)
    assert names(client) == [("Team Alpha", "best")]
    document = json.loads(as_user(team).get(f"{outside.get_absolute_url()}result.json").content)
    assert (document["chosen_by_team"], document["attempts"]) == (False, None)


def test_a_chosen_entry_that_is_hidden_is_not_marked(client, entry, team):
    entry(team, 0.9, model_name="best", visibility="anonymous")
    choose(entry(team, 0.7, model_name="chosen", visibility="anonymous"))
    assert names(client) == [(ANONYMOUS, "best")]
    assert not any(row["chosen_by_team"] for row in rows_of(client, "entries=all"))


def test_of_standard_entries_the_best_represents_a_team_that_chose_another(client, entry, team):
    entry(team, 0.7, model_name="standard")
    choose(entry(team, 0.9, model_name="ensemble", special_methods="An ensemble."))
    assert names(client, "protocol=standard") == [("Team Alpha", "standard")]


# --- Attempts -------------------------------------------------------------------------------------


def test_the_best_entry_counts_all_that_were_scored(client, sent, team, other_team):
    for number in range(3):
        sent(team, 0.5 + number / 10, model_name=f"Model {number}")
    sent(team, 0.4, resolution=28)
    sent(other_team, 0.6, model_name="theirs")
    assert attempts(client) == {"Model 2": 3, "theirs": 1}
    assert "best of 3" in under_the_name(client, "Model 2")
    assert "best of 3" in under_the_name(client, "Model 2", "/")


def test_a_chosen_entry_counts_those_scored_until_it_was_chosen(client, sent, team):
    sent(team, 0.9, days_ago=9)
    chosen = sent(team, 0.7, days_ago=8, model_name="chosen")
    sent(team, 0.8, days_ago=1)
    choose(chosen, days_ago=5)
    assert attempts(client) == {"chosen": 2}
    assert "chosen of 2" in under_the_name(client, "chosen")
    expected = "Chosen by the team to represent it, of 2 submissions that it had scored at this resolution"
    assert expected in text_of(page_of(client, chosen.get_absolute_url()))


def test_the_page_of_any_other_entry_says_it_too(client, sent, team):
    sent(team, 0.9)
    lower = sent(team, 0.7)
    expected = "One of 2 submissions that this team has had scored at this resolution so far."
    assert expected in text_of(page_of(client, lower.get_absolute_url()))
    assert json.loads(client.get(f"{lower.get_absolute_url()}result.json").content)["attempts"] == 2


def test_withdrawn_disqualified_and_private_entries_are_attempts(client, sent, team):
    sent(team, 0.9, model_name="best")
    sent(team, 0.5, withdrawn_at=timezone.now())
    sent(team, 0.5, disqualified_at=timezone.now())
    sent(team, 0.5, visibility="private")
    assert attempts(client) == {"best": 4}


def test_a_failed_submission_is_no_attempt(client, sent, team):
    sent(team, 0.9, model_name="best")
    failed = sent(team, 0.5)
    failed.evaluations.update(status=Evaluation.Status.FAILED, scored_at=None)
    assert attempts(client) == {"best": 1}


def test_a_second_scoring_of_an_entry_is_no_attempt(client, sent, team):
    best = sent(team, 0.9, model_name="best")
    Evaluation.objects.create(
        submission=best,
        ground_truth=best.evaluations.get().ground_truth,
        scorer_version="0",
        status=Evaluation.Status.SCORED,
        scored_at=timezone.now(),
    )
    assert attempts(client) == {"best": 1}


def test_anonymous_entries_are_not_counted_until_they_name_the_team(client, sent, team):
    sent(team, 0.7, model_name="named")
    hidden = sent(team, 0.5, visibility="anonymous")
    assert attempts(client)["named"] == 1
    Submission.objects.filter(pk=hidden.pk).update(anonymous_until=timezone.now().date())
    assert attempts(client)["named"] == 2


@pytest.mark.parametrize("first", ["public", "private", "anonymous"])
def test_the_number_does_not_move_with_the_visibility_of_another_entry(client, sent, team, first):
    """An anonymous entry that appears or vanishes while the number of a team changes is of this team."""
    sent(team, 0.9, model_name="named")
    other = sent(team, 0.5, visibility=first)
    before = attempts(client)["named"]
    for visibility in ("private", "anonymous", "private", "anonymous"):
        entries.set_visibility(other, visibility)
        assert attempts(client)["named"] == before, visibility


def test_hidden_entries_have_no_number(client, sent, team, as_user):
    hidden = sent(team, 0.9, model_name="hidden", visibility="anonymous")
    sent(team, 0.8, visibility="anonymous")
    assert attempts(client) == {"hidden": None}
    assert " of " not in under_the_name(client, "hidden")
    for viewer in (client, as_user(team)):
        assert "under the name of this team" not in text_of(page_of(viewer, hidden.get_absolute_url()))


def test_baselines_are_methods_of_their_own(client, sent, organizer):
    sent(organizer, 0.9, model_name="one", training={"seed": 1})
    sent(organizer, 0.8, model_name="two", training={"seed": 2})
    assert attempts(client) == {"one": None, "two": None}


def test_all_entries_are_no_selection_and_have_no_number(client, sent, team):
    sent(team, 0.9)
    sent(team, 0.8)
    assert [row["attempts"] for row in rows_of(client, "entries=all")] == [None, None]


def test_one_query_counts_for_the_whole_board(client, sent, team, other_team):
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/leaderboard/")
        return len(queries)

    sent(team, 0.9)
    alone = number_of_queries()
    for number in range(5):
        another = Team.objects.create_user(f"Team {number}", f"{number}@example.org")
        sent(another, number / 10)
        sent(another, number / 20)
    sent(other_team, 0.5, visibility="anonymous")
    assert number_of_queries() == alone
