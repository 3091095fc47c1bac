"""Hostile text in files, fields and names: pages and mails show it as text."""

import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Team
from challenge.models import Evaluation, Submission
from challenge.services import submissions
from challenge.tests.bad_files.collection import BREAKS, HOSTILE_CELLS, IMAGE, SCRIPT
from challenge.tests.bad_files.short_splits import check_that_it_is_for_people, evaluate, post
from challenge.tests.mails.sent import send_mails
from challenge.tests.pages import page_of


@pytest.mark.parametrize("place", HOSTILE_CELLS)
def test_cells_are_shown_as_text(place, valid, short_site, team, organizer, as_user, capsys, tmp_path):
    content = HOSTILE_CELLS[place](valid)
    post(as_user(team), content)
    submission = Submission.objects.get()
    evaluation = evaluate(submission)
    assert evaluation.status == Evaluation.Status.FAILED
    check_that_it_is_for_people(evaluation.problems)
    pages = [
        submission.get_absolute_url(),
        "/profile/",
        f"/admin/challenge/submission/{submission.pk}/change/",
    ]
    for page in pages:
        shown = page_of(as_user(organizer if page.startswith("/admin") else team), page)
        assert "What is wrong" in shown or "Problems" in shown or "problems" in shown
        for raw in (SCRIPT, "<img src=x", "\x1b", "\u202e"):
            assert raw not in shown


HOSTILE_FIELDS = {
    "model_name": SCRIPT,
    "description": f"{SCRIPT}\n\n{IMAGE}\n<a href='javascript:alert(1)'>x</a>",
    "study_url": '10.1234/"><script>alert(1)</script>',
    "code_url": "https://example.org/\"onmouseover='alert(1)'",
}


def assert_is_harmless(html: str) -> None:
    for raw in (SCRIPT, "<img src=x", '"onmouseover', "href='javascript", 'href="javascript'):
        assert raw not in html


@pytest.mark.parametrize("is_scored", [True, False])
def test_fields_and_names_are_shown_as_text(is_scored, valid, short_site, organizer, client, as_user):
    team = Team.objects.create_user(IMAGE, "evil@example.org")
    evil = as_user(team)
    for number, (field, value) in enumerate(HOSTILE_FIELDS.items()):
        content = gzip.compress(valid if is_scored else b"dataset\n", mtime=number)  # a file of its own
        response = post(evil, content, f"{IMAGE}{field}.csv.gz", **{"model_name": field, field: value})
        assert response.status_code in (200, 302)
        assert_is_harmless(response.content.decode())
    submissions = list(Submission.objects.all())
    assert len(submissions) >= 2
    for submission in submissions:
        evaluate(submission)
        assert_is_harmless(page_of(as_user(organizer), submission.get_absolute_url()))
        assert_is_harmless(client.get(submission.get_absolute_url()).content.decode())
    for page in ("/profile/", "/", "/leaderboard/?resolution=28&entries=all", "/accounts/email/"):
        assert_is_harmless(page_of(evil, page))
    chosen = {"action": "disqualify", "_selected_action": [s.pk for s in submissions]}
    boss = as_user(organizer)
    assert_is_harmless(page_of(boss, "/admin/challenge/submission/"))
    assert_is_harmless(page_of(boss, "/admin/accounts/team/"))
    assert_is_harmless(boss.post("/admin/challenge/submission/", chosen).content.decode())


NO_WEB_PAGES = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)//x.org", "\x01javascript:alert(1)"),
    *("data:text/html,x", "ftp://x.org/", "file:///etc/passwd", "vbscript:x"),
]


@pytest.mark.parametrize("field", ["study_url", "code_url"])
@pytest.mark.parametrize("scheme", NO_WEB_PAGES)
def test_links_lead_to_web_pages_only(field, scheme, short_site, team, as_user):
    post(as_user(team), b"dataset\n", **{field: scheme})
    assert all(getattr(s, field).startswith("https://") for s in Submission.objects.all())


@pytest.mark.parametrize("is_scored", [True, False])
def test_nothing_of_a_team_becomes_a_header_of_a_mail(is_scored, valid, short_site):
    team = Team.objects.create_user(f"Team {BREAKS}", "team@example.org")
    upload = SimpleUploadedFile("predictions.csv", valid if is_scored else b"dataset\n")
    submission = submissions.create_submission(
        team=team, upload=upload, resolution=28, model_name=BREAKS, description=BREAKS
    )
    Submission.objects.update(file_name=BREAKS)
    evaluate(submission)
    (message,) = send_mails(submission)
    sent = message.message()
    expected = {"Content-Type", "MIME-Version", "Subject", "From", "To", "Date"}
    assert set(sent) == expected | {"Message-ID", "Auto-Submitted"}
    assert message.recipients() == ["team@example.org"]
    assert sent.get_content_type() == "multipart/alternative"
    assert [kind for _, kind in message.alternatives] == ["text/html"]
    assert "\n" not in message.subject
