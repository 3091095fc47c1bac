"""The application, its connection to the site, and the options of several commands."""

import re
from pathlib import Path
from typing import Annotated

import typer

from medbig import show
from medbig.client import Client
from medbig.scoring.benchmark import MEDMNIST_PLUS
from medbig.show import Format

RESOLUTIONS = ", ".join(map(str, MEDMNIST_PLUS.resolutions))
FILE_HELP = "Predictions: .csv, .csv.gz, or a .zip or folder of the files of MedMNIST's evaluator."
HELP = """\
Submit predictions to the BIG benchmark, and read its leaderboard.

\b
  medbig login --host https://big.example.org
  medbig check predictions.csv.gz
  medbig submit -f predictions.csv.gz -m "ResNet-18" -r 224 --wait
  medbig leaderboard -r 224

\b
Exit status: 0 good, 1 failed, 2 not valid, 3 limit reached, 4 not reachable.
BIG_HOST and BIG_TOKEN go before the stored address and token.
"""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=HELP,
)


def client(host: str | None = None, token: str | None = None) -> Client:
    """Return the site; sentences about requests that are sent again go to standard error."""
    return Client(host, token, tell=show.note)


def examples(*lines: str) -> str:
    """Return examples for the end of a help text."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _resolution(value: int | None) -> int | None:
    if value is not None and value not in MEDMNIST_PLUS.resolutions:
        raise typer.BadParameter(f"{value} is not one of {RESOLUTIONS}.")
    return value


def _number(text: str) -> int:
    """Return the number of a submission from `12`, `#12` or its address."""
    found = re.fullmatch(r"(?:#|\S+/submissions/)?(\d+)/?", text.strip())
    if not found:
        raise typer.BadParameter(f"“{text}” is no number of a submission, such as 12.")
    return int(found[1])


File = Annotated[Path, typer.Argument(help=FILE_HELP)]
Resolution = Annotated[
    int, typer.Option("--resolution", "-r", help=f"Of the images: {RESOLUTIONS}.", callback=_resolution)
]
AnyResolution = Annotated[
    int | None,
    typer.Option(
        "--resolution",
        "-r",
        help=f"Compared with the names of the files: {RESOLUTIONS}.",
        callback=_resolution,
    ),
]
Run = Annotated[
    str | None,
    typer.Option(help="Of a folder with several runs of the evaluator: the one behind the @ in the names."),
]
Output = Annotated[Format, typer.Option("--format", help="Form of the output.")]
Number = Annotated[
    int, typer.Argument(help="Number or address of the submission.", parser=_number, metavar="REF")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for scores, intervals and rank.")]
