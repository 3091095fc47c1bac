"""Access to every address of the site, and to a submission in each of its states.

The tables are complete: a missing address fails `test_every_address_is_in_the_tables`.
"""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Team
from challenge.models import (
    Evaluation,
    GroundTruth,
    MethodGroup,
    Metric,
    Phase,
    PublishedMethod,
    Reference,
    SitePage,
    Submission,
)
from challenge.services import submissions
from challenge.services.figure_files import figures_path
from challenge.tests.pages import attribute, page_of

LOGIN = "/accounts/login/?next="
ADMIN_LOGIN = "/admin/login/?next="
HOME, PROFILE, ADMIN = "/", "/profile/", "/admin/"

#: Response to GET by (a visitor, a team, an organizer): a status, or the target of a redirect.
PAGES: dict[str, tuple[int | str, int | str, int | str]] = {
    "": (200, 200, 200),
    "challenge/": (200, 200, 200),
    "challenge/design/": (200, 200, 200),
    "<site_page:slug>/": (200, 200, 200),
    "leaderboard/": (200, 200, 200),
    "leaderboard/own/": (200, 200, 200),
    "leaderboard/own.csv": (
        "/leaderboard/own/",
        "/leaderboard/own/",
        "/leaderboard/own/",
    ),  # nothing is chosen
    "leaderboard.csv": (200, 200, 200),
    "leaderboard.json": (200, 200, 200),
    "compare/": (200, 200, 200),
    "baselines/": (200, 200, 200),
    "datasets/": (200, 200, 200),
    "datasets/<slug:name>/": (200, 200, 200),
    "datasets/<slug:name>/samples/<int:resolution>.png": (404, 404, 404),  # no samples were made
    "metrics/": (200, 200, 200),
    "format/": (200, 200, 200),
    "format/template.csv": (200, 200, 200),
    "format/example.csv.gz": (200, 200, 200),
    "research/": (200, 200, 200),
    "research/references.bib": (200, 200, 200),
    "published/<int:pk>/": (200, 200, 200),
    "profile/": (LOGIN, 200, 200),
    "profile/submissions/": (LOGIN, 200, 200),
    "profile/groups/": (LOGIN, PROFILE, PROFILE),  # accepts the form on the team's page
    "accounts/signup/": (200, PROFILE, PROFILE),
    "accounts/delete/": (LOGIN, 200, 403),
    "accounts/login/": (200, PROFILE, PROFILE),
    "accounts/logout/": (HOME, 200, 200),
    "accounts/inactive/": (200, 200, 200),
    "accounts/reauthenticate/": (LOGIN, 200, 200),
    "accounts/email/": (LOGIN, 200, 200),
    "accounts/confirm-email/": (200, 200, 200),
    "accounts/password/change/": (LOGIN, 200, 200),
    "accounts/password/set/": (LOGIN, "/accounts/password/change/", "/accounts/password/change/"),
    "accounts/password/reset/": (200, 200, 200),
    "accounts/login/code/confirm/": ("/accounts/login/", PROFILE, PROFILE),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": (200, 200, 200),
    "accounts/password/reset/key/done/": (200, 200, 200),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (200, 200, 200),
    "accounts/password/reset/done/": (200, 200, 200),
    "admin/login/": (LOGIN, 403, ADMIN),
    "admin/logout/": (ADMIN, ADMIN, 405),
}


def pages_of(model: str, *, editable: bool) -> dict[str, int | str]:
    by_permission = 200 if editable else 403
    return {
        f"admin/{model}/": 200,
        f"admin/{model}/add/": by_permission,
        f"admin/{model}/<path:object_id>/": f"/admin/{model}/",
        f"admin/{model}/<path:object_id>/change/": 200,
        f"admin/{model}/<path:object_id>/history/": 200,
        f"admin/{model}/<path:object_id>/delete/": by_permission,
    }


#: Response to GET by an organizer; everybody else is sent to the login of the admin.
ADMIN_PAGES: dict[str, int | str] = {
    "admin/": 200,
    "admin/password_change/": 200,
    "admin/password_change/done/": 200,
    "admin/autocomplete/": 403,
    "admin/jsi18n/": 200,
    "admin/r/<path:content_type_id>/<path:object_id>/": 404,
    r"admin/^(?P<app_label>auth|challenge|accounts)/$": 200,
    "admin/(?P<url>.*)$": 404,
    "admin/accounts/team/<id>/password/": 200,
    **pages_of("auth/group", editable=True),
    **pages_of("accounts/team", editable=True),
    **pages_of("challenge/phase", editable=True),
    **pages_of("challenge/groundtruth", editable=False),
    **pages_of("challenge/submission", editable=False),
    **pages_of("challenge/methodgroup", editable=False),
    **pages_of("challenge/sitepage", editable=True),
    "admin/challenge/sitepage/<path:object_id>/delete/": 403,  # every page links to these pages
    **pages_of("challenge/reference", editable=True),
}

STATES = ["queued", "scoring", "failed", "scored", "disqualified"]
SUBMISSION_PAGES = [
    "submissions/<int:pk>/",
    "submissions/<int:pk>/result/",
    "submissions/<int:pk>/result.json",
]
FILE = "submissions/<int:pk>/file/"
FIGURES = "submissions/<int:pk>/figures.json"
FIGURES_ZIP = "submissions/<int:pk>/figures.zip"
GROUP_PAGES = ["groups/<int:pk>/", "groups/<int:pk>/result.json"]
GROUP_FORMS = ["groups/<int:pk>/edit/", "groups/<int:pk>/dissolve/"]
ENTRY_FORMS = ["submissions/<int:pk>/edit/", "submissions/<int:pk>/withdraw/"]
CHOICE = "submissions/<int:pk>/choose/"
VIEWERS = ["stranger", "another team", "owner", "organizer"]

REASON = "canary-of-the-failure"
VERDICT = "canary-of-the-disqualification"
FILE_NAME = "canary-of-the-file.csv"
MODEL = "canary-of-the-model"


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from addresses(pattern, route)


@pytest.fixture
def submission(submit, team) -> Submission:
    row = submit(team, content=b"the predictions", model_name=MODEL)
    Submission.objects.update(file_name=FILE_NAME)
    row.refresh_from_db()
    return row


@pytest.fixture
def viewers(team, other_team, organizer, as_user) -> dict[str, Client]:
    people = [None, other_team, team, organizer]
    return {name: as_user(who) if who else Client() for name, who in zip(VIEWERS, people, strict=True)}


def fail(evaluation: Evaluation) -> None:
    evaluation.status = Evaluation.Status.FAILED
    evaluation.failure = Evaluation.Failure.FILE
    evaluation.problems = [REASON]


def bring_into(state: str, submission: Submission) -> None:
    """Change the rows as the services would."""
    now = timezone.now()
    evaluation = submission.evaluations.get()
    if state == "scoring":
        evaluation.status, evaluation.claimed_at = Evaluation.Status.SCORING, now
    elif state == "failed":
        fail(evaluation)
    elif state in ("scored", "disqualified"):
        evaluation.status, evaluation.scored_at = Evaluation.Status.SCORED, now
        for metric in Metric.values:
            setattr(evaluation, metric, 0.5)
    evaluation.save()
    if state == "disqualified":
        submissions.disqualify(submission, VERDICT)


def assert_answer(response, expected: int | str, about: str) -> None:
    if isinstance(expected, int):
        assert response.status_code == expected, about
    else:
        assert response.status_code == 302, about
        assert response.url == expected or (expected != HOME and response.url.startswith(expected)), about


@pytest.fixture
def sample(submission, team, organizer):
    """Return a function that gives an address for a route, with existing objects."""
    Group.objects.create(name="Scorers")
    method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=28)
    reference = Reference.objects.create(key="someone2024", topic="data", year=2024, title="A work")
    group = MethodGroup.objects.create(team=team, name="Seeds")
    objects = {
        "auth/group": Group.objects.get().pk,
        "accounts/team": team.pk,
        "challenge/phase": Phase.objects.get().pk,
        "challenge/groundtruth": GroundTruth.objects.get().pk,
        "challenge/submission": submission.pk,
        "challenge/methodgroup": group.pk,
        "challenge/sitepage": SitePage.objects.get_or_create(slug="about")[0].pk,
        "challenge/reference": reference.pk,
    }

    def address_of(route: str) -> str:
        model = "/".join(route.split("/")[1:3])
        rows = {"published": method, "groups": group, "submissions": submission}
        values = {
            "<int:pk>": rows.get(route.split("/")[0], submission).pk,
            "<id>": team.pk,
            "<site_page:slug>": "about",
            "<slug:name>": "chestmnist",
            "<int:resolution>": 28,
            "<path:object_id>": objects.get(model, 1),
            "<path:content_type_id>": 1,
            r"(?P<key>[-:\w]+)": "key",
            "(?P<uidb36>[0-9A-Za-z]+)": "1",
            "(?P<key>.+)": "key",
            "(?P<app_label>auth|challenge|accounts)": "challenge",
            "(?P<url>.*)": "nonsense/",
            "^": "",
            "$": "",
        }
        for placeholder, value in values.items():
            route = route.replace(placeholder, str(value))
        assert not re.search(r"[<>()^$]", route), f"no sample for {route}"
        return f"/{route}"

    return address_of


def test_every_address_is_in_the_tables():
    of_groups = {*GROUP_PAGES, *GROUP_FORMS}
    of_entries = {*SUBMISSION_PAGES, *ENTRY_FORMS, CHOICE, FILE, FIGURES, FIGURES_ZIP}
    known = {*PAGES, *ADMIN_PAGES, *of_entries, *of_groups}
    there = set(addresses())
    assert there - known == set(), "addresses without an expectation: say here who may see them"
    assert known - there == set(), "expectations of addresses that are gone"


@pytest.mark.parametrize("route", PAGES)
def test_pages(route, sample, viewers):
    stranger, a_team, an_organizer = PAGES[route]
    expected = {"stranger": stranger, "another team": a_team, "owner": a_team, "organizer": an_organizer}
    for viewer, client in viewers.items():
        assert_answer(client.get(sample(route)), expected[viewer], f"{route} for the {viewer}")


@pytest.mark.parametrize("route", ADMIN_PAGES)
def test_admin_pages_are_for_organizers(route, sample, viewers):
    for viewer, client in viewers.items():
        expected = ADMIN_PAGES[route] if viewer == "organizer" else ADMIN_LOGIN
        assert_answer(client.get(sample(route)), expected, f"{route} for the {viewer}")


@pytest.mark.parametrize("state", STATES)
def test_a_submission_in_each_state(state, submission, sample, viewers):
    bring_into(state, submission)
    to_strangers = 200 if state == "scored" else 404
    for route in SUBMISSION_PAGES:
        for viewer, client in viewers.items():
            expected = 200 if viewer in ("owner", "organizer") else to_strangers
            assert_answer(client.get(sample(route)), expected, f"{route}, {state}, for the {viewer}")


@pytest.mark.parametrize("state", STATES)
def test_the_file_is_for_the_team_and_organizers_only(state, submission, sample, viewers):
    bring_into(state, submission)
    expected: dict[str, int | str] = {"stranger": LOGIN, "another team": 404, "owner": 200, "organizer": 200}
    for viewer, client in viewers.items():
        response = client.get(sample(FILE))
        assert_answer(response, expected[viewer], f"the file, {state}, for the {viewer}")
        assert (b"the predictions" in response.getvalue()) == (viewer in ("owner", "organizer"))


@pytest.mark.parametrize("state", STATES)
def test_figures_are_for_those_who_may_see_the_submission_once_it_is_scored(
    state, submission, sample, viewers, tmp_path, settings
):
    bring_into(state, submission)
    settings.FIGURES_DIR = tmp_path
    figures_path(submission.evaluations.get()).write_bytes(b"the figures")
    for route in (FIGURES, FIGURES_ZIP):
        for viewer, client in viewers.items():
            sees = state == "scored" or (state == "disqualified" and viewer in ("owner", "organizer"))
            assert_answer(
                client.get(sample(route)), 200 if sees else 404, f"{route}, {state}, for the {viewer}"
            )


@pytest.mark.parametrize("state", STATES)
def test_a_group_is_public_with_two_public_members(state, submission, sample, viewers, submit, team):
    bring_into(state, submission)
    other = submit(team, content=b"the second seed")
    bring_into("scored", other)
    addresses_of_it = [sample(route) for route in GROUP_PAGES]
    Submission.objects.update(group=MethodGroup.objects.get())
    for address in addresses_of_it:
        for viewer, client in viewers.items():
            sees = state == "scored" or viewer in ("owner", "organizer")
            assert_answer(client.get(address), 200 if sees else 404, f"{address}, {state}, for the {viewer}")


@pytest.mark.parametrize("route", GROUP_FORMS)
def test_a_group_is_changed_by_its_team_only(route, sample, viewers):
    expected: dict[str, int | str] = {"stranger": LOGIN, "another team": 404, "owner": 200, "organizer": 404}
    for viewer, client in viewers.items():
        assert_answer(client.get(sample(route)), expected[viewer], f"{route} for the {viewer}")
        if viewer != "owner":
            data = {"name": "Taken over", "members": []}
            assert_answer(client.post(sample(route), data), expected[viewer], f"{route} for the {viewer}")
    assert MethodGroup.objects.get().name == "Seeds"


#: Responses to the forms of an entry: they are for its team only, also if organizers ask.
OF_ITS_TEAM: dict[str, int | str] = {"stranger": LOGIN, "another team": 404, "owner": 200, "organizer": 404}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("route", ENTRY_FORMS)
def test_an_entry_is_changed_by_its_team_only(route, state, submission, sample, viewers):
    bring_into(state, submission)
    page = submission.get_absolute_url()
    expected = OF_ITS_TEAM | {"owner": page if state == "disqualified" else 200}
    before = Submission.objects.values().get()
    for viewer, client in viewers.items():
        assert_answer(client.get(sample(route)), expected[viewer], f"{route}, {state}, for the {viewer}")
        if viewer != "owner":
            data = {"model_name": "Taken over", "description": "x", "delete_file": "on"}
            assert_answer(client.post(sample(route), data), expected[viewer], f"{route} for the {viewer}")
    assert Submission.objects.values().get() == before


@pytest.mark.parametrize("state", STATES)
def test_an_entry_is_chosen_by_its_team_only(state, submission, sample, viewers):
    bring_into(state, submission)
    expected = OF_ITS_TEAM | {"owner": submission.get_absolute_url()}
    for viewer, client in viewers.items():
        assert client.get(sample(CHOICE)).status_code == 405
        assert_answer(client.post(sample(CHOICE)), expected[viewer], f"{CHOICE}, {state}, for the {viewer}")
        is_chosen = Submission.objects.get().chosen_at is not None
        assert is_chosen == (state == "scored" and viewer in ("owner", "organizer"))


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
        for secret in (REASON, VERDICT, FILE_NAME, "alpha@example.org", '/file/"', "the predictions"):
            assert secret not in shown, f"{secret} is shown to the {viewer} when {state}"
        assert (MODEL in shown) == (state == "scored"), f"the {viewer} and the model's name when {state}"


@pytest.mark.parametrize(("state", "private"), [("failed", REASON), ("disqualified", VERDICT)])
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


def test_organizers_without_permissions_see_submissions_but_not_the_admin_lists(submission, as_user):
    helper = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
    client = as_user(helper)
    assert client.get(submission.get_absolute_url()).status_code == 200
    assert client.get("/admin/").status_code == 200
    for model in ("challenge/submission", "challenge/phase", "challenge/groundtruth", "accounts/team"):
        assert client.get(f"/admin/{model}/").status_code == 403


def test_an_account_that_was_deactivated_sees_nothing_any_more(submission, team, as_user):
    client = as_user(team)
    Team.objects.filter(pk=team.pk).update(is_active=False)
    assert client.get(submission.get_absolute_url()).status_code == 404
    assert client.get("/profile/").status_code == 302


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
    "research/",
    "research/references.bib",
    "published/<int:pk>/",
    "profile/submissions/",
    *SUBMISSION_PAGES,
    FILE,
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
        *("/profile/groups/", "/groups/{group}/edit/", "/groups/{group}/dissolve/"),
        *("/submissions/{entry}/edit/", "/submissions/{entry}/withdraw/", "/submissions/{entry}/choose/"),
    ],
    "organizer": [
        *("/profile/", "/admin/logout/", "/admin/challenge/phase/add/", "/admin/challenge/submission/"),
        *("/admin/challenge/groundtruth/", "/admin/accounts/team/add/", "/admin/password_change/"),
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
