"""A submission of the team, with its scores and its rank."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medbig.errors import MedbigError

if TYPE_CHECKING:
    from medbig.client import Client

#: Pauses in seconds between two questions about a submission: the first, and the longest.
FIRST_POLL, LONGEST_POLL = 0.3, 10.0


class Submission:
    """A submission of the team, as the site knew it last; `is_new` is true if this request made it."""

    def __init__(self, client: "Client", values: dict[str, Any], *, is_new: bool = False) -> None:
        self._client = client
        self.values = values
        self.is_new = is_new

    def __repr__(self) -> str:
        return f"<Submission #{self.id} “{self.values['name']}”: {self.state}>"

    @property
    def id(self) -> int:
        """Number of the submission."""
        return self.values["id"]

    @property
    def url(self) -> str:
        """Page of the submission."""
        return self.values["url"]

    @property
    def state(self) -> str:
        """`queued`, `scoring`, `scored` or `failed`."""
        return self.values["state"]

    @property
    def is_pending(self) -> bool:
        """True while the outcome is open, or the intervals of the scores follow."""
        follows = self.state == "scored" and not self.values.get("has_intervals", True)
        return self.state in ("queued", "scoring") or follows

    @property
    def problems(self) -> list[str]:
        """Problems of the file, one sentence each."""
        return self.values["problems"]

    @property
    def warnings(self) -> list[str]:
        """Warnings about a valid file, one sentence each."""
        return self.values["warnings"]

    @property
    def rank(self) -> int | None:
        """Rank by AUC at the resolution; None if it is not ranked (yet)."""
        place = (self.values.get("ranks") or {}).get("auc")
        return place["rank"] if place else None

    @property
    def rank_range(self) -> tuple[int, int] | None:
        """Lowest and highest rank over resamples of the test images; None if it is not known (yet)."""
        place = (self.values.get("ranks") or {}).get("auc")
        return (place["low"], place["high"]) if place and place["low"] else None

    def refresh(self) -> "Submission":
        """Ask the site again."""
        self.values = self._client.get(f"/submissions/{self.id}")
        return self

    def wait(
        self, seconds: float = 600, on_change: Callable[["Submission"], None] | None = None
    ) -> "Submission":
        """Wait until it is scored with its intervals and its rank, or failed.

        Raises:
            TimeoutError: the time is over; the submission goes on.

        """
        end, pause = time.monotonic() + seconds, FIRST_POLL
        while self.refresh().is_pending or self._waits_for_its_rank:
            if on_change:
                on_change(self)
            if time.monotonic() + pause > end:
                raise TimeoutError(
                    f"Submission #{self.id} is still {self.state} after {seconds:.0f} s. It goes on without you: "
                    f"ask again with medbig submission {self.id} result --wait"
                )
            self._client.sleep(pause)
            pause = min(1.5 * pause, LONGEST_POLL)
        return self

    @property
    def _waits_for_its_rank(self) -> bool:
        """True if the leaderboard, which is renewed after the scores, has no rank or range yet.

        A submission that is never ranked has no `ranks` at all: it is private, withdrawn or held, for example.
        """
        return self.state == "scored" and self.values["ranks"] is not None and self.rank_range is None

    def edit(self, **statements: object) -> "Submission":
        """Change statements, such as `model_name` or `visibility`; those that are left out stay."""
        self.values = self._client.change("PATCH", f"/submissions/{self.id}", statements)
        return self

    def withdraw(self, *, delete_file: bool = False) -> "Submission":
        """Take the entry from the leaderboard, and delete its file for good if asked to."""
        about = {"delete_file": delete_file}
        self.values = self._client.change("POST", f"/submissions/{self.id}/withdraw", about)
        return self

    def download(self, target: str | os.PathLike[str] | None = None) -> Path:
        """Write the file as it was sent; return its path.

        Raises:
            MedbigError: no target is given, and there is a file with the name of the sent one.

        """
        path = Path(target) if target else Path(Path(self.values["file_name"]).name)
        if target is None and path.exists():
            raise MedbigError(
                f"{path} exists, and was not replaced. Give another path, or this one, with --to."
            )
        self._client.download(f"/submissions/{self.id}/file", path)
        return path
