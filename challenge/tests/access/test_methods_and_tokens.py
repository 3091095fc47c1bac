"""Methods that addresses accept, and forms without their token."""

import pytest
from django.test import Client

from challenge.models import MethodGroup
from challenge.tests.access.routes import BADGE, FIGURES, FIGURES_ZIP, FILE, GROUP_PAGES, SUBMISSION_PAGES

READ_ONLY = [
    "",
    "challenge/",
    "challenge/design/",
    "<site_page:slug>/",
    "leaderboard/",
    "leaderboard/own/",
    "leaderboard/own.csv",
    "leaderboard.csv",
    "leaderboard.json",
    "compare/",
    "baselines/",
    "datasets/",
    "datasets/<slug:name>/",
    "datasets/<slug:name>/samples/<int:resolution>.png",
    "metrics/",
    "format/",
    "format/template.csv",
    "format/example.csv.gz",
    "news/",
    "news/<int:pk>/",
    "news/feed.atom",
    "research/",
    "research/references.bib",
    "published/<int:pk>/",
    "profile/submissions/",
    *SUBMISSION_PAGES,
    FILE,
    BADGE,
    FIGURES,
    FIGURES_ZIP,
    *GROUP_PAGES,
]


@pytest.mark.parametrize("route", READ_ONLY)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_that_only_show_take_nothing(route, method, sample, viewers):
    for viewer, client in viewers.items():
        assert getattr(client, method)(sample(route)).status_code == 405, viewer


@pytest.mark.parametrize(
    "route", ["", "leaderboard/", "leaderboard.csv", "profile/", *SUBMISSION_PAGES, FILE]
)
def test_head_is_answered_like_get(route, sample, viewers):
    """Monitors and link checkers send such requests."""
    for client in viewers.values():
        assert client.head(sample(route)).status_code == client.get(sample(route)).status_code


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_form_takes_posts_only(method, viewers):
    assert getattr(viewers["owner"], method)("/profile/").status_code == 405


FORMS = {
    "stranger": ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"],
    "owner": [
        *("/profile/", "/accounts/logout/", "/accounts/delete/", "/accounts/email/"),
        *("/accounts/password/change/", "/accounts/reauthenticate/"),
        *("/news/mails/", "/profile/groups/", "/groups/{group}/edit/", "/groups/{group}/dissolve/"),
        *("/submissions/{entry}/edit/", "/submissions/{entry}/withdraw/", "/submissions/{entry}/choose/"),
    ],
    "organizer": [
        *("/profile/", "/admin/logout/", "/admin/challenge/phase/add/", "/admin/challenge/submission/"),
        *("/admin/challenge/groundtruth/", "/admin/accounts/team/add/", "/admin/password_change/"),
        *("/admin/exports/submissions.csv", "/admin/challenge/news/add/", "/admin/challenge/news/preview/"),
    ],
}


@pytest.mark.parametrize(("viewer", "address"), [(v, a) for v, forms in FORMS.items() for a in forms])
def test_no_form_is_taken_without_its_token(viewer, address, submission, team, organizer):
    client = Client(enforce_csrf_checks=True)
    if viewer != "stranger":
        client.force_login(team if viewer == "owner" else organizer)
    group = MethodGroup.objects.create(team=team, name="Seeds")
    address = address.format(group=group.pk, entry=submission.pk)
    action = {"action": "disqualify", "confirm": "yes", "reason": "x", "_selected_action": submission.pk}
    response = client.post(address, action)
    assert response.status_code == 403
    assert "The form has expired" in response.content.decode()
    submission.refresh_from_db()
    assert not submission.is_disqualified
    assert not submission.is_withdrawn
    assert submission.chosen_at is None
    assert list(MethodGroup.objects.values_list("name", flat=True)) == ["Seeds"]
    assert client.get("/profile/").status_code == (302 if viewer == "stranger" else 200)
