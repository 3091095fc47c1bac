"""Operations of a team on its own submissions. Forms and services are those of the site's pages."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from django.forms import BaseForm
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Header, Path, Query, Router, Status, UploadedFile
from pydantic import Field

from challenge.access import get_own_submission
from challenge.api import documents, schemas, statements
from challenge.api.authentication import READS, SUBMITS, team_of
from challenge.api.problems import FieldError, ProblemError, invalid_fields, problems_of
from challenge.api.uploads import SENDS_FILES
from challenge.forms import EditEntryForm, SubmissionForm
from challenge.models import Phase, Submission, ranked_versions
from challenge.services import entries
from challenge.services.quotas import remaining_quota
from challenge.services.requests import submit_once
from challenge.services.stored_files import open_as_sent
from challenge.services.submissions import DuplicateSubmissionError

router = Router()

PER_PAGE = 25
#: Seconds after which a pending submission is worth asking for again.
POLL_SECONDS = 1

#: Description of an answer that is a file.
FILE = {
    "description": "OK",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

Number = Annotated[int, Field(ge=1, le=schemas.MOST_NUMBER)]


@router.get("/quota", auth=READS, response={200: list[schemas.Quota], **problems_of(401)}, summary="Limits")
def quota(request: HttpRequest) -> list[dict[str, Any]]:
    """Submissions that are left in each phase that takes submissions now."""
    team = team_of(request)
    found = [(phase, remaining_quota(team, phase)) for phase in Phase.objects.open_now()]
    return [
        {"phase": phase.pk, "name": phase.name, **vars(left), "refusal": left.refusal}
        for phase, left in found
    ]


@router.post(
    "/submissions",
    auth=SENDS_FILES,
    response={200: schemas.Submission, 202: schemas.Submission, **problems_of(401, 403, 409, 422, 429, 503)},
    summary="Submit",
)
def submit(
    request: HttpRequest,
    response: HttpResponse,
    about: Form[statements.NewSubmission],
    upload: File[UploadedFile],
    idempotency_key: str | None = Header(None, min_length=1, max_length=80, pattern="^[!-~]+$"),
) -> Status[dict[str, Any]]:
    """Send a file of predictions with what the team says about it.

    The answer is 202; ask for the submission at `Location` until its state is `scored` or `failed`. A request that is
    sent again with the same `Idempotency-Key` (kept for a week) returns the submission of the first one. A file that
    the team has sent before with the same statements returns the earlier submission, with 200.
    """
    team = team_of(request)
    _refuse_unknown(request.POST)
    form = SubmissionForm(
        _as_form(about.model_dump()), {"upload": upload}, team=team, phases=Phase.objects.open_now()
    )
    _check(form)
    try:
        sent, is_new = submit_once(key=idempotency_key, team=team, **form.cleaned_data)
    except DuplicateSubmissionError as error:
        if not error.is_same:
            raise
        sent, is_new = error.original, False
    own = get_own_submission(team, sent.pk)
    response["Location"] = reverse("api-1:submission", args=[own.pk])
    return Status(202 if is_new else 200, _shown(own, response))


@router.get(
    "/submissions",
    auth=READS,
    response={200: schemas.SubmissionPage, **problems_of(401, 422)},
    summary="Submissions",
)
def list_submissions(
    request: HttpRequest, cursor: str | None = Query(None, pattern="^[0-9]{1,7}$")
) -> dict[str, Any]:
    """The team's submissions, the newest first."""
    start, versions = int(cursor or 0), ranked_versions()
    sent = Submission.objects.filter(team=team_of(request)).order_by("-created_at", "-pk")
    found = list(sent.prefetch_related("evaluations__ground_truth")[start : start + PER_PAGE + 1])
    return {
        "submissions": [documents.line_of(one, versions) for one in found[:PER_PAGE]],
        "next": str(start + PER_PAGE) if len(found) > PER_PAGE else None,
    }


@router.get(
    "/submissions/{int:number}",
    auth=READS,
    response={200: schemas.Submission, **problems_of(401, 404, 422)},
    url_name="submission",
    summary="A submission",
)
def read_submission(request: HttpRequest, response: HttpResponse, number: Path[Number]) -> dict[str, Any]:
    """A submission of the team. While it is scored, `Retry-After` says when to ask again."""
    return _shown(get_own_submission(team_of(request), number), response)


@router.patch(
    "/submissions/{int:number}",
    auth=SUBMITS,
    response={200: schemas.Submission, **problems_of(401, 403, 404, 409, 422)},
    summary="Edit",
)
def edit(
    request: HttpRequest,
    response: HttpResponse,
    number: Path[Number],
    changes: statements.Changes,
) -> dict[str, Any]:
    """Change what the team says about an entry, and who sees it; what is left out stays."""
    own = get_own_submission(team_of(request), number)
    blank = EditEntryForm(instance=own)
    now = {name: blank[name].value() for name in blank.fields}
    form = EditEntryForm(_as_form(now | changes.model_dump(exclude_unset=True)), instance=own)
    _check(form)
    visibility, until = form.cleaned_data["visibility"], form.cleaned_data["anonymous_until"]
    entries.change_entry(form.instance, form.values, visibility=visibility, anonymous_until=until)
    return _shown(get_own_submission(team_of(request), number), response)


@router.post(
    "/submissions/{int:number}/withdraw",
    auth=SUBMITS,
    response={200: schemas.Submission, **problems_of(401, 403, 404, 409, 422)},
    summary="Withdraw",
)
def withdraw(
    request: HttpRequest, response: HttpResponse, number: Path[Number], how: statements.Withdrawal
) -> dict[str, Any]:
    """Take an entry from the leaderboard, and delete its file if asked to. The limits stay used.

    A request that is sent again changes nothing more.
    """
    own = get_own_submission(team_of(request), number)
    entries.withdraw(own, delete_file=how.delete_file and not own.file_deleted_at)
    return _shown(get_own_submission(team_of(request), number), response)


@router.get(
    "/submissions/{int:number}/file",
    auth=READS,
    response=problems_of(401, 404, 422),
    openapi_extra={"responses": {200: FILE}},
    summary="Download",
)
def download(request: HttpRequest, number: Path[Number]) -> FileResponse:
    """The file as it was sent."""
    own = get_own_submission(team_of(request), number)
    try:
        content = open_as_sent(own)
    except (FileNotFoundError, ValueError) as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "The file was deleted.") from error
    return FileResponse(
        content, as_attachment=True, filename=own.file_name, content_type="application/octet-stream"
    )


def _shown(own: Submission, response: HttpResponse) -> dict[str, Any]:
    if documents.is_pending(own):
        response["Retry-After"] = str(POLL_SECONDS)
    return documents.submission_of(own)


def _as_form(values: Mapping[str, object]) -> dict[str, object]:
    """Return values as a browser sends them: without fields that are empty or not ticked."""
    return {name: value for name, value in values.items() if value is not False and value not in (None, "")}


def _refuse_unknown(names: Iterable[str]) -> None:
    """Refuse fields that do not exist: a typing error in `visibility` must not make an entry public."""
    if unknown := sorted({*names} - {*statements.NewSubmission.model_fields}):
        raise invalid_fields([FieldError(field=name, message="There is no such field.") for name in unknown])


def _check(form: BaseForm) -> None:
    """Raise the problem of a form that is not valid."""
    if not form.is_valid():
        errors = [
            FieldError(field="" if name == "__all__" else name, message=str(message))
            for name, messages in form.errors.items()
            for message in messages
        ]
        raise invalid_fields(errors)
