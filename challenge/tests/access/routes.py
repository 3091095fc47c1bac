"""Routes of the site, and the answer of each to each kind of visitor."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

LOGIN = "/accounts/login/?next="
ADMIN_LOGIN = "/admin/login/?next="
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
