"""Text that a visitor typed into a form after the session had ended, kept until the next log-in.

A page with scripts keeps its text by itself (`static/js/faults.js`); drafts are for browsers without scripts. Files are
not kept.
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

KEY = "draft"
#: Longest text that is kept for a field, in characters: more than any field accepts.
LONGEST = 3000


def login_required_with_draft(fields: Collection[str]) -> Callable[[View], View]:
    """Return a decorator like `login_required` that keeps the text of these fields over the log-in.

    `bigsite.errors.csrf_failure` reads the fields from the view, to keep the text of an expired form as well.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def with_login(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated:
                return view(request, *args, **kwargs)
            keep_draft(request, fields)
            return redirect_to_login(request.get_full_path())

        with_login.draft_fields = tuple(fields)  # type: ignore[attr-defined]
        return with_login

    return decorate


def keep_draft(request: HttpRequest, fields: Collection[str]) -> bool:
    """Keep the posted text of these fields, also if it is empty, for the page at the same path.

    Return whether there was any.
    """
    typed = {name: request.POST.get(name, "")[:LONGEST] for name in fields}
    has_text = any(typed.values())
    if has_text:
        request.session[KEY] = {"path": request.path, "typed": typed}
    return has_text


def take_draft(request: HttpRequest) -> dict[str, str]:
    """Return the text kept for this page, by field, and forget it; empty if there is none."""
    if request.session.get(KEY, {}).get("path") != request.path:
        return {}
    return request.session.pop(KEY)["typed"]
