"""Submissions of the team: listed, shown, changed, withdrawn, downloaded."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from medbig import board, show
from medbig.commands.app import Number, Output, Wait, app, client, examples
from medbig.commands.outcome import report, wait_for
from medbig.errors import InvalidFileError
from medbig.show import Format
from medbig.submission import Submission

COLUMNS = ("id", "name", "resolution", "state", "visibility", "auc", "submitted")


@app.command(epilog=examples("medbig submissions", "medbig submissions --format csv > submissions.csv"))
def submissions(form: Output = Format.TABLE) -> None:
    """List your team's submissions, the newest first."""
    found = [_line(one.values) for one in client().submissions()]
    if form is Format.TABLE and not found:
        show.note("Your team has sent nothing yet. See: medbig submit --help")
        return
    show.rows(found, form, COLUMNS)


class _ResultByDefault(TyperGroup):
    """Commands behind the number of a submission; without one, `result`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `result` behind a number that no command follows."""
        number, rest = args[:1], args[1:]
        has_command = bool(rest) and not rest[0].startswith("-")
        asks_for_help = any(text in ("-h", "--help") for text in (number + rest)[:2])
        if number and not has_command and not asks_for_help:
            args = [*number, "result", *rest]
        return super().parse_args(ctx, args)


one_submission = typer.Typer(cls=_ResultByDefault, rich_markup_mode=None)
app.add_typer(
    one_submission,
    name="submission",
    epilog=examples(
        "medbig submission 12",
        "medbig submission 12 result --wait --format json",
        'medbig submission 12 edit --name "ResNet-18, seed 3" --visibility anonymous',
        "medbig submission 12 withdraw",
    ),
)


@one_submission.callback()
def submission(context: typer.Context, number: Number) -> None:
    """Show, edit or withdraw a submission."""
    context.obj = number


@one_submission.command()
def result(context: typer.Context, wait: Wait = False, form: Output = Format.TABLE) -> None:
    """Show scores and ranks, or why it failed."""
    found = _chosen(context)
    if wait:
        wait_for(found)
    report(found, form)


@one_submission.command()
def edit(
    context: typer.Context,
    name: Annotated[str | None, typer.Option("--name", "-m", help="Name of the model.")] = None,
    description: Annotated[str | None, typer.Option("--description", "-d", help="The method.")] = None,
    code: Annotated[str | None, typer.Option(help="Address of the code.")] = None,
    study: Annotated[str | None, typer.Option(help="Address or DOI of the study.")] = None,
    visibility: Annotated[str | None, typer.Option(help="public, anonymous or private.")] = None,
) -> None:
    """Change what an entry says, or who sees it.

    What you leave out stays.
    """
    about = {"model_name": name, "description": description, "code_url": code, "study_url": study,
             "visibility": visibility}  # fmt: skip
    stated = {field: value for field, value in about.items() if value is not None}
    if not stated:
        raise InvalidFileError(
            ["Say what to change, for example --name. See medbig submission REF edit --help."]
        )
    changed = _chosen(context).edit(**stated)
    show.note(f"Submission #{changed.id} was changed: {changed.url}")


@one_submission.command()
def withdraw(
    context: typer.Context,
    delete_file: Annotated[
        bool, typer.Option("--delete-file", help="Delete the file, too. Then it cannot be restored.")
    ] = False,
) -> None:
    """Take an entry from the leaderboard. The limits stay used."""
    ended = _chosen(context).withdraw(delete_file=delete_file)
    show.note(f"Submission #{ended.id} was withdrawn." + (" Its file was deleted." if delete_file else ""))


@app.command(epilog=examples("medbig download 12", "medbig download 12 --to predictions.csv.gz"))
def download(
    number: Number,
    to: Annotated[
        Path | None, typer.Option(help="Path of the file; by default the name with which it was sent.")
    ] = None,
) -> None:
    """Download a file that your team has sent."""
    print(client().submission(number).download(to))


def _chosen(context: typer.Context) -> Submission:
    return client().submission(context.obj)


def _line(values: dict[str, Any]) -> dict[str, Any]:
    """Return a submission with its scores and its day and time in columns of their own."""
    scores = {metric: (values["average"] or {}).get(metric) for metric in board.METRICS}
    when = values["submitted_at"][:16].replace("T", " ")
    return values | scores | {"submitted": when}
