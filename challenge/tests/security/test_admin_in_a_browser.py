"""Use of the admin in a browser, under the policy for the content of pages."""

import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Team
from accounts.tests.factors import code_of, with_second_factor
from challenge.models import Phase
from challenge.services import ground_truths, submissions


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_admin_works_under_the_policy(lone_page, live_server, labels):
    page = lone_page
    Phase.objects.get_or_create(name="Open phase", defaults={"opens_at": "2020-01-01T00:00Z"})
    ground_truths.store_ground_truth(labels, name="Demo labels", is_demo=True)
    chair = Team.objects.create_superuser("Chair", "chair@example.org", "correct horse battery staple")
    with_second_factor(chair)
    team = Team.objects.create_user("Team Alpha", "alpha@example.org", make_password(None))
    submission = submissions.create_submission(
        team=team,
        upload=SimpleUploadedFile("x.csv", b"x"),
        resolution=28,
        model_name="Model",
        description="Text.",
    )
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.text} {message.location}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda r: complaints.append(f"{r.url} {r.status}") if r.status >= 400 else None)

    page.goto(f"{live_server.url}/admin/")
    page.fill("input[name=login]", "Chair")
    page.fill("input[name=password]", "correct horse battery staple")
    page.click("main button[type=submit]")
    page.fill("input[name=code]", code_of(chair))
    page.click("main button[type=submit]")
    page.wait_for_url("**/admin/")
    assert page.locator("h1").first.inner_text() == "Organizing the challenge"

    for address in ("accounts/team/", "challenge/phase/", "challenge/groundtruth/", "challenge/phase/add/"):
        page.goto(f"{live_server.url}/admin/{address}")
    page.locator("a:has-text('Now')").first.click()  # drawn by the admin's own script
    assert page.input_value("input[name=opens_at_1]")
    page.goto(f"{live_server.url}/admin/accounts/team/{team.pk}/change/")

    page.goto(f"{live_server.url}/admin/challenge/submission/")
    page.click(".field-entry a")
    page.wait_for_url(f"**/{submission.pk}/change/")
    assert page.locator("text=x.csv").count()
    page.go_back()
    page.check("input[name=_selected_action]")
    page.select_option("select[name=action]", "disqualify")
    page.click("button[name=index]")
    page.fill("textarea[name=reason]", "Trained on the test set.")
    page.click("input[value=Disqualify]")
    page.wait_for_selector("text=is disqualified.")
    submission.refresh_from_db()
    assert submission.disqualification_reason == "Trained on the test set."
    assert complaints == []
