"""Permissions for the admin: of visitors, of teams, and of staff."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Team
from challenge.models import Evaluation, GroundTruth, Submission
from challenge.tests.admin.acts import GROUND_TRUTHS, PHASES, REASON, SUBMISSIONS, TEAMS, act
from challenge.tests.pages import elements, page_of

EVERY_ACTION = [
    (SUBMISSIONS, "score_again"),
    (SUBMISSIONS, "disqualify"),
    (SUBMISSIONS, "reinstate"),
    (SUBMISSIONS, "delete_selected"),
    (GROUND_TRUTHS, "activate"),
    (GROUND_TRUTHS, "delete_selected"),
]


@pytest.fixture
def helper(db) -> Team:
    return Team.objects.create_user("Helper", "helper@example.org", is_staff=True)


def allow(helper: Team, *codenames: str) -> None:
    helper.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    assert helper.user_permissions.count() == len(codenames)


def snapshot() -> tuple:
    submission_rows = Submission.objects.order_by("pk").values_list(
        "pk", "disqualified_at", "disqualification_reason"
    )
    evaluation_rows = Evaluation.objects.order_by("pk").values_list("pk", "status", "queued_at")
    return list(submission_rows), list(evaluation_rows), GroundTruth.objects.active()


@pytest.mark.parametrize(("page", "action"), EVERY_ACTION)
@pytest.mark.parametrize("who", ["stranger", "team", "staff without permissions", "staff who may look"])
def test_actions_need_the_permission(who, page, action, entry, team, other_labels, helper, as_user):
    submission = entry(team)
    before = snapshot()
    if who == "staff who may look":
        allow(helper, "view_submission", "view_groundtruth", "view_phase")
    client = {"stranger": Client(), "team": as_user(team)}.get(who) or as_user(helper)
    row = other_labels if page == GROUND_TRUTHS else submission
    response = act(client, action, row, page=page, confirm="yes", reason=REASON, post="yes")
    # visitors are sent to the login, teams are refused; staff with view permission see the list again
    assert response.status_code in ((200,) if who in ("stranger", "staff who may look") else (403,))
    assert snapshot() == before


def test_staff_who_may_look_see_no_actions(some, helper, as_user):
    allow(helper, "view_submission")
    text = page_of(as_user(helper), SUBMISSIONS)
    assert "ResNet-18" in text
    assert not elements(text, "[value=disqualify]")


def test_staff_who_may_change_submissions_act_on_them_and_on_nothing_else(entry, team, helper, as_user):
    submission = entry(team)
    allow(helper, "view_submission", "change_submission")
    client = as_user(helper)
    act(client, "disqualify", submission, confirm="yes", reason=REASON)
    submission.refresh_from_db()
    assert submission.is_disqualified
    for page in (GROUND_TRUTHS, PHASES, TEAMS):
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("page", ["", "challenge/submission/", "challenge/phase/add/", "accounts/team/"])
def test_teams_do_not_enter(page, team, as_user):
    response = as_user(team).get(f"/admin/{page}", follow=True)
    assert response.status_code == 403
