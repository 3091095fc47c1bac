"""Changes of what the leaderboard does not show leave its revision."""

from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Team
from challenge.models import BoardRevision
from challenge.services import evaluations, groups, history, submissions, uncertainty
from challenge.tasks import sweep
from challenge.tests.board_cache.changes import advances, other_labels, score_again
from challenge.tests.mails.sent import send_mails
from conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


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
    assert send_mails(submission)


def scoring_again_fails(site):
    submission = site.submit_and_score(site.team)
    Path(submission.file.path).write_bytes(b"nonsense")
    yield
    score_again(submission)


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
        scoring_again_fails, an_entry_is_queued_again, a_mail_is_sent, the_sweep_finds_nothing,
        labels_are_loaded_without_being_activated, a_group_is_refused,
    ],
)  # fmt: skip
def test_what_the_board_does_not_show_leaves_it(story, site):
    assert not advances(site, story)


def test_a_change_that_is_rolled_back_advances_nothing(site):
    before = BoardRevision.current()
    with transaction.atomic():
        submissions.disqualify(site.entries[0], "A reason.", by=history.COMMAND)
        transaction.set_rollback(True)
    assert BoardRevision.current() == before
