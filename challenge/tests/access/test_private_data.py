"""Private data of a submission is shown to its team and to organizers only."""

import pytest
from django.test import Client

from accounts.models import Team
from challenge.models import MethodGroup, Submission
from challenge.tests.access.states import (
    DOUBT,
    FILE_NAME,
    MODEL,
    REASON,
    STATES,
    VERDICT,
    VIEWERS,
    bring_into,
    fail,
)
from challenge.tests.pages import attribute, page_of


def everything_shown(client: Client, submission: Submission) -> str:
    """Return all that a viewer can see, including headers, on pages that may show a submission."""
    pages = [
        *("/", "/leaderboard/?resolution=28", "/leaderboard/?resolution=28&entries=all"),
        *(f"/leaderboard.{suffix}?resolution=28&entries=all" for suffix in ("csv", "json")),
        *("/profile/", "/profile/submissions/", "/accounts/email/"),
        f"/compare/?e=s{submission.pk}&resolution=28",
        *(
            f"/groups/{group.pk}/{page}"
            for group in MethodGroup.objects.all()
            for page in ("", "result.json")
        ),
        *(f"/submissions/{submission.pk}{page}" for page in ("/", "/result/", "/file/", "/figures.json")),
        f"/submissions/{submission.pk}/result.json",
    ]
    responses = [client.get(page) for page in pages]
    return "\n".join(f"{r.headers} {r.getvalue().decode()}" for r in responses)


@pytest.mark.parametrize("state", STATES)
def test_what_is_private_is_on_no_page_of_others(state, submission, viewers, submit, team):
    bring_into(state, submission)
    for content in (b"the second seed", b"the third seed"):
        bring_into("scored", submit(team, content=content))
    Submission.objects.update(group=MethodGroup.objects.create(team=team, name="Seeds"))
    for viewer in ("stranger", "another team"):
        shown = everything_shown(viewers[viewer], submission)
        for secret in (REASON, VERDICT, DOUBT, FILE_NAME, "alpha@example.org", '/file/"', "the predictions"):
            assert secret not in shown, f"{secret} is shown to the {viewer} when {state}"
        assert (MODEL in shown) == (state == "scored"), f"the {viewer} and the model's name when {state}"


@pytest.mark.parametrize(
    ("state", "private"), [("failed", REASON), ("disqualified", VERDICT), ("held", DOUBT)]
)
@pytest.mark.parametrize("viewer", ["owner", "organizer"])
def test_the_reason_is_shown_to_the_team_and_organizers(state, private, viewer, submission, viewers):
    bring_into(state, submission)
    assert private in page_of(viewers[viewer], submission.get_absolute_url())
    if viewer == "owner":
        assert private in page_of(viewers[viewer], "/profile/")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_link_to_the_file_is_shown_to_those_who_may_open_it(viewer, submission, viewers):
    bring_into("scored", submission)
    page = page_of(viewers[viewer], submission.get_absolute_url())
    assert (f"/submissions/{submission.pk}/file/" in page) == (viewer in ("owner", "organizer"))


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_later_scoring_that_failed_keeps_its_reason_private(viewer, submission, viewers, ground_truth):
    """An entry stays public if scoring it again fails."""
    bring_into("scored", submission)
    evaluation = submission.evaluations.get()
    fail(evaluation)
    evaluation.save()
    response = viewers[viewer].get(submission.get_absolute_url())
    assert response.status_code == 200
    assert (REASON in response.content.decode()) == (viewer in ("owner", "organizer"))


def without_tokens(content: bytes) -> str:
    """Return the source of a page without the parts that differ between requests."""
    page = content.decode()
    for token in attribute(page, "[name=csrfmiddlewaretoken]", "value"):
        page = page.replace(token, "")
    return page


@pytest.mark.parametrize(
    "page",
    ["", "result/", "result.json", "file/", "figures.json", "figures.zip", "edit/", "withdraw/", "choose/"],
)
def test_a_hidden_submission_looks_like_one_that_is_not_there(page, submission, viewers):
    for viewer in ("stranger", "another team"):
        hidden = viewers[viewer].get(f"/submissions/{submission.pk}/{page}")
        missing = viewers[viewer].get(f"/submissions/{submission.pk + 1000}/{page}")
        assert hidden.status_code == missing.status_code
        assert without_tokens(hidden.content) == without_tokens(missing.content)


def test_an_account_that_was_deactivated_sees_nothing_any_more(submission, team, as_user):
    client = as_user(team)
    Team.objects.filter(pk=team.pk).update(is_active=False)
    assert client.get(submission.get_absolute_url()).status_code == 404
    assert client.get("/profile/").status_code == 302
