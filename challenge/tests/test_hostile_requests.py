"""Requests that no browser sends: the answer is always a page or a refusal, never a server error."""

import json
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from challenge.models import Submission

PROFILE = "/profile/"
ABOUT = {"resolution": "28", "model_name": "Model", "description": "A test."}


@pytest.fixture
def client(team, ground_truth, as_user) -> Client:
    """A team's client that raises exceptions of the server instead of returning a 500."""
    return as_user(team)


# --- Multipart bodies -----------------------------------------------------------------------------


def part(name: str, value: bytes, disposition: str = "", content_type: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"{disposition}\r\n'
    head += f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"--{BOUNDARY}\r\n{head}\r\n".encode() + value + b"\r\n"


def file_part(filename: str = "x.csv", value: bytes = b"dataset\n", name: str = "upload") -> bytes:
    return part(name, value, f'; filename="{filename}"', "text/csv")


FIELDS = b"".join(part(name, value.encode()) for name, value in ABOUT.items())
END = f"--{BOUNDARY}--\r\n".encode()


def send(client: Client, body: bytes, content_type: str = MULTIPART_CONTENT, **headers):
    return client.generic("POST", PROFILE, body, content_type, **headers)


def test_a_body_made_by_hand_works(client):
    assert send(client, FIELDS + file_part() + END).status_code == 302
    assert Submission.objects.get().file.read() == b"dataset\n"


@pytest.mark.parametrize(
    ("filename", "stored"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("/etc/cron.d/evil.csv", "evil.csv"),
        ("C:\\\\Users\\\\me\\\\my.csv", "my.csv"),
        ("a\tb\x01c.csv", None),
        ("&lt;script&gt;.csv", None),
        ("x.CSV", "x.CSV"),
        ("x" * 5000 + ".csv", None),
        ("vorhersage-für.csv", "vorhersage-für.csv"),
        (" .csv", None),
    ],
)
def test_names_of_files(client, filename, stored):
    response = send(client, FIELDS + file_part(filename) + END)
    assert response.status_code in (302, 400 if len(filename) > 1000 else 200)
    for submission in Submission.objects.all():
        assert "/" not in submission.file_name
        assert "\\" not in submission.file_name
        assert str(submission.file.name).startswith(f"{submission.team_id}/20")
        assert client.get(submission.get_absolute_url()).status_code == 200
        assert client.get(f"{submission.get_absolute_url()}file/").status_code == 200
        if stored:
            assert submission.file_name == stored


ODD_BODIES = {
    "no file name": FIELDS + part("upload", b"dataset\n") + END,
    "an empty file name": FIELDS + file_part("") + END,
    "a path and no name": FIELDS + file_part("../") + END,
    "dots": FIELDS + file_part("..") + END,
    "no field at all": END,
    "nothing": b"",
    "no end": FIELDS + file_part()[:-2],
    "cut in a head": FIELDS + b"--" + BOUNDARY.encode() + b"\r\nContent-Dispo",
    "cut in the file": FIELDS + file_part()[:-5],
    "no name": FIELDS + part("", b"x") + END,
    "no disposition": f"--{BOUNDARY}\r\n\r\nx\r\n".encode() + END,
    "broken transfer encoding": FIELDS + part("model_name", b"!", '\r\nContent-Transfer-Encoding: base64') + END,
    "broken base64 file": FIELDS + part("upload", b"!", '; filename="x"\r\nContent-Transfer-Encoding: base64') + END,
    "unknown character set": FIELDS + part("model_name", b"\xff", "", "text/plain; charset=nonsense") + END,
    "fields that are not UTF-8": part("model_name", b"\xff\xfe\x00") + FIELDS + file_part() + END,
    "NUL in a field": FIELDS + part("model_name", b"a\0b") + file_part() + END,
    "surrogates": FIELDS + part("description", b"\xed\xa0\x80") + file_part() + END,
    "the file as text and as file": FIELDS + part("upload", b"x") + file_part() + END,
    "a field as a file": file_part("x.csv", b"Model", "model_name") + FIELDS + file_part() + END,
    "RFC 5987 name": FIELDS + part("upload", b"dataset\n", "; filename*=UTF-8''..%2f..%2fevil.csv") + END,
    "bad RFC 5987 name": FIELDS + part("upload", b"dataset\n", "; filename*=nonsense''%ff%00.csv") + END,
    "NUL in the name": FIELDS + file_part("a\0.csv") + END,
    "a preamble": b"hello\r\n" + FIELDS + file_part() + END,
    "a long name of a field": FIELDS + part("x" * 20_000, b"x") + END,
    "only boundaries": (f"--{BOUNDARY}\r\n".encode()) * 500 + END,
}  # fmt: skip


@pytest.mark.parametrize("case", ODD_BODIES)
def test_odd_bodies(case, client):
    response = send(client, ODD_BODIES[case])
    assert response.status_code in (200, 302, 400)
    assert client.get(PROFILE).status_code == 200
    for submission in Submission.objects.all():
        assert client.get(submission.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("case", ODD_BODIES)
def test_odd_bodies_without_a_login(case, db):
    assert send(Client(), ODD_BODIES[case]).status_code in (302, 400)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 500,
        "multipart/form-data; boundary=\xff",
        "multipart/form-data; boundary=other",
        "multipart/mixed; boundary=x",
        "application/json",
        "application/x-www-form-urlencoded; charset=nonsense",
        "text/csv",
        "nonsense",
        "",
        "application/x-www-form-urlencoded",
    ],
)
@pytest.mark.parametrize("page", [PROFILE, "/accounts/login/"])
def test_odd_content_types(content_type, page, client, db):
    sender = client if page == PROFILE else Client()
    response = sender.generic("POST", page, FIELDS + file_part() + END, content_type)
    assert response.status_code in (200, 400)
    assert not Submission.objects.exists()


def test_json_is_no_form(client):
    response = client.post(PROFILE, json.dumps(ABOUT), content_type="application/json")
    assert response.status_code == 200
    assert not Submission.objects.exists()


@pytest.mark.parametrize("length", ["0", "-1", "1", "100", "abc", "1e3", " 5 ", ""])
def test_a_wrong_length(length, client):
    response = send(client, FIELDS + file_part() + END, CONTENT_LENGTH=length)
    assert response.status_code in (200, 302, 400)
    assert client.get(PROFILE).status_code == 200


def test_two_files_are_one_submission(client):
    body = FIELDS + file_part("first.csv", b"first") + file_part("second.csv", b"second") + END
    assert send(client, body).status_code == 302
    assert Submission.objects.get().file.read() == b"second"


def test_200_fields_more_are_ignored(client):
    extra = b"".join(part(f"field{number}", b"x") for number in range(200))
    assert send(client, extra + FIELDS + file_part() + END).status_code == 302


@pytest.mark.parametrize("number", [1001, 5000])
def test_too_many_fields_are_refused(number, client):
    extra = b"".join(part(f"field{n}", b"x") for n in range(number))
    assert send(client, extra + FIELDS + file_part() + END).status_code == 413


def test_too_many_files_are_refused(client):
    extra = b"".join(file_part(name=f"file{n}") for n in range(101))
    assert send(client, extra + FIELDS + file_part() + END).status_code == 413
    assert not Submission.objects.exists()


def test_a_huge_field_is_refused(client):
    assert send(client, FIELDS + part("description", b"x" * 3 * 2**20) + file_part() + END).status_code == 413


def test_a_field_that_is_too_long_is_reported(client):
    body = FIELDS + part("description", b"x" * 100_000) + file_part() + END
    response = send(client, body)
    assert response.status_code == 200
    assert "at most 2000 characters" in response.content.decode()


FORBIDDEN = {
    "team": "1", "phase": "99", "counts_toward_limits": "false", "created_at": "2000-01-01", "sha256": "0" * 64,
    "disqualified_at": "", "withdrawn_at": "2000-01-01", "chosen_at": "2000-01-01", "file_deleted_at": "2000-01-01",
    "first_outcome_at": "2000-01-01", "file": "x", "id": "77", "pk": "77", "file_name": "evil.csv",
}  # fmt: skip


def test_fields_that_are_not_the_teams_to_set_are_ignored(client, team):
    more = b"".join(part(name, value.encode()) for name, value in FORBIDDEN.items())
    send(client, more + FIELDS + file_part() + END)
    submission = Submission.objects.get()
    assert submission.pk != 77
    assert submission.team == team
    assert submission.counts_toward_limits
    assert submission.created_at.year > 2020
    assert submission.first_outcome_at is None
    assert submission.withdrawn_at is submission.chosen_at is submission.file_deleted_at is None
    assert submission.file_name == "x.csv"


# --- Forms of an entry ----------------------------------------------------------------------------


@pytest.mark.parametrize("case", ODD_BODIES)
@pytest.mark.parametrize("page", ["edit", "withdraw", "choose"])
def test_odd_bodies_to_the_forms_of_an_entry(case, page, client, team, entry):
    submission = entry(team, 0.5)
    address = f"/submissions/{submission.pk}/{page}/"
    response = client.generic("POST", address, ODD_BODIES[case], MULTIPART_CONTENT)
    assert response.status_code in (200, 302, 400)
    assert client.get(submission.get_absolute_url()).status_code == 200
    assert client.get(PROFILE).status_code == 200


@pytest.mark.parametrize("query", ["typed", "typed=%00", "typed&typed=x", "typed=" + "x" * 5000])
def test_nothing_typed_is_no_error(query, client, team, entry):
    address = f"/submissions/{entry(team, 0.5).pk}/edit/"
    assert client.get(address, query_string=query).status_code == 200


# --- Methods --------------------------------------------------------------------------------------

PAGES = ["/", "/leaderboard/", PROFILE, "/profile/submissions/", "/submissions/1/", "/submissions/1/file/"]


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


# --- Hosts, headers and sessions ------------------------------------------------------------------


OTHER_HOSTS = [
    *("evil.example.org", "testserver.evil.example.org", "testserver@evil.org", "evil.org\x00testserver"),
    *("a b", "", "127.0.0.1:80:80", "[::1", "x" * 500),
]


@pytest.mark.django_db
@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_other_hosts_are_refused(host, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    for page in ("/", "/leaderboard/", "/nothing-here/", "/accounts/password/reset/"):
        assert Client().get(page, headers={"host": host}).status_code == 400


@pytest.mark.django_db
def test_links_in_mails_do_not_follow_the_host_header(team, settings, mailoutbox):
    settings.ALLOWED_HOSTS = ["*"]
    team.replace_email("alpha@example.org", verified=True)
    visitor = Client(headers={"host": "evil.example.org", "x-forwarded-host": "evil.example.org"})
    visitor.post("/accounts/password/reset/", {"email": "alpha@example.org"})
    (message,) = mailoutbox
    assert "evil.example.org" not in message.body
    assert django_settings.SITE_URL in message.body


HEADERS = {
    "HTTP_COOKIE": "sessionid=\xff; csrftoken=\x01",
    "HTTP_X_FORWARDED_FOR": "' OR 1=1 --",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_ACCEPT_LANGUAGE": "x" * 20_000,
    "HTTP_ACCEPT_ENCODING": "gzip;q=nonsense",
    "HTTP_REFERER": "javascript:alert(1)",
    "HTTP_IF_MODIFIED_SINCE": "yesterday",
    "HTTP_IF_NONE_MATCH": '"',
    "HTTP_RANGE": "bytes=9999999999-",
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_CURRENT_URL": "http://[",
    "HTTP_HX_TRIGGERING_EVENT": "{not json",
    "HTTP_USER_AGENT": "\x00" * 100,
    "HTTP_X_REQUESTED_WITH": "XMLHttpRequest",
}


@pytest.mark.parametrize("header", HEADERS)
def test_odd_headers(header, client, db):
    for page in ("/", "/leaderboard/", PROFILE, "/accounts/login/", "/static/css/site.css"):
        for visitor in (client, Client()):
            response = visitor.get(page, **{header: HEADERS[header]})  # type: ignore[arg-type]
            assert response.status_code in (200, 302, 401, 404)


@pytest.mark.parametrize("page", PAGES[:4])
def test_a_session_that_was_tampered_with_is_no_session(page, client, organizer, as_user):
    real = as_user(organizer).cookies["sessionid"].value
    forged = [
        "",
        "x",
        "A" * 5000,
        real[:-1],
        real + "x",
        "../../etc/passwd",
        "\x00",
    ]
    # Not included: the real key in another case, or followed by a NUL byte. MariaDB's usual collations treat these
    # as the same key, and anybody who can write them knows the key.
    assert Client(headers={"cookie": f"sessionid={real}"}).get("/admin/").status_code == 200
    for value in forged:
        # As a header, not as a cookie of the client: newer versions of Python refuse to write control characters.
        visitor = Client(headers={"cookie": f"sessionid={value}"})
        response = visitor.get(page)
        assert response.status_code in (200, 302)
        assert b"Chair" not in response.content
        assert visitor.get("/admin/").status_code == 302


def test_a_session_ends_with_the_password(team, client):
    assert client.get(PROFILE).status_code == 200
    team.set_password("another horse battery staple")
    team.save()
    assert client.get(PROFILE).status_code == 302


def test_a_session_ends_with_the_logout(client):
    key = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get(PROFILE).status_code == 302


def test_a_session_is_a_new_one_after_the_login(team, db):
    team.replace_email("alpha@example.org", verified=True)
    visitor = Client()
    session = visitor.session
    session.save()
    visitor.cookies["sessionid"] = str(session.session_key)
    visitor.post("/accounts/login/", {"login": "Team Alpha", "password": "correct horse battery staple"})
    assert visitor.get(PROFILE).status_code == 200
    assert visitor.cookies["sessionid"].value != session.session_key


def test_a_token_of_another_session_is_refused(team, as_user):
    """The token is bound to the cookie of one browser."""
    visitor = Client(enforce_csrf_checks=True)
    visitor.force_login(team)
    stranger = Client()
    stranger.get("/accounts/login/")
    body = encode_multipart(
        BOUNDARY,
        ABOUT
        | {
            "csrfmiddlewaretoken": stranger.cookies["csrftoken"].value,
            "upload": SimpleUploadedFile("x.csv", b"x"),
        },
    )
    assert send(visitor, body).status_code == 403
    assert not Submission.objects.exists()
