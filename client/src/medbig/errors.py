"""Errors, each with the exit status of the command that ends with it."""

from collections.abc import Sequence


class MedbigError(Exception):
    """Something went wrong; the message says what, and what to do."""

    exit_status = 1


class NotFoundError(MedbigError):
    """The site has nothing at an address, or nothing that the team may see."""


class InvalidFileError(MedbigError):
    """A file or a request is not valid; `problems` lists all reasons."""

    exit_status = 2

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class LimitError(MedbigError):
    """A limit is reached, or no phase takes submissions."""

    exit_status = 3


class NotReachableError(MedbigError):
    """The site cannot be reached, or refuses to talk to us."""

    exit_status = 4


class NeedsExtraError(MedbigError):
    """A function needs packages that are not installed."""


def needs_score(error: ImportError) -> NeedsExtraError:
    """Return the error of a missing package of the extra `score`."""
    return NeedsExtraError(f'{error.name} is not installed. Install it with: pip install "medbig[score]"')
