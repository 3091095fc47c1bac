"""The site's programming interface: requests that are repeated safely, and submissions."""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from medbig import settings
from medbig.errors import InvalidFileError, LimitError, MedbigError, NotFoundError, NotReachableError
from medbig.submission import Submission

#: A request is sent this often at most; the pauses between grow from the first one.
ATTEMPTS, FIRST_PAUSE = 6, 0.5
#: Answers after which a request is sent again: the site or its proxy is busy or starting.
BUSY = {502, 503, 504}
ACCEPTED, TOO_MANY = 202, 429
TIMEOUT = httpx.Timeout(30, write=300)
#: A site that asks for more patience than these seconds is not asked again.
LONGEST_WAIT = 60

Progress = Callable[[int, int], None]


class Client:
    """A site, and the team whose token is used. Without arguments, both come from `medbig login`.

    Args:
        host: address of the site.
        token: token of the team; empty to read only what is public.
        transport: way to the site, for tests.
        sleep: pauses for some seconds.
        tell: takes a sentence each time that a request is sent again, and so takes longer.

    """

    def __init__(
        self,
        host: str | None = None,
        token: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        stored = settings.load() if host is None or token is None else None
        self.host = settings.clean(host) if host is not None else stored.host  # type: ignore[union-attr]
        self._token = token if token is not None else stored.token  # type: ignore[union-attr]
        self.sleep, self._tell = sleep, tell
        self._http = httpx.Client(base_url=f"{self.host}/api/v1", timeout=TIMEOUT, transport=transport)

    def get(self, path: str, **query: object) -> Any:
        """Return the answer to a reading request."""
        return self._json(
            "GET", path, params={name: value for name, value in query.items() if value is not None}
        )

    def submit(
        self,
        file: str | os.PathLike[str],
        *,
        model_name: str,
        description: str,
        resolution: int,
        progress: Progress | None = None,
        **statements: object,
    ) -> Submission:
        """Send a file of predictions.

        A connection that breaks is tried again with the same key, so that one call makes one submission at most.

        Args:
            file: `.csv`, `.csv.gz`, or a `.zip` of the files of MedMNIST's evaluator.
            model_name: name on the leaderboard.
            description: the method in a few sentences.
            resolution: 28, 64, 128 or 224.
            progress: called with the bytes that were sent, and with all bytes.
            statements: further fields, such as `code_url`, `study_url`, `visibility`, `parameters_millions`.

        Raises:
            InvalidFileError: the site refuses the file or a statement.
            LimitError: no submission is left.
            NotReachableError: the site does not answer, or the token does not work.

        """
        path = Path(file)
        key = uuid.uuid4().hex
        fields = {
            "model_name": model_name,
            "description": description,
            "resolution": resolution,
            **statements,
        }
        data = {name: _as_text(value) for name, value in fields.items() if value is not None}

        def send() -> httpx.Response:
            with path.open("rb") as content:
                body = _Counted(content, path.stat().st_size, progress) if progress else content
                return self._http.post(
                    "/submissions",
                    data=data,
                    files={"upload": (path.name, body)},  # type: ignore[dict-item]
                    headers=self._headers() | {"Idempotency-Key": key},
                )

        answer = self._checked(self._repeated(send))
        return Submission(self, answer.json(), is_new=answer.status_code == ACCEPTED)

    def submission(self, number: int) -> Submission:
        """Return a submission of the team."""
        try:
            return Submission(self, self.get(f"/submissions/{number}"))
        except NotFoundError as error:
            raise NotFoundError(f"Your team has no submission #{number}. See: medbig submissions") from error

    def submissions(self) -> Iterator[Submission]:
        """Yield the team's submissions, the newest first."""
        cursor = None
        while True:
            page = self.get("/submissions", cursor=cursor)
            for values in page["submissions"]:
                yield Submission(self, values)
            cursor = page["next"]
            if cursor is None:
                return

    def quota(self) -> list[dict[str, Any]]:
        """Return the submissions that are left to the team, for each phase that takes submissions now."""
        return self.get("/quota")

    def change(self, method: str, path: str, values: Mapping[str, object]) -> Any:
        """Return the answer to a request that changes something; sent twice, it changes the same."""
        return self._json(method, path, json=dict(values))

    def download(self, path: str, target: Path) -> None:
        """Write a file; a download that breaks leaves no part of it."""
        part = target.with_name(f"{target.name}.part")

        def fetch() -> httpx.Response:
            with self._http.stream("GET", path, headers=self._headers()) as response:
                if response.is_success:
                    with part.open("wb") as file:
                        for chunk in response.iter_bytes():
                            file.write(chunk)
                else:
                    response.read()
                return response

        try:
            self._checked(self._repeated(fetch))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _json(self, method: str, path: str, **about: Any) -> Any:
        def send() -> httpx.Response:
            return self._http.request(method, path, headers=self._headers(), **about)

        return self._checked(self._repeated(send)).json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _repeated(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send a request again while the site is busy or cannot be reached."""
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = send()
            except httpx.TransportError as error:
                fault, wait = f"{self.host} cannot be reached: {error}", pause
                if attempt == ATTEMPTS:
                    raise NotReachableError(fault) from error
            else:
                busy = _seconds_if_busy(response, pause)
                if busy is None or attempt == ATTEMPTS:
                    return response
                fault, wait = f"{self.host} is busy", busy
            self._tell(f"{fault}. Trying again in {wait:g} s.")
            self.sleep(wait)
            pause *= 2
        raise AssertionError("The last attempt returns or raises.")

    def _checked(self, response: httpx.Response) -> httpx.Response:
        """Return a good answer, or raise the error of a bad one."""
        if response.is_success:
            return response
        problem = _problem(response)
        detail = (
            problem.get("detail") or f"{self.host} answers {response.status_code} {response.reason_phrase}."
        )
        match response.status_code:
            case 401 if not self._token:
                raise NotReachableError("You are not logged in. Run: medbig login")
            case 401:
                raise NotReachableError(
                    f"{self.host} does not know your token: it was revoked, has expired, or is of another site. "
                    f"Make a new one on {self.host}/accounts/tokens/ and run: medbig login"
                )
            case 403:
                raise NotReachableError(detail)
            case 404:
                raise NotFoundError(detail)
            case 422:
                errors = [_sentence(one) for one in problem.get("errors", [])]
                raise InvalidFileError(errors or [detail])
            case 429:
                raise LimitError(detail)
            case status if status >= 500:
                raise NotReachableError(detail)
            case _:
                more = f" See {problem['submission']}" if "submission" in problem else ""
                raise MedbigError(f"{detail}{more}")


class _Counted:
    """A file that reports how much of it was read."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress) -> None:
        self._file, self._size, self._progress = file, size, progress

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._progress(self._file.tell(), self._size)
        return data

    def seek(self, *where: int) -> int:
        return self._file.seek(*where)

    def tell(self) -> int:
        return self._file.tell()


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds_if_busy(response: httpx.Response, pause: float) -> float | None:
    """Return the seconds after which a busy site may be asked again; None if its answer is final."""
    stated = response.headers.get("Retry-After", "")
    wait = float(stated) if stated.isdigit() else None
    if response.status_code in BUSY:
        return min(wait or pause, LONGEST_WAIT)
    if response.status_code == TOO_MANY and wait is not None and wait <= LONGEST_WAIT:
        return wait
    return None


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sentence(error: Mapping[str, str]) -> str:
    return f"{error['field']}: {error['message']}" if error.get("field") else error["message"]
