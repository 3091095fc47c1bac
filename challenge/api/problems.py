"""Errors of the interface as problem details (RFC 9457): every answer from 400 on has this form."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from challenge.leaderboard.export import absolute
from challenge.leaderboard.store import NotMadeYetError
from challenge.services.entries import EntryRefusedError
from challenge.services.requests import KeyReusedError
from challenge.services.submissions import DuplicateSubmissionError, SubmissionRefusedError

MEDIA_TYPE = "application/problem+json"
#: Seconds after which a result that is being computed is worth asking for again.
RETRY_AFTER = 2


class FieldError(Schema):
    """An error of one field of the request."""

    field: str
    message: str


class Problem(Schema):
    """Problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    #: Address of the submission that the request repeats or contradicts.
    submission: str | None = None


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        submission: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.headers = headers or {}
        self.problem = Problem(
            title=status.phrase, status=status, detail=detail, errors=list(errors), submission=submission
        )


def problems_of(*statuses: int) -> dict[int, type[Problem]]:
    """Return the documented problems of an operation, and those that every operation has."""
    return dict.fromkeys((*statuses, 429), Problem)


def add_handlers(api: NinjaAPI) -> None:
    """Let an interface answer every error as a problem."""

    def answer(request: HttpRequest, error: Any) -> HttpResponse:
        kind = next(kind for kind in type(error).__mro__ if kind in _PROBLEMS)
        return answer_to(_PROBLEMS[kind](error))

    for kind in _PROBLEMS:
        api.add_exception_handler(kind, answer)


def answer_to(error: ProblemError) -> HttpResponse:
    """Return the answer to a request that ends with a problem."""
    found = error.problem.model_dump(exclude_none=True)
    return HttpResponse(
        json.dumps({name: value for name, value in found.items() if value != []}),
        status=error.problem.status,
        content_type=MEDIA_TYPE,
        headers=dict(error.headers),
    )


def invalid_fields(errors: Sequence[FieldError]) -> ProblemError:
    """Return the problem of a request whose fields have errors."""
    detail = "; ".join(
        f"{error.field}: {error.message}" if error.field else error.message for error in errors
    )
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def _field(location: Sequence[str | int]) -> str:
    """Return the name of a field without the part of the request that it is in, and without the parameter's name."""
    names = [str(part) for part in location]
    return names[-1] if names else ""


def _invalid(error: ValidationError) -> ProblemError:
    return invalid_fields([FieldError(field=_field(one["loc"]), message=one["msg"]) for one in error.errors])


def _without_token(error: AuthenticationError) -> ProblemError:
    detail = "Make a token in the account settings of your team, and send it as “Authorization: Bearer …”."
    return ProblemError(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": 'Bearer realm="BIG"'})


def _too_many_requests(error: Throttled) -> ProblemError:
    wait = math.ceil(error.wait or 1)
    detail = f"Too many requests. Try again in {wait} s."
    return ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(wait)})


def _not_found(error: Http404) -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, "There is nothing here that you may see.")


def _not_made_yet(error: NotMadeYetError) -> ProblemError:
    detail = "This is being computed for the first time. Try again in a few seconds."
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})


def _conflict(error: Exception) -> ProblemError:
    return ProblemError(HTTPStatus.CONFLICT, str(error))


def _duplicate(error: DuplicateSubmissionError) -> ProblemError:
    address = absolute(error.original.get_absolute_url())
    return ProblemError(HTTPStatus.CONFLICT, str(error), submission=address)


def _refused(error: SubmissionRefusedError) -> ProblemError:
    headers = {}
    if error.retry_at:
        wait = math.ceil((error.retry_at - timezone.now()).total_seconds())
        headers["Retry-After"] = str(max(wait, 1))
    return ProblemError(HTTPStatus.TOO_MANY_REQUESTS, str(error), headers=headers)


#: The problem of each kind of error; the most special kind decides.
_PROBLEMS: dict[type[Exception], Callable[[Any], ProblemError]] = {
    ProblemError: lambda error: error,
    ValidationError: _invalid,
    AuthenticationError: _without_token,
    Throttled: _too_many_requests,
    HttpError: lambda error: ProblemError(HTTPStatus(error.status_code), error.message),
    Http404: _not_found,
    NotMadeYetError: _not_made_yet,
    EntryRefusedError: _conflict,
    KeyReusedError: _conflict,
    DuplicateSubmissionError: _duplicate,
    SubmissionRefusedError: _refused,
}
