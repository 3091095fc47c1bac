"""Problems in a prediction file, worded so that its author can fix them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

#: Maximum number of characters quoted from a cell.
SHOWN_CHARACTERS = 40
#: Maximum number of characters quoted from the name of a file in an archive.
SHOWN_CHARACTERS_OF_NAMES = 80
#: Maximum number of lines named for one problem.
SHOWN_PLACES = 5
#: Maximum number of problems in the text of an error; `PredictionsError.problems` has all of them.
SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem, in one dataset, in several, or in the whole file if `dataset` is None.

    `message`, `dataset`, `line` (1 is the first line) and `index` (row of the test split) describe the first
    occurrence. `more_lines` are the lines of the next few of the `count` occurrences. `datasets` names all datasets
    with the problem, if there are several.
    """

    message: str
    dataset: str | None = None
    line: int | None = None
    index: int | None = None
    count: int = 1
    more_lines: tuple[int, ...] = ()
    datasets: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = [] if self.dataset is None else [self.dataset]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.index is not None:
            place.append(f"index {self.index}")
        text = f"{', '.join(place)}: {self.message}" if place else self.message
        return text + ("" if text.endswith("?") else ".") + self._extent()

    def _extent(self) -> str:
        """Return the sentence that says how often the problem occurs."""
        if self.count == 1:
            return f" This is true of {named(self.datasets)}." if self.datasets else ""
        within = f" of {named(self.datasets)}" if self.datasets else ""
        return f" {self.count:,} lines{within} have this problem{self._next_lines()}."

    def _next_lines(self) -> str:
        if not self.more_lines:
            return ""
        more = ", ..." if self.count > 1 + len(self.more_lines) else ""
        return f" (next: {', '.join(map(str, self.more_lines))}{more})"

    def to_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return asdict(self) | {"more_lines": list(self.more_lines), "datasets": list(self.datasets)}


class PredictionsError(ValueError):
    """A prediction file that cannot be scored; `problems` lists everything found."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__(problems)  # pickle passes this argument when a worker hands the error on
        self.problems = tuple(problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        if len(self.problems) > SHOWN_PROBLEMS:
            lines.append(f"{len(self.problems) - SHOWN_PROBLEMS} more kinds of problems were found.")
        return "\n".join(lines)


class ProblemLog:
    """Problems collected while a file is read: occurrences of one kind become one problem, in all datasets.

    `line_numbers_restart`: each dataset is in a file of its own, so only lines of the first dataset are named.
    """

    def __init__(self, *, line_numbers_restart: bool = False) -> None:
        self._problems: dict[str, Problem] = {}
        self._datasets: dict[str, list[str]] = {}
        self._line_numbers_restart = line_numbers_restart

    def add(
        self,
        kind: str,
        message: str,
        *,
        dataset: str | None = None,
        line: int | None = None,
        index: int | None = None,
    ) -> None:
        """Add one occurrence of `kind`; for later occurrences, only line and dataset are kept."""
        first = self._problems.get(kind)
        if first is None:
            self._problems[kind] = Problem(message, dataset, line, index)
            self._datasets[kind] = [] if dataset is None else [dataset]
            return
        more_lines = first.more_lines
        is_named = dataset == first.dataset or not self._line_numbers_restart
        if line is not None and is_named and len(more_lines) < SHOWN_PLACES - 1:
            more_lines = (*more_lines, line)
        self._problems[kind] = replace(first, count=first.count + 1, more_lines=more_lines)
        self._note_dataset(kind, dataset)

    def add_once(
        self, kind: str, message: str, *, dataset: str, line: int | None = None, index: int | None = None
    ) -> None:
        """Add a problem of a dataset as a whole: later datasets with this kind are named, lines are not counted."""
        if kind in self._problems:
            self._note_dataset(kind, dataset)
        else:
            self.add(kind, message, dataset=dataset, line=line, index=index)

    def _note_dataset(self, kind: str, dataset: str | None) -> None:
        names = self._datasets[kind]
        if dataset is not None and dataset not in names:
            names.append(dataset)

    def raise_if_any(self) -> None:
        """Raise a `PredictionsError` with all problems, in the order of the file."""
        problems = [
            replace(problem, datasets=tuple(names) if len(names := self._datasets[kind]) > 1 else ())
            for kind, problem in self._problems.items()
        ]
        if problems:
            raise PredictionsError(sorted(problems, key=lambda p: (p.line is None, p.line or 0)))


def refuse(message: str, *, line: int | None = None) -> PredictionsError:
    """Return an error about the whole file, for the caller to raise."""
    return PredictionsError([Problem(message, line=line)])


def named(datasets: Sequence[str]) -> str:
    """Return the names of datasets for a sentence, with their number if there are several."""
    return datasets[0] if len(datasets) == 1 else f"{len(datasets)} datasets ({', '.join(datasets)})"


def shown(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Quote `text` from a file for people: at most `most` characters, ASCII only, without control characters."""
    return ascii(text) if len(text) <= most else ascii(text[:most]) + "..."


def shown_name(name: str) -> str:
    """Quote the name of a file in an archive; the names of MedMNIST's evaluator are long."""
    return shown(name, SHOWN_CHARACTERS_OF_NAMES)
