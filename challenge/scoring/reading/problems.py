"""Problems in a prediction file, worded so that its author can fix them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: Maximum number of characters quoted from a cell.
SHOWN_CHARACTERS = 40
#: Maximum number of lines named for one problem.
SHOWN_PLACES = 5
#: Maximum number of problems in the text of an error; `PredictionsError.problems` has all of them.
SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem in one dataset, or in the whole file if `dataset` is None.

    `message`, `line` (1 is the header) and `index` (row of the test split) describe the first occurrence. `more_lines`
    are the lines of the next few of the `count` occurrences.
    """

    message: str
    dataset: str | None = None
    line: int | None = None
    index: int | None = None
    count: int = 1
    more_lines: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = [] if self.dataset is None else [self.dataset]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.index is not None:
            place.append(f"index {self.index}")
        text = f"{', '.join(place)}: {self.message}" if place else self.message
        if not self.more_lines:
            return f"{text}."
        further = ", ".join(map(str, self.more_lines))
        more = ", ..." if self.count > 1 + len(self.more_lines) else ""
        return f"{text}. {self.count:,} lines have this problem (next: {further}{more})."

    def to_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return asdict(self) | {"more_lines": list(self.more_lines)}


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
    """Problems collected while a file is read; the same kind in the same dataset is counted, not repeated."""

    def __init__(self) -> None:
        self._problems: dict[tuple[str, str | None], Problem] = {}

    def add(
        self,
        kind: str,
        message: str,
        *,
        dataset: str | None = None,
        line: int | None = None,
        index: int | None = None,
    ) -> None:
        """Add one occurrence of `kind`; for later ones in the same dataset, only the line is kept."""
        first = self._problems.get((kind, dataset))
        if first is None:
            self._problems[kind, dataset] = Problem(message, dataset, line, index)
            return
        more_lines = first.more_lines
        if line is not None and len(more_lines) < SHOWN_PLACES - 1:
            more_lines = (*more_lines, line)
        self._problems[kind, dataset] = Problem(
            first.message, dataset, first.line, first.index, first.count + 1, more_lines
        )

    def raise_if_any(self) -> None:
        """Raise a `PredictionsError` with all problems, in the order of the file."""
        if self._problems:
            in_file_order = sorted(self._problems.values(), key=lambda p: (p.line is None, p.line or 0))
            raise PredictionsError(in_file_order)


def refuse(message: str, *, line: int | None = None) -> PredictionsError:
    """Return an error about the whole file, for the caller to raise."""
    return PredictionsError([Problem(message, line=line)])


def shown(text: str) -> str:
    """Quote `text` from a file for people: short, ASCII only, without control characters."""
    if len(text) > SHOWN_CHARACTERS:
        return ascii(text[:SHOWN_CHARACTERS]) + "..."
    return ascii(text)
