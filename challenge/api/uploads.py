"""Refusal of a file before it is received: no submission is left, too many files at once, or a disk nearly full."""

from http import HTTPStatus

from django.http import HttpRequest

from accounts.models import ApiToken, Team
from accounts.upload_slots import TOO_MANY
from bigsite import disk
from bigsite.bodies import take_upload_slot
from challenge.api import authentication
from challenge.api.problems import ProblemError
from challenge.services.quotas import refusal_of, used_up_quotas
from challenge.services.requests import is_known
from challenge.services.submissions import SubmissionRefusedError


class TokenAuthentication(authentication.TokenAuthentication):
    """Accepts a token that may submit, of a team that has a submission left and sends few files at this moment.

    Nothing reads a body before the token is accepted.
    """

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the token; None if it is not valid.

        Raises:
            ProblemError: the token may not submit, the disk is nearly full, or the team sends too many files.
            SubmissionRefusedError: no submission is left.

        """
        found = super().authenticate(request, token)
        if found is None:
            return None
        if not is_known(request.headers.get("Idempotency-Key"), found.team):
            _refuse_what_cannot_be_kept(found.team)
        if not take_upload_slot(request, found.team_id):
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY, headers={"Retry-After": "5"})
        return found


def _refuse_what_cannot_be_kept(team: Team) -> None:
    """Raise the error of a file that would be refused or could not be stored."""
    if disk.is_nearly_full():
        wait = {"Retry-After": str(disk.RETRY_AFTER)}
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, disk.NEARLY_FULL, headers=wait)
    if used_up := used_up_quotas(team):
        times = [quota.retry_at for quota in used_up if quota.retry_at]
        raise SubmissionRefusedError(refusal_of(used_up), retry_at=min(times, default=None))


#: OpenAPI names a scheme by its class: this one is the same as for other operations.
SENDS_FILES = TokenAuthentication(submits=True)
