"""Addresses of the interface. Only web processes load this module: see `bigsite.urls`."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.csrf import csrf_exempt

from challenge.api.interface import interface
from challenge.api.problems import ProblemError, answer_to


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer to any other address."""
    detail = f"There is no such address. The operations are listed at {reverse('api-1:openapi-view')}."
    return answer_to(ProblemError(HTTPStatus.NOT_FOUND, detail))


def with_problem(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer to a method that an address does not have with a problem, which ninja does not."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        allowed = response.headers["Allow"]
        detail = f"{request.method} is not possible here, but {allowed}."
        problem = ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed})
        return answer_to(problem)

    return answer


urlpatterns = [
    *(
        path(str(one.pattern), with_problem(one.callback), name=one.name)
        for one in interface.urls[0]
        if isinstance(one, URLPattern)
    ),
    path("<path:rest>", nothing_here),
]
