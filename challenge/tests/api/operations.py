"""All operations of the interface: who may do what, and a request that succeeds for those who may."""

from dataclasses import dataclass
from typing import Any, Literal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenge.api.interface import interface

STATEMENTS = {"model_name": "ResNet", "description": "Trained with care.", "resolution": 28}
ROOT = "/api/v1"


@dataclass(frozen=True)
class Operation:
    """An operation, and the scope of the token that it needs; "none": everybody may do it, without a token."""

    method: str
    path: str
    scope: Literal["none", "read", "submit"]
    body: dict[str, Any] | None = None
    #: Status of the answer to those who may.
    status: int = 200

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_of_one_team(self) -> bool:
        """True if it is about one submission, which only its team may read and change."""
        return "{number}" in self.path

    def ask(self, client: Client, numbers: dict[str, Any]):
        """Send the request, with the numbers of objects that exist."""
        address = ROOT + self.path.format(**numbers)
        if self.path == "/submissions" and self.method == "post":
            upload = SimpleUploadedFile("predictions.csv", b"other predictions")
            return client.post(address, STATEMENTS | {"upload": upload})
        if self.body is not None:
            return getattr(client, self.method)(address, self.body, "application/json")
        return getattr(client, self.method)(address)


#: The table is complete: an operation without a row fails `test_every_operation_is_in_the_table`.
OPERATIONS = [
    Operation("get", "/leaderboard", "none"),
    Operation("get", "/entries/{entry}", "none"),
    Operation("get", "/groups/{group}", "none"),
    Operation("get", "/releases", "none"),
    Operation("get", "/releases/{name}", "none"),
    Operation("get", "/releases/{name}/leaderboard", "none"),
    Operation("get", "/datasets", "none"),
    Operation("get", "/metrics", "none"),
    Operation("get", "/phases", "none"),
    Operation("get", "/quota", "read"),
    Operation("get", "/submissions", "read"),
    Operation("get", "/submissions/{number}", "read"),
    Operation("get", "/submissions/{number}/file", "read"),
    Operation("post", "/submissions", "submit", status=202),
    Operation("patch", "/submissions/{number}", "submit", {"model_name": "New"}),
    Operation("post", "/submissions/{number}/withdraw", "submit", {}),
]
OPEN = [one for one in OPERATIONS if one.scope == "none"]
OF_TEAMS = [one for one in OPERATIONS if one.scope != "none"]
SUBMITTING = [one for one in OPERATIONS if one.scope == "submit"]


def described() -> dict[tuple[str, str], bool]:
    """Return method and path of each operation of the description, and whether it says that a token is needed."""
    paths = interface.get_openapi_schema()["paths"]
    return {
        (method, path.removeprefix(ROOT)): "security" in operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
