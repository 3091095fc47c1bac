"""A submission on its way to a rank, and its outcome."""

import typer
from rich.console import Console

from medbig import board, show
from medbig.board import range_text
from medbig.show import Format
from medbig.submission import Submission

INTERRUPTED = 130


def wait_for(sent: Submission) -> None:
    """Wait for scores, intervals and rank, and show the place in the queue."""
    console = Console(stderr=True, highlight=False)
    told = ""

    def tell(one: Submission) -> None:
        nonlocal told
        words = _progress(one)
        if console.is_terminal:
            status.update(words)
        elif words != told:
            show.note(words)
        told = words

    try:
        with console.status("") as status:
            sent.wait(on_change=tell)
    except KeyboardInterrupt:
        show.note(
            f"Submission #{sent.id} goes on without you. Ask again with: medbig submission {sent.id} result --wait"
        )
        raise typer.Exit(INTERRUPTED) from None


def report(sent: Submission, form: Format) -> None:
    """Print the outcome; a failed submission ends with status 1."""
    if form is Format.JSON:
        show.document(sent.values)
    elif sent.state == "failed":
        show.problems(f"Submission #{sent.id} failed:", sent.problems)
    elif sent.values["average"]:
        _print_scores(sent, form)
        show.warnings(sent.warnings)
    else:
        show.note(f"{_progress(sent)}. Ask again with: medbig submission {sent.id} result --wait")
    if sent.state == "failed":
        raise typer.Exit(1)


def _progress(sent: Submission) -> str:
    if sent.state == "queued":
        before = sent.values.get("waiting_before") or 0
        others = "1 submission" if before == 1 else f"{before} submissions"
        return f"Waiting in the queue: {others} before yours" if before else "Next in the queue"
    words = {"scoring": "Scoring", "scored": "Scored; intervals and rank follow"}
    return words.get(sent.state, sent.state)


def _print_scores(sent: Submission, form: Format) -> None:
    average = sent.values["average"]
    found = [
        {"metric": metric, "score": average[metric], "low": average.get(f"{metric}_low"),
         "high": average.get(f"{metric}_high"), **_place(sent, metric)}
        for metric in board.METRICS
    ]  # fmt: skip
    size = sent.values["resolution"]
    seen = "withdrawn" if sent.values["withdrawn"] else sent.values["visibility"]
    title = f"#{sent.id} {sent.values['name']}, {size} × {size}, {seen}"
    show.rows(found, form, ("metric", "score", "low", "high", "rank", "range", "of"), title=title)


def _place(sent: Submission, metric: str) -> dict[str, object]:
    place = (sent.values.get("ranks") or {}).get(metric)
    if not place:
        return {"rank": None, "range": "", "of": None}
    return {"rank": place["rank"], "range": range_text(place["low"], place["high"]), "of": place["of"]}
