"""Files of MedMNIST's evaluator in a zip archive: which file holds which dataset.

The evaluator names its files `pathmnist_224_test_[AUC]0.912_[ACC]0.834@run1.csv`; without a size for 28 pixels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zipfile import ZipInfo

from ..benchmark import Benchmark
from .other_formats import kind_of_zip
from .problems import ProblemLog, named, refuse, shown_name

#: A name of the evaluator, in lower case: dataset, size, split.
_NAME = re.compile(r"([a-z]+mnist(?:3d)?)(?:_([0-9]{1,6}))?_(train|val|test)(?![a-z0-9]).*\.csv", re.DOTALL)
_EXAMPLE = "pathmnist_224_test_[AUC]0.912_[ACC]0.834@run1.csv"


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the evaluator for a test split; `size` is None if the name has none."""

    info: ZipInfo
    name: str
    dataset: str
    size: int | None


def choose_files(
    files: Mapping[ZipInfo, str], benchmark: Benchmark, resolution: int | None
) -> dict[str, ZipInfo]:
    """Return the file of each dataset. `resolution` is that of the submission, if it is known.

    `files` are the archive's files and their names. Files of the training and validation splits and of 3D datasets are
    left out. Raises `PredictionsError` unless each dataset has one file, all of one size.
    """
    kind = kind_of_zip(info.filename for info in files)
    if kind:
        raise refuse(f"The file is not CSV: it seems to be {kind}")
    if not files:
        raise refuse("The zip archive has no files; make it again")
    named_files = [(_NAME.fullmatch(name.lower()), info, name) for info, name in files.items()]
    _check_other_files([name for match, _, name in named_files if match is None], len(files))
    names = {dataset.name for dataset in benchmark}
    tests = [
        _File(info, name, match[1], int(match[2]) if match[2] else None)
        for match, info, name in named_files
        if match and match[3] == "test" and match[1] in names
    ]
    if not tests:
        raise refuse(
            "The zip archive has no file of a test split as MedMNIST's evaluator names them, "
            f"such as {_EXAMPLE}"
        )
    _check_sizes(tests, resolution)
    return _one_for_each(tests, benchmark)


def _check_other_files(others: Sequence[str], n_files: int) -> None:
    """Refuse an archive with files that are not the evaluator's."""
    if not others:
        return
    first = shown_name(others[0])
    if n_files == 1 and others[0].lower().endswith((".csv", ".csv.gz")):
        raise refuse(
            f"The zip archive holds one CSV ({first}); send the CSV itself, plain or compressed with gzip. "
            "A zip is only for the files of MedMNIST's evaluator"
        )
    if others[0].lower().endswith(".zip"):
        raise refuse(
            f"The zip archive holds another archive ({first}); put the CSV files themselves into one zip"
        )
    raise refuse(
        f"The zip archive holds a file that MedMNIST's evaluator does not write ({first}); "
        f"send only its files, such as {_EXAMPLE}"
    )


def _check_sizes(tests: Sequence[_File], resolution: int | None) -> None:
    by_size = {file.size: file for file in reversed(tests)}  # the first file of each size
    if len(by_size) > 1:
        shown_names = ", ".join(shown_name(file.name) for file in reversed(by_size.values()))
        raise refuse(
            f"The files are of several resolutions by their names ({shown_names}); send one resolution in a zip"
        )
    (size,) = by_size
    if size is not None and resolution is not None and size != resolution:
        raise refuse(
            f"The files are for images of {size} pixels by their names, but the submission is for {resolution} pixels; "
            "choose the resolution of the files"
        )


def _one_for_each(tests: Sequence[_File], benchmark: Benchmark) -> dict[str, ZipInfo]:
    problems = ProblemLog()
    chosen: dict[str, _File] = {}
    for file in tests:
        first = chosen.setdefault(file.dataset, file)
        if first is not file:
            both = f"{shown_name(first.name)}, {shown_name(file.name)}"
            message = f"the zip archive has two files of the dataset ({both}); send one run"
            problems.add_once("two files", message, dataset=file.dataset)
    problems.raise_if_any()
    missing = [dataset.name for dataset in benchmark if dataset.name not in chosen]
    if missing:
        raise refuse(
            f"The zip archive has no file of {named(missing)}; send the files of all {benchmark.n_datasets} datasets"
        )
    return {dataset.name: chosen[dataset.name].info for dataset in benchmark}
