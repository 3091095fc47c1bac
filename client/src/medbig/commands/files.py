"""Files on this computer: checked and scored with the site's own code."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medbig import show
from medbig.commands.app import AnyResolution, File, Output, Resolution, Run, app, examples
from medbig.errors import InvalidFileError, needs_score
from medbig.packing import pack
from medbig.show import Format

if TYPE_CHECKING:
    import numpy as np

    from medbig.scoring.reading.predictions import Predictions


@app.command(epilog=examples("medbig check predictions.csv.gz", "medbig check runs/ -r 224 --format json"))
def check(file: File, resolution: AnyResolution = None, run: Run = None, form: Output = Format.TABLE) -> None:
    """Check a file without labels, with the words of the site."""
    problems: list[str] = []
    warnings: list[str] = []
    try:
        with one_file(file, run) as path:
            warnings = list(read(path, resolution).warnings)
    except InvalidFileError as error:
        problems = error.problems
    if form is Format.JSON:
        show.document({"valid": not problems, "problems": problems, "warnings": warnings})
    elif form is Format.CSV:
        found = [("problem", text) for text in problems] + [("warning", text) for text in warnings]
        show.rows([{"kind": kind, "text": text} for kind, text in found], form, ("kind", "text"))
    elif problems:
        raise InvalidFileError(problems)
    else:
        show.note("The file is valid.")
        show.warnings(warnings)
    if problems:
        raise typer.Exit(InvalidFileError.exit_status)


@app.command(
    epilog=examples(
        "medbig score predictions.csv.gz --labels ~/.medmnist -r 224",
        "medbig score runs/ -r 28 --format csv > scores.csv",
    )
)
def score(
    file: File,
    labels: Annotated[Path, typer.Option(help="Folder with MedMNIST's npz files of any one size.")] = Path(
        "~/.medmnist"
    ),
    resolution: Resolution = 224,
    run: Run = None,
    intervals: Annotated[
        bool, typer.Option(help="95 % intervals, which take some seconds the first time.")
    ] = True,
    form: Output = Format.TABLE,
) -> None:
    """Score a file on this computer, exactly as the site does."""
    from medbig.evaluator import Evaluator, score_values
    from medbig.scoring.benchmark import MEDMNIST_PLUS

    evaluator = Evaluator(resolution, labels)
    truth = {dataset.name: evaluator.labels_of(dataset) for dataset in MEDMNIST_PLUS}
    with one_file(file, run) as path:
        predictions = read(path, resolution, truth)
    result = score_values(
        predictions.values,
        truth,
        MEDMNIST_PLUS,
        resolution,
        intervals=intervals,
        warnings=predictions.warnings,
    )
    if form is Format.JSON:
        show.document({"resolution": resolution, "scores": result.rows, "warnings": result.warnings})
        return
    columns = ("dataset", "metric", "score", *(("low", "high") if intervals else ()))
    show.rows(result.rows, form, columns)
    show.warnings(result.warnings)


@contextmanager
def one_file(path: Path, run: str | None = None) -> Iterator[Path]:
    """Give the file; of a folder, a zip of the evaluator's files in it.

    Raises:
        InvalidFileError: there is no such file, or its name shows that it cannot be a submission.

    """
    from medbig.scoring.reading.file_names import problem_of_name

    if not path.exists():
        raise InvalidFileError([f"{path} does not exist."])
    if path.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            yield pack(path, Path(folder) / f"{path.resolve().name or 'predictions'}.zip", run)
        return
    if problem := problem_of_name(path.name):
        raise InvalidFileError([problem])
    yield path


def read(
    path: Path, resolution: int | None, labels: "Mapping[str, np.ndarray] | None" = None
) -> "Predictions":
    """Read a file with the site's code, or end with its problems."""
    try:
        from medbig.scoring.benchmark import MEDMNIST_PLUS
        from medbig.scoring.reading.predictions import PredictionsError, read_predictions
    except ImportError as error:
        raise needs_score(error) from error
    try:
        return read_predictions(path, MEDMNIST_PLUS, labels=labels, resolution=resolution)
    except PredictionsError as error:
        raise InvalidFileError([str(problem) for problem in error.problems]) from error
    except OSError as error:
        raise InvalidFileError([f"{path} cannot be read: {error.strerror}."]) from error
