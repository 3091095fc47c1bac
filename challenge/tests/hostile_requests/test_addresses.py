"""Methods, addresses and queries that no browser sends: never a server error."""

from urllib.parse import quote

import pytest
from django.test import Client

from challenge.tests.hostile_requests.by_hand import PAGES, PROFILE

# --- Methods --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "method", ["OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PUT", "DELETE", "PATCH", "X" * 200]
)
def test_methods(method, page, client):
    assert client.generic(method, page, b"x").status_code in (400, 403, 404, 405)


def test_a_method_in_a_field_or_header_changes_nothing(client):
    response = client.post("/leaderboard/", {"_method": "GET"}, headers={"X-HTTP-Method-Override": "GET"})
    assert response.status_code == 405


# --- Addresses ------------------------------------------------------------------------------------

IDS = [
    *("0", "-1", str(2**31), str(2**63 - 1), str(2**63), str(10**30), "9" * 5000),
    *("1.0", "1e3", "٣", "abc", "%00", "%FF", "1'--", "None", "{{7*7}}"),
]


@pytest.mark.parametrize("number", IDS)
@pytest.mark.parametrize(
    "page",
    [
        *("/submissions/{}/", "/submissions/{}/result/", "/submissions/{}/file/", "/published/{}/"),
        *("/submissions/{}/edit/", "/submissions/{}/withdraw/"),
    ],
)
def test_ids_that_are_no_ids(page, number, client, db):
    assert client.get(page.format(number)).status_code == 404
    assert Client().get(page.format(number)).status_code in (302, 404)


@pytest.mark.parametrize("number", IDS)
def test_ids_in_the_admin(number, organizer, as_user):
    for model in ("submission", "groundtruth", "phase"):
        response = as_user(organizer).get(f"/admin/challenge/{model}/{number}/change/", follow=True)
        assert response.status_code in (200, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/%", "/%ff%fe", "/%00", "/\u0000", "/..", "/../../etc/passwd", "//evil.example.org/", "/" + "a" * 10_000,
        "/static/%ff", "/leaderboard/%0d%0aSet-Cookie:x=1/", "/leaderboard", "/%2e%2e/", "/<script>/", "/\ud83d/",
        "/accounts/confirm-email/" + "x" * 5000 + "/", "/accounts/password/reset/key/zzzzzzzzzzzzzzzz-x/",
        "/accounts/password/reset/key/0-set-password/", "/accounts/confirm-email/MQ:1:abc/",
    ],
)  # fmt: skip
def test_odd_paths(path, client):
    response = client.get(quote(path, safe="/%<>:", errors="surrogatepass"))
    assert response.status_code in (200, 301, 302, 400, 404)
    assert "evil" not in response.headers.get("Location", "").split("?")[0].removeprefix(
        "//evil.example.org/"
    )
    assert b"<script>/" not in response.content


# --- Queries --------------------------------------------------------------------------------------

QUERIES = [
    "resolution=abc&metric=__class__&entries=..&baselines=%00",
    "resolution=28&resolution=64&metric=auc&metric=accuracy",
    "resolution=028&metric=AUC",
    "resolution=28.0&metric=auc ",
    "resolution=" + "9" * 5000,
    "resolution=-28&entries=all&entries=best",
    "metric=submission__team__password&order_by=password",
    "metric=" + "x" * 50_000,
    "metric=%00%ff%fe&resolution=%E2%82",
    "%00=1&=&&&==&a[]=1&a[b][c]=2",
    "metric[$ne]=auc&resolution[]=28",
    'resolution=<script>alert(1)</script>&metric="><img src=x>',
    "resolution=28;metric=auc",
    "resolution=%D9%A2%D9%A8",
    "entries=all%0d%0aSet-Cookie:%20a=b",
    "&".join(f"a{n}=1" for n in range(900)),
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("page", ["/", "/leaderboard/", PROFILE, "/accounts/login/"])
def test_odd_queries(page, query, client, db):
    for visitor in (client, Client()):
        response = visitor.get(page, query_string=query)
        assert response.status_code in (200, 302)
        assert b"<script>alert" not in response.content
        assert b"<img src=x>" not in response.content
        assert "Set-Cookie" not in response.headers.get("Location", "")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["&".join(f"a{n}=1" for n in range(1500))])
def test_too_many_parameters_are_refused_at_worst(query):
    assert Client().get("/leaderboard/", query_string=query).status_code in (200, 400)


@pytest.mark.parametrize("query", QUERIES[:7])
def test_a_query_that_makes_no_sense_means_the_default(query, client):
    context = client.get("/leaderboard/", query_string=query).context
    assert context["filters"].metric in ("auc", "accuracy")
    assert context["filters"].resolution in (64, 224)


OTHER_SITES = [
    *("https://evil.example.org/", "//evil.example.org", "/\\evil.example.org"),
    *("javascript:alert(1)", "https:evil.example.org", "\thttps://evil.example.org"),
]


@pytest.mark.parametrize("target", OTHER_SITES)
def test_the_login_leads_to_no_other_site(target, team, db):
    team.replace_email("alpha@example.org", verified=True)
    visitor = Client()
    form = {"login": "Team Alpha", "password": "correct horse battery staple", "next": target}
    response = visitor.post(f"/accounts/login/?next={quote(target)}", form)
    assert response.status_code == 302
    assert response.headers["Location"] == PROFILE
