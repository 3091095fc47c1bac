"""Answers of operations that are open to everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import conditional_page

View = Callable[..., HttpResponseBase]


def open_page(view: View) -> View:
    """Answer 304 to a reader who has the answer already, and let pages of other sites read it.

    Those pages send no token: a request with one needs a permission (CORS) that is not given.
    """
    conditional = conditional_page(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = conditional(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        return response

    return answer
