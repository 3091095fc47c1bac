"""Files of MedMNIST's evaluator, packed into the one archive that the site takes."""

import zipfile
from pathlib import Path

from medbig.errors import InvalidFileError
from medbig.scoring.benchmark import MEDMNIST_PLUS

#: Begin the names of the evaluator's files; a folder of results also has other files.
_BEGINNINGS = tuple(dataset.name for dataset in MEDMNIST_PLUS)
_EXAMPLE = "pathmnist_224_test_[AUC]0.912_[ACC]0.834@1.csv"


def pack(folder: Path, target: Path, run: str | None = None) -> Path:
    """Pack the evaluator's files of a folder, and of folders below it, into a zip, unchanged.

    Args:
        folder: folder with the files.
        target: path of the zip.
        run: the run behind the `@` in their names; None for files of all runs.

    Raises:
        InvalidFileError: the folder has no such files.

    """
    if not folder.is_dir():
        raise InvalidFileError([f"{folder} is not a folder."])
    found = [file for file in sorted(folder.rglob("*.csv")) if file.name.lower().startswith(_BEGINNINGS)]
    chosen = found if run is None else [file for file in found if file.stem.endswith(f"@{run}")]
    if not chosen:
        runs = sorted({file.stem.rpartition("@")[2] for file in found if "@" in file.stem})
        of_run = f"of run {run}; its runs are {', '.join(runs)}" if runs else f"such as {_EXAMPLE}"
        raise InvalidFileError([f"{folder} has no files of MedMNIST's evaluator {of_run}."])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in chosen:
            archive.write(file, file.relative_to(folder))
    return target
