"""Routes of the site, and the answer of each to each kind of visitor."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

LOGIN = "/accounts/login/?next="
ADMIN_LOGIN = "/admin/login/?next="
CONFIRM = "/accounts/reauthenticate/?next="  # the password again
HOME, PROFILE, ADMIN = "/", "/profile/", "/admin/"

#: Tables of all addresses: a missing address fails `test_every_address_is_in_the_tables`.
#: Response to GET by (a visitor, a team, an organizer): a status, or the target of a redirect.
PAGES: dict[str, tuple[int | str, int | str, int | str]] = {
    "": (200, 200, 200),
    "challenge/": (200, 200, 200),
    "challenge/design/": (200, 200, 200),
    "<site_page:slug>/": (200, 200, 200),
    "leaderboard/": (200, 200, 200),
    "leaderboard/own/": (200, 200, 200),
    "leaderboard/own.csv": ("/leaderboard/own/",) * 3,  # nothing is chosen
    "leaderboard.csv": (200, 200, 200),
    "leaderboard.json": (200, 200, 200),
    "releases/": (200, 200, 200),
    "releases/<release:name>/": (200, 200, 200),
    "releases/<release:name>/archive.zip": (200, 200, 200),
    "compare/": (200, 200, 200),
    "baselines/": (200, 200, 200),
    "datasets/": (200, 200, 200),
    "datasets/<slug:name>/": (200, 200, 200),
    "datasets/<slug:name>/samples/<int:resolution>.png": (404, 404, 404),  # no samples were made
    "metrics/": (200, 200, 200),
    "format/": (200, 200, 200),
    "format/template.csv": (200, 200, 200),
    "format/example.csv.gz": (200, 200, 200),
    "news/": (200, 200, 200),
    "news/<int:pk>/": (200, 200, 200),
    "news/feed.atom": (200, 200, 200),
    "news/mails/": (LOGIN, PROFILE, PROFILE),  # accepts the form on the team's page
    "news/stop/<str:token>/": (200, 200, 200),
    "predictions.zip": (200, 200, 200),
    "status.json": (200, 200, 200),
    "healthz": (200, 200, 200),
    "readyz": (503, 503, 503),  # there was no sweep
    "prometheus/metrics": (404, 404, 404),  # no token is set
    ".well-known/security.txt": (200, 200, 200),
    "research/": (200, 200, 200),
    "research/references.bib": (200, 200, 200),
    "published/<int:pk>/": (200, 200, 200),
    "profile/": (LOGIN, 200, 200),
    "profile/submissions/": (LOGIN, 200, 200),
    "profile/groups/": (LOGIN, PROFILE, PROFILE),  # accepts the form on the team's page
    "api/v1/": (404, 404, 404),
    "api/v1/docs": (200, 200, 200),
    "api/v1/openapi.json": (200, 200, 200),
    "api/v1/leaderboard": (200, 200, 200),
    "api/v1/entries/<int:entry>": (404, 404, 404),  # it has no scores yet
    "api/v1/groups/<int:group>": (404, 404, 404),  # it has no public members
    "api/v1/releases": (200, 200, 200),
    "api/v1/releases/<name>": (200, 200, 200),
    "api/v1/releases/<name>/leaderboard": (200, 200, 200),
    "api/v1/datasets": (200, 200, 200),
    "api/v1/metrics": (200, 200, 200),
    "api/v1/phases": (200, 200, 200),
    # a log-in counts for nothing here: `tests/api/test_who_may.py` has the tokens
    "api/v1/quota": (401, 401, 401),
    "api/v1/submissions": (401, 401, 401),
    "api/v1/submissions/<int:number>": (401, 401, 401),
    "api/v1/submissions/<int:number>/withdraw": (405, 405, 405),
    "api/v1/submissions/<int:number>/file": (401, 401, 401),
    "api/v1/<path:rest>": (404, 404, 404),
    "accounts/signup/": (200, PROFILE, PROFILE),
    "accounts/delete/": (LOGIN, 200, 403),
    "accounts/login/": (200, PROFILE, PROFILE),
    "accounts/logout/": (HOME, 200, 200),
    "accounts/inactive/": (200, 200, 200),
    "accounts/reauthenticate/": (LOGIN, 200, 200),
    "accounts/email/": (LOGIN, 200, 200),
    "accounts/confirm-email/": (200, 200, 200),
    "accounts/password/change/": (LOGIN, 200, 200),
    "accounts/tokens/": (LOGIN, 200, 200),
    "accounts/tokens/new/": (LOGIN, CONFIRM, CONFIRM),
    "accounts/tokens/<int:pk>/revoke/": (LOGIN, "/accounts/tokens/", "/accounts/tokens/"),  # accepts a button
    "accounts/password/set/": (LOGIN, "/accounts/password/change/", "/accounts/password/change/"),
    "accounts/password/reset/": (200, 200, 200),
    "accounts/login/code/confirm/": ("/accounts/login/", PROFILE, PROFILE),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": (200, 200, 200),
    "accounts/password/reset/key/done/": (200, 200, 200),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (200, 200, 200),
    "accounts/password/reset/done/": (200, 200, 200),
    "accounts/invitation/<str:key>/": (200, 200, 200),
    "accounts/second-factor/": (LOGIN, 200, 200),
    "accounts/second-factor/authenticate/": ("/accounts/login/", PROFILE, PROFILE),
    "accounts/second-factor/reauthenticate/": (LOGIN, "/accounts/reauthenticate/", 200),
    "accounts/second-factor/totp/activate/": (LOGIN, CONFIRM, CONFIRM),
    "accounts/second-factor/totp/deactivate/": (LOGIN, 404, CONFIRM),
    "accounts/second-factor/webauthn/": (LOGIN, 200, 200),
    "accounts/second-factor/webauthn/add/": (LOGIN, CONFIRM, CONFIRM),
    "accounts/second-factor/webauthn/reauthenticate/": (
        LOGIN,
        "/accounts/reauthenticate/",
        "/accounts/reauthenticate/",
    ),
    "accounts/second-factor/webauthn/keys/<int:pk>/remove/": (LOGIN, CONFIRM, CONFIRM),
    "accounts/second-factor/webauthn/keys/<int:pk>/edit/": (LOGIN, CONFIRM, CONFIRM),
    "accounts/second-factor/recovery-codes/": (LOGIN, 404, 404),
    "accounts/second-factor/recovery-codes/generate/": (LOGIN, CONFIRM, CONFIRM),
    "accounts/second-factor/recovery-codes/download/": (LOGIN, 404, 404),
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
    "admin/password_change/": "/accounts/password/change/",
    "admin/password_change/done/": 200,
    "admin/autocomplete/": 403,
    "admin/jsi18n/": 200,
    "admin/r/<path:content_type_id>/<path:object_id>/": 404,
    r"admin/^(?P<app_label>accounts|auth|challenge)/$": 200,
    "admin/(?P<url>.*)$": 404,
    "admin/accounts/team/<id>/password/": 200,
    "admin/exports/": 200,
    "admin/exports/<slug:name>.csv": 405,
    "admin/unused-files/": 200,
    "admin/challenge/news/preview/": "/admin/challenge/news/",
    "admin/accounts/team/<int:pk>/act/<slug:slug>/": 200,
    **pages_of("auth/group", editable=True),
    **pages_of("accounts/team", editable=True),
    **pages_of("accounts/accountevent", editable=False),
    **pages_of("accounts/blockedaddress", editable=False),
    **pages_of("accounts/invitation", editable=False),
    "admin/accounts/invitation/add/": 200,
    **pages_of("challenge/phase", editable=True),
    **pages_of("challenge/withhelddataset", editable=True),
    **pages_of("challenge/groundtruth", editable=False),
    **pages_of("challenge/submission", editable=False),
    "admin/challenge/submission/act/<slug:name>/": "/admin/challenge/submission/",  # no submission is chosen
    "admin/challenge/submission/<int:pk>/reproduction/<slug:name>/": 404,  # it is not reproduced
    **pages_of("challenge/mail", editable=False),
    "admin/challenge/mail/previews/": 200,
    "admin/challenge/mail/write/<int:team_id>/": 200,
    **pages_of("challenge/methodgroup", editable=False),
    "admin/challenge/methodgroup/<int:pk>/act/<slug:name>/": 200,
    **pages_of("challenge/integrityflag", editable=False),
    "admin/challenge/integrityflag/<int:pk>/decide/<slug:name>/": 200,
    **pages_of("challenge/historyline", editable=False),
    **pages_of("challenge/evaluation", editable=False),
    **pages_of("challenge/news", editable=True),
    **pages_of("challenge/newsmail", editable=False),
    **pages_of("challenge/release", editable=False),
    "admin/challenge/release/add/": 200,
    **pages_of("challenge/probe", editable=False),
    "admin/challenge/probe/add/": 200,
    **pages_of("challenge/sitepage", editable=True),
    "admin/challenge/sitepage/<path:object_id>/delete/": 403,  # every page links to these pages
    **pages_of("challenge/reference", editable=True),
}
SUBMISSION_PAGES = [
    "submissions/<int:pk>/",
    "submissions/<int:pk>/result/",
    "submissions/<int:pk>/result.json",
]
FILE = "submissions/<int:pk>/file/"
BADGE = "submissions/<int:pk>/badge.svg"
FIGURES = "submissions/<int:pk>/figures.json"
FIGURES_ZIP = "submissions/<int:pk>/figures.zip"
PREDICTIONS = "submissions/<int:pk>/predictions.csv.gz"
GROUP_PAGES = ["groups/<int:pk>/", "groups/<int:pk>/result.json"]
GROUP_FORMS = ["groups/<int:pk>/edit/", "groups/<int:pk>/dissolve/"]
ENTRY_FORMS = ["submissions/<int:pk>/edit/", "submissions/<int:pk>/withdraw/"]
CHOICE = "submissions/<int:pk>/choose/"


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from addresses(pattern, route)


def assert_answer(response, expected: int | str, about: str) -> None:
    if isinstance(expected, int):
        assert response.status_code == expected, about
    else:
        assert response.status_code == 302, about
        assert response.url == expected or (expected != HOME and response.url.startswith(expected)), about
