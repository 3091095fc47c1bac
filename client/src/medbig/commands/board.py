"""The leaderboard."""

from typing import Annotated

import typer

from medbig import board, show
from medbig.board import range_text
from medbig.commands.app import Output, Resolution, app, client, examples
from medbig.show import Format


@app.command(
    epilog=examples(
        "medbig leaderboard -r 224",
        "medbig leaderboard -r 28 --metric cohen_kappa --entries all --top 0 --format csv > board.csv",
        "medbig leaderboard --release 2027.1",
    )
)
def leaderboard(
    resolution: Resolution = 224,
    metric: Annotated[str, typer.Option(help=f"Metric that ranks: {', '.join(board.METRICS)}.")] = "auc",
    entries: Annotated[
        str, typer.Option(help="best for the best entry of each team, all for all entries.")
    ] = "best",
    release: Annotated[
        str | None, typer.Option(help="A frozen leaderboard, such as 2027.1, whose ranks never change.")
    ] = None,
    top: Annotated[int, typer.Option(help="Number of rows; 0 for all.", min=0)] = 20,
    form: Output = Format.TABLE,
) -> None:
    """Show the leaderboard of today, or of a release."""
    found = board.leaderboard(resolution, metric, entries=entries, release=release, client=client())
    rows = found.to_records()[: top or None]
    for row in rows:
        row["range"] = range_text(row["rank_low"], row["rank_high"])
    if form is Format.TABLE and not rows:
        show.note(f"There are no entries at {resolution} × {resolution} yet.")
        return
    name = f"Release {release}" if release else "Leaderboard"
    by = board.METRICS.get(metric, metric)
    show.rows(
        rows,
        form,
        ("rank", "range", "name", "about", *board.METRICS),
        title=f"{name}, {resolution} × {resolution}, ranked by {by}",
    )
    if form is Format.TABLE and len(rows) < len(found.rows):
        show.note(f"{len(rows)} of {len(found.rows)} rows; --top 0 shows all.")
