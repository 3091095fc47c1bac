"""Random files of the kinds that people make by mistake, to compare the checker with the site."""

import random
from collections.abc import Callable, Mapping

import numpy as np

from challenge.scoring.benchmark import Benchmark
from challenge.tests.scoring.layouts import canonical_text, thesis_text

Values = Mapping[str, np.ndarray]


def mistaken_file(rng: random.Random, predictions: Values, benchmark: Benchmark) -> bytes:
    """Return a file in either layout with odd values, odd cells, or an odd form; often with several of them."""
    values = dict(predictions)
    for name in values:
        if rng.random() < 0.4:
            values[name] = rng.choice(ODD_VALUES)(values[name], rng)
    is_thesis = rng.random() < 0.5
    text = (thesis_text if is_thesis else canonical_text)(values, benchmark)
    for _ in range(rng.choice([0, 1, 1, 2])):
        text = rng.choice(ODD_CELLS)(text, rng)
    form = rng.choice(ODD_FORMS)(text, rng)
    return form if isinstance(form, bytes) else form.encode()


# --- Values ---------------------------------------------------------------------------------------


def some(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray, random.Random], np.ndarray]:
    """Change some rows, or all."""

    def changed(values: np.ndarray, rng: random.Random) -> np.ndarray:
        share = rng.choice([0.2, 0.5, 1, 1])
        rows = np.array([rng.random() < share for _ in values])
        return np.where(rows[:, None], change(values.astype(float)), values)

    return changed


def near(limit: float) -> Callable[[np.ndarray, random.Random], np.ndarray]:
    """Put a value next to a limit: within, at and past its tolerance."""

    def changed(values: np.ndarray, rng: random.Random) -> np.ndarray:
        values = values.astype(float)
        row = rng.randrange(len(values))
        off = rng.choice([1e-17, 1e-9, 9.9e-7, 1e-6, 1.0000001e-6, 1.1e-6, 2e-6, 1e-5, 1e-3])
        values[row] = 1 - limit
        values[row, rng.randrange(values.shape[1])] = limit + rng.choice([-1, 1]) * off
        return values

    return changed


def sum_off(values: np.ndarray, rng: random.Random) -> np.ndarray:
    """Let a row miss 1 by about the tolerance."""
    values = values.astype(float)
    row, column = rng.randrange(len(values)), rng.randrange(values.shape[1])
    off = 0.01 + rng.choice([-1e-5, -1e-9, 0, 1e-12, 9e-10, 2e-9, 1e-8, 1e-7, 1e-5])
    values[row, column] = 1 - (values[row].sum() - values[row, column]) + rng.choice([-1, 1]) * off
    return values


def rounded(values: np.ndarray, rng: random.Random) -> np.ndarray:
    odd = rng.choice([0.9871, 0.971, 1.0173, 1.04, 1])
    return np.round(values.astype(float) * odd, rng.choice([0, 1, 2, 2, 3]))


ODD_VALUES = (
    some(lambda values: values * 100),
    some(lambda values: np.log(values + 0.01)),
    some(lambda values: 1 / (1 + np.exp(-values))),
    some(lambda values: (values == values.max(axis=1, keepdims=True)).astype(float)),
    some(lambda values: np.full_like(values, 1 / values.shape[1])),
    some(lambda values: values * np.nan),
    some(lambda values: values[:, ::-1]),
    near(0),
    near(1),
    sum_off,
    rounded,
)


# --- Cells ----------------------------------------------------------------------------------------


def replaced(*choices: tuple[str, str]) -> Callable[[str, random.Random], str]:
    """Replace one text by another: everywhere, in the header, below it, or once."""

    def changed(text: str, rng: random.Random) -> str:
        old, new = rng.choice(choices)
        header, _, rows = text.partition("\n")
        where = rng.choice(["everywhere", "everywhere", "header", "rows", "once"])
        if where == "once":
            before, found, after = text[rng.randrange(len(text)) :].partition(old)
            return text[: len(text) - len(before + found + after)] + before + (new if found else "") + after
        if where != "rows":
            header = header.replace(old, new)
        if where != "header":
            rows = rows.replace(old, new)
        return f"{header}\n{rows}"

    return changed


def with_column(text: str, rng: random.Random) -> str:
    """Put a column in front of the others, or behind them."""
    name = rng.choice(["", "Unnamed: 0", "truth", "prediction", "label", "note", "P1", "Index"])
    cell = rng.choice(["{}", "", "x", "0.5"])
    lines = text.split("\n")
    cells = [name, *(cell.format(number) for number in range(len(lines) - 2))]
    in_front = rng.random() < 0.5
    added = [f"{c},{line}" if in_front else f"{line},{c}" for c, line in zip(cells, lines, strict=False)]
    return "\n".join([*added, ""])


def other_indices(text: str, rng: random.Random) -> str:
    """Number the rows of the canonical layout from 1, or with decimals."""
    header, *rows = text.split("\n")
    parts = [row.split(",") for row in rows]
    shift, form = rng.choice(
        [(1, "{}"), (0, "{}.0"), (1, "{}.0"), (0, " {} "), (0, "+{}"), (0, "{:03}"), (0, "-{}")]
    )
    for cells in parts:
        if len(cells) > 1 and cells[1].isdigit():
            cells[1] = form.format(int(cells[1]) + shift)
    return "\n".join([header, *(",".join(cells) for cells in parts)])


def other_predictions(text: str, rng: random.Random) -> str:
    """State other classes in the layout of the thesis: readable, unreadable, or none."""
    if "prediction,probability" not in text:
        return text
    forms = [
        "0",
        "1",
        "2",
        " 1 ",
        "1.0",
        "[1]",
        "7",
        "yes",
        "",
        '"[0, 1, 1, 0]"',
        '"0,1,1,2"',
        "[1 1 1 0]",
        "[0 0 0 0]",
    ]
    forms = rng.sample(forms, 4)
    rows = [row.split(",", 2) for row in text.split("\n")]
    stated = [
        [cells[0], rng.choice(forms), cells[2]] if number and len(cells) == 3 else cells
        for number, cells in enumerate(rows)
    ]
    return "\n".join(",".join(cells) for cells in stated)


ODD_CELLS = (
    replaced((",", ", "), (",", " ,"), (",", "\t,\t"), ("[", " ["), ('"', ' "'), ('"', '" ')),
    replaced(("mnist", "mnist_224"), ("mnist", "MNIST"), ("mnist", "mnist+"), ("mnist", "m3d")),
    replaced(("0.", "0,"), ("0.", "."), ("0.5", "nan"), ("0.5", "50%"), ("0.5", "1e-7"), ("0.25", '"0,25"')),
    replaced(("mnist", "mnist_64.npz"), ("0.", "-0."), ("0.5", "0.50000000000000001"), ("0.5", "+.5"), ("0.5", "5e-1")),
    replaced((", ", " "), (", ", "; "), ('"[', '"array(['), ("[", "tensor(["), ("[", ""), ("]", "")),
    replaced((", 0", ", np.float32(0"), (", ", "\n "), (", 0.", " ... 0."), ("[", "[["), ('"', "'"), ('"', "")),
    replaced(("p0", "P0"), ("dataset", "Dataset"), ("index", "id"), ("probability", "probabilities"), ("p", "prob_")),
    with_column,
    other_indices,
    other_predictions,
    other_predictions,
)  # fmt: skip


# --- Form -----------------------------------------------------------------------------------------


def above(*lines: str) -> Callable[[str, random.Random], str]:
    return lambda text, rng: rng.choice(lines) + rng.choice(["\n", "\r\n"]) + text


def separated(text: str, rng: random.Random) -> str:
    """Use another separator in the header, in the rows, or in both."""
    header, _, rows = text.partition("\n")
    separator = rng.choice([";", "\t", "|", " "])
    where = rng.choice(["both", "header", "rows"])
    if where != "rows":
        header = header.replace(",", separator)
    if where != "header":
        rows = rows.replace(",", separator)
    return f"{header}\n{rows}"


def ended(text: str, rng: random.Random) -> str:
    """Write commas at the end of the header, of the rows, or of both."""
    header, *rows = text.split("\n")
    end = rng.choice([",", ",,", ", "])
    where = rng.choice(["both", "header", "rows"])
    if where != "rows":
        header += end
    if where != "header":
        rows = [row + end if row else row for row in rows]
    return "\n".join([header, *rows])


def cut(text: str, rng: random.Random) -> str:
    """Keep the beginning of a file, or leave it out, or write some lines twice."""
    lines = text.split("\n")
    place = rng.randrange(len(lines))
    return "\n".join(rng.choice([lines[1:], lines[:place], lines[place:], lines[:place] + lines]))


ODD_FORMS = (
    *[lambda text, rng: text] * 6,
    above("sep=,", "SEP=;", '"sep=,"', "sep=", " sep=, "),
    above("# by numpy", "// comment", "% matlab", "Results of run 1", "", "1,2,3", "\ufeff"),
    separated,
    ended,
    cut,
    lambda text, rng: text.replace("\n", "\r"),
    lambda text, rng: text.replace("\n", "\r\n"),
    lambda text, rng: text.replace("\n", "\n\n") + "\n" * rng.choice([0, 1100]),
    lambda text, rng: text + "\n" * rng.choice([1, 1100]),
    lambda text, rng: "p.csv" + "\0" * 252 + "ustar" + text,
    lambda text, rng: "\ufeff" + text,
    lambda text, rng: text.encode(rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])),
    lambda text, rng: "".join(line.split(",", 1)[-1] + "\n" for line in text.split("\n")[1:-1]),
)  # fmt: skip
