"""Cache of results computed from the leaderboard: kept until the leaderboard changes, and no longer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Team
from challenge.leaderboard.cache import cached
from challenge.models import BoardRevision, GroundTruth, MethodGroup, Submission, Uncertainty
from challenge.notifications import send_outcome_mail
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth
from challenge.services import (
    entries,
    evaluations,
    ground_truths,
    groups,
    published,
    submissions,
    uncertainty,
)
from challenge.services.accounts import close_account
from challenge.services.board import board_changed
from challenge.services.published import PublishedResult
from challenge.tasks import sweep
from challenge.tests.pages import attribute, page_of
from conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

RESULT = PublishedResult("doerrich2024", "mm-pt", "resnet18", False, 224, "average", "auc", 0.9, None)


@pytest.fixture(autouse=True)
def keep(settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def page(client):
    return lambda **query: page_of(client, reverse("leaderboard"), query)


def test_it_is_computed_once(db):
    make = Mock(return_value="made")
    assert [cached(make, "this") for _ in range(3)] == ["made"] * 3
    assert make.call_count == 1
    cached(make, "that")
    assert make.call_count == 2
    BoardRevision.advance()
    cached(make, "this")
    assert make.call_count == 3


def test_a_second_look_asks_the_database_for_little(client, entry, team, django_assert_max_num_queries):
    entry(team, 0.9)
    client.get(reverse("leaderboard"))
    with django_assert_max_num_queries(8):
        client.get(reverse("leaderboard"))


def test_each_change_is_seen_at_once(page, entry, uncertain_entry, team, other_team, as_user, organizer):
    assert "No team has a scored entry" in page()
    submission = entry(team, 0.8)
    board_changed()
    assert "0.8000" in page()
    uncertain_entry(other_team, 0.7)
    board_changed()
    assert "images 2" in page()
    rename(as_user(organizer), team, "Team Omega")
    assert "Team Omega" in page()
    submissions.disqualify(submission, "A reason.")
    assert "0.8000" not in page()
    Uncertainty.objects.get().delete()
    board_changed()
    assert "images 2" not in page()
    published.replace_published_results([RESULT])
    assert "ResNet-18" in page()
    submissions.reinstate(submission)
    assert "0.8000" in page()
    close_account(team, keep_name=False)
    assert "Team Omega" not in page()
    Submission.objects.get(pk=submission.pk).delete()
    board_changed()
    assert "0.7000" in page()


def rename(admin: Client, team: Team, name: str) -> None:
    entry = {"name": name, "email": team.email, "is_active": "on"}
    assert admin.post(f"/admin/accounts/team/{team.pk}/change/", entry).status_code == 302


# --- Changes that advance the revision, and changes that do not --------------------------------------------------


@dataclass
class Site:
    """A site with three entries of a team; two of them are seeds of one method."""

    team: Team
    admin: Client
    entries: list[Submission]
    group: MethodGroup
    submit: Callable[..., Submission]
    submit_and_score: Callable[..., Submission]


@pytest.fixture
def site(team, organizer, as_user, entry, submit, submit_and_score) -> Site:
    entries = [entry(team, auc, sha256=str(auc)) for auc in (0.7, 0.8, 0.9)]
    group = groups.create_group(team=team, name="Seeds", members=[one.pk for one in entries[:2]])
    return Site(team, as_user(organizer), entries, group, submit, submit_and_score)


#: A generator that prepares a site up to its `yield`, and changes it afterwards.
Story = Callable[[Site], Iterator[None]]


def advances(site: Site, story: Story) -> bool:
    steps = story(site)
    next(steps)
    before = BoardRevision.current()
    next(steps, None)
    return BoardRevision.current() > before


def score_again(submission: Submission) -> None:
    evaluations.queue_evaluations([submission])
    evaluations.evaluate(submission.evaluations.get().pk)


def other_labels(name: str = "Other", *, activate: bool = False) -> GroundTruth:
    labels = make_demo_ground_truth(MEDMNIST_PLUS, seed=1)
    return ground_truths.store_ground_truth(labels, name=name, activate=activate)


def an_entry_is_scored(site):
    submission = site.submit(site.team)
    yield
    evaluations.evaluate(submission.evaluations.get().pk)


def an_entry_is_scored_again(site):
    submission = site.submit_and_score(site.team)
    yield
    score_again(submission)


def an_entry_fails_that_had_scores(site):
    submission = site.submit_and_score(site.team)
    Path(submission.file.path).write_bytes(b"nonsense")
    yield
    score_again(submission)


def intervals_are_there(site):
    submission = site.submit_and_score(site.team)
    yield
    uncertainty.estimate(submission.evaluations.get().pk)


def labels_are_activated(site):
    labels = other_labels()
    yield
    ground_truths.activate_ground_truth(labels)


def labels_are_loaded_and_activated(site):
    yield
    other_labels(activate=True)


def labels_are_renamed(site):
    other_labels()
    yield
    other_labels(name="Others")


def an_entry_is_disqualified(site):
    yield
    submissions.disqualify(site.entries[0], "A reason.")


def a_disqualification_is_taken_back(site):
    submissions.disqualify(site.entries[0], "A reason.")
    yield
    submissions.reinstate(site.entries[0])


def a_protocol_is_corrected(site):
    yield
    entries.correct_protocol(site.entries[0], external_data=True, special_methods="")


def an_entry_is_edited(site):
    yield
    entries.edit_entry(site.entries[0], model_name="Other")


def an_entry_becomes_private(site):
    yield
    entries.set_visibility(site.entries[2], "private")


def an_entry_is_withdrawn(site):
    yield
    entries.withdraw(site.entries[0], delete_file=False)


def an_entry_is_restored(site):
    submission = site.submit_and_score(site.team)
    entries.withdraw(submission, delete_file=False)
    yield
    entries.restore(submission)


def an_entry_is_chosen(site):
    yield
    entries.choose(site.entries[0])


def the_best_entry_represents_the_team_again(site):
    entries.choose(site.entries[0])
    yield
    entries.choose_best(site.team, 224)


def a_group_is_made(site):
    groups.dissolve_group(site.group)
    yield
    groups.create_group(team=site.team, name="New", members=[one.pk for one in site.entries])


def a_group_is_changed(site):
    yield
    groups.change_group(site.group, name="New", members=[one.pk for one in site.entries])


def a_group_is_dissolved(site):
    yield
    groups.dissolve_group(site.group)


def published_results_are_replaced(site):
    published.replace_published_results([RESULT])
    yield
    published.replace_published_results([replace(RESULT, mean=0.8)])


def published_results_are_added(site):
    yield
    published.publish_results(RESULT.source, [RESULT])


def an_account_is_closed_without_its_name(site):
    yield
    close_account(site.team, keep_name=False)


def an_account_without_public_results_is_closed(site):
    for one in site.entries:
        submissions.disqualify(one, "A reason.")
    yield
    close_account(site.team, keep_name=True)


def a_team_is_renamed(site):
    yield
    rename(site.admin, site.team, "Team Omega")


@pytest.mark.parametrize(
    "story",
    [
        an_entry_is_scored, an_entry_is_scored_again, an_entry_fails_that_had_scores, intervals_are_there,
        labels_are_activated, labels_are_loaded_and_activated, labels_are_renamed, an_entry_is_disqualified,
        a_disqualification_is_taken_back, a_protocol_is_corrected, an_entry_is_edited,
        an_entry_becomes_private, an_entry_is_withdrawn, an_entry_is_restored, an_entry_is_chosen,
        the_best_entry_represents_the_team_again, a_group_is_made, a_group_is_changed,
        a_group_is_dissolved, published_results_are_replaced, published_results_are_added,
        an_account_is_closed_without_its_name, an_account_without_public_results_is_closed, a_team_is_renamed,
    ],
)  # fmt: skip
def test_what_the_board_shows_advances_it(story, site):
    assert advances(site, story)


def a_team_logs_in(site):
    yield
    assert Client().login(username=site.team.name, password=PASSWORD)


def a_team_registers(site):
    yield
    Team.objects.create_user("Team Gamma", "gamma@example.org")


def a_team_gets_another_address(site):
    yield
    entry = {"name": site.team.name, "email": "omega@example.org", "is_active": "on"}
    assert site.admin.post(f"/admin/accounts/team/{site.team.pk}/change/", entry).status_code == 302


def a_file_is_uploaded(site):
    yield
    site.submit(site.team)


def an_upload_fails(site):
    submission = site.submit(site.team, content=b"nonsense")
    yield
    evaluations.evaluate(submission.evaluations.get().pk)


def an_entry_is_queued_again(site):
    yield
    evaluations.queue_evaluations(site.entries)


def a_mail_is_sent(site):
    submission = site.submit_and_score(site.team)
    yield
    send_outcome_mail(submission.pk)
    assert submission.outcome_mail.sent_at


def the_sweep_finds_nothing(site):
    uncertainty.queue_missing()
    yield
    sweep()


def labels_are_loaded_without_being_activated(site):
    yield
    other_labels()


def a_group_is_refused(site):
    yield
    with pytest.raises(groups.GroupRefusedError):
        groups.create_group(team=site.team, name="Alone", members=[site.entries[0].pk])


@pytest.mark.parametrize(
    "story",
    [
        a_team_logs_in, a_team_registers, a_team_gets_another_address, a_file_is_uploaded, an_upload_fails,
        an_entry_is_queued_again, a_mail_is_sent, the_sweep_finds_nothing,
        labels_are_loaded_without_being_activated, a_group_is_refused,
    ],
)  # fmt: skip
def test_what_the_board_does_not_show_leaves_it(story, site):
    assert not advances(site, story)


def test_a_change_that_is_rolled_back_advances_nothing(site):
    before = BoardRevision.current()
    with transaction.atomic():
        submissions.disqualify(site.entries[0], "A reason.")
        transaction.set_rollback(True)
    assert BoardRevision.current() == before


def test_filters_and_views_are_kept_apart(page, entry, team):
    entry(team, 0.8, kappa=0.1234)
    for query, metric in (({}, "auc"), ({"metric": "cohen_kappa"}, "cohen_kappa")):
        (link,) = attribute(page(**query), "th[aria-sort=descending] a", "href")
        assert link.startswith(f"?resolution=224&metric={metric}")
    assert "Rank set" in page(view="ways")
    assert "Rank set" not in page()
