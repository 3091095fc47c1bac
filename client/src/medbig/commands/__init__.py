"""The command `medbig`."""

import sys

from medbig import show
from medbig.commands import account, board, files, own, send  # noqa: F401  # they add their commands
from medbig.commands.app import app
from medbig.errors import InvalidFileError, MedbigError


def main() -> None:
    """Run the command; an error is one message on standard error and an exit status."""
    try:
        app()
    except InvalidFileError as error:
        show.problems("Not valid:", error.problems)
        sys.exit(error.exit_status)
    except MedbigError as error:
        show.note(str(error))
        sys.exit(error.exit_status)
    except TimeoutError as error:
        show.note(str(error))
        sys.exit(MedbigError.exit_status)
