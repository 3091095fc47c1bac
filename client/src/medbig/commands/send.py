"""Submitting."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from medbig import show
from medbig.client import Client
from medbig.commands.account import tell_limits
from medbig.commands.app import FILE_HELP, Output, Resolution, Run, Wait, app, client, examples
from medbig.commands.files import one_file, read
from medbig.commands.outcome import report, wait_for
from medbig.errors import InvalidFileError
from medbig.show import Format


@app.command(
    epilog=examples(
        'medbig submit -f predictions.csv.gz -m "ResNet-18" -r 224 -d "Trained end to end." --wait',
        'medbig submit -f runs/ --run 3 -m "ResNet-18" -r 28 -d "Trained end to end." --private',
        'medbig submit -f predictions.csv.gz -m "ResNet-18" -r 224 --dry-run',
    )
)
def submit(
    file: Annotated[Path, typer.Option("--file", "-f", help=FILE_HELP)],
    name: Annotated[str, typer.Option("--name", "-m", help="Name of the model on the leaderboard.")],
    resolution: Resolution,
    description: Annotated[
        str,
        typer.Option(
            "--description", "-d", help="The method in a few sentences; on a terminal, it is asked for."
        ),
    ] = "",
    code: Annotated[str, typer.Option(help="Address of the code.")] = "",
    study: Annotated[str, typer.Option(help="Address or DOI of the study.")] = "",
    external_data: Annotated[
        bool, typer.Option("--external-data", help="Data beyond MedMNIST+ was used for training.")
    ] = False,
    special_methods: Annotated[
        str, typer.Option(help="Departures from the standard protocol, such as an ensemble.")
    ] = "",
    phase: Annotated[
        int | None, typer.Option(help="Number of the phase, if several take submissions.")
    ] = None,
    run: Run = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish the predictions under CC BY 4.0.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="Shown to your team only, never ranked.")
    ] = False,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Ranked as “Anonymous team”.")] = False,
    wait: Wait = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check the file and your limits; nothing is sent.")
    ] = False,
    form: Output = Format.TABLE,
) -> None:
    """Send a file of predictions. A connection that breaks is tried again; there is one submission in the end."""
    if private and anonymous:
        raise InvalidFileError(["Choose --private or --anonymous, not both."])
    site = client()
    with one_file(file, run) as path:
        if dry_run:
            _dry_run(site, path, resolution)
            return
        description = description or _ask_for_description()
        with _upload_bar() as progress:
            sent = site.submit(
                path,
                model_name=name,
                description=description,
                resolution=resolution,
                code_url=code or None,
                study_url=study or None,
                external_data=external_data or None,
                special_methods=special_methods or None,
                phase=phase,
                publish_predictions=publish or None,
                visibility="private" if private else "anonymous" if anonymous else None,
                progress=progress,
            )
    outcome = "was accepted" if sent.is_new else "has this file already, so nothing new was made"
    show.note(f"Submission #{sent.id} {outcome}: {sent.url}")
    if wait:
        wait_for(sent)
    report(sent, form)


def _ask_for_description() -> str:
    if not sys.stdin.isatty():
        raise InvalidFileError(["Describe the method in a few sentences with --description (-d)."])
    return typer.prompt("Describe the method in a few sentences")


def _dry_run(site: Client, path: Path, resolution: int) -> None:
    warnings = read(path, resolution).warnings
    show.note("The file is valid. It was not sent.")
    show.warnings(warnings)
    tell_limits(site.quota())


@contextmanager
def _upload_bar() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("Uploading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("upload", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
