"""Random archives of the evaluator's files, most of them with mistakes, to compare the checker with the site."""

import random
import zipfile
from collections.abc import Callable

import numpy as np

from challenge.scoring.benchmark import Benchmark
from challenge.tests.browser.mistakes import ODD_VALUES, Values
from challenge.tests.scoring.archives import evaluator_files, evaluator_name, with_flag, with_sizes, zipped
from challenge.tests.scoring.odd_files import evaluator_file

Files = dict[str, str | bytes]


def mistaken_archive(rng: random.Random, predictions: Values, benchmark: Benchmark) -> bytes:
    """Return an archive with odd values, odd rows, odd files, or an odd form; often with several of them."""
    values = dict(predictions)
    for name in values:
        if rng.random() < 0.2:
            values[name] = rng.choice(ODD_VALUES)(values[name], rng)
        if benchmark[name].n_classes == 2 and rng.random() < 0.3:
            values[name] = values[name][:, 1:]
    files: Files = dict(evaluator_files(values, rng.choice([28, 28, 64, None])))
    for _ in range(rng.choice([0, 1, 1, 2])):
        name = rng.choice(list(files))
        files[name] = rng.choice(ODD_ROWS)(str(files[name]), rng)
    for _ in range(rng.choice([0, 0, 1, 2])):
        files = rng.choice(ODD_SETS)(files, rng)
    method = rng.choice([zipfile.ZIP_DEFLATED] * 5 + [zipfile.ZIP_STORED] * 3 + [zipfile.ZIP_BZIP2])
    content = zipped(files, method, rng.choice([b"", b"", b"a comment"]))
    return rng.choice(ODD_FORMS)(content, rng)


# --- Rows -----------------------------------------------------------------------------------------

ChangeOfText = Callable[[str, random.Random], str]


def replaced(old: str, *new: str) -> ChangeOfText:
    return lambda text, rng: text.replace(old, rng.choice(new), rng.choice([1, -1]))


def other_rows(text: str, rng: random.Random) -> str:
    """Leave out, repeat, reverse or renumber rows, or put a line above them."""
    rows = text.splitlines()
    changed = rng.choice(
        [
            rows[1:],
            rows[:-1],
            rows + rows[:1],
            rows[::-1],
            [f"{number},{row.partition(',')[2]}" for number, row in enumerate(rows, 1)],
            [row.replace(",", ".0,", 1) for row in rows],
            [rng.choice(["index,p0,p1", ",0,1", "# run 1", "sep=,", "", "\ufeff", " "]), *rows],
        ]
    )
    return "\n".join(changed) + rng.choice(["", "\n", "\r\n\r\n"])


ODD_ROWS: tuple[ChangeOfText, ...] = (
    replaced("\n", "\r\n", "\r", "\n\n", ",\n", "\r\r\n"),
    replaced(",", ", ", ";", "\t", " , ", "|"),
    replaced("0.5", "x", "nan", "", "5", '"0.5"', '"0,5"', "0,5", "1e999", "-1e-7", "1.000001", "0.5\0"),
    replaced("0.", "0,", ".", "é"),
    other_rows,
    other_rows,
    lambda text, rng: "\ufeff" + text,
    lambda text, rng: "",
)


# --- Files ----------------------------------------------------------------------------------------

ChangeOfFiles = Callable[[Files, random.Random], Files]


def added(*names: str) -> ChangeOfFiles:
    return lambda files, rng: files | {rng.choice(names): rng.choice(["", "x", "0,0.5,0.5\n"])}


def renamed(*changes: Callable[[str], str]) -> ChangeOfFiles:
    """Rename all files, or one."""

    def change_names(files: Files, rng: random.Random) -> Files:
        change = rng.choice(changes)
        chosen = rng.choice([list(files), [rng.choice(list(files))]])
        return {(change(name) if name in chosen else name): text for name, text in files.items()}

    return change_names


def without_one(files: Files, rng: random.Random) -> Files:
    left_out = rng.choice(list(files))
    return {name: text for name, text in files.items() if name != left_out} or files


def encoded(files: Files, rng: random.Random) -> Files:
    name, encoding = rng.choice(list(files)), rng.choice(["utf-16", "latin-1", "utf-32-be"])
    return files | {name: str(files[name]).encode(encoding, "replace") + rng.choice([b"", b"\xff"])}


ODD_SETS: tuple[ChangeOfFiles, ...] = (
    added("__MACOSX/._a.csv", ".DS_Store", "a/Thumbs.db", "folder/", "../x/.hidden"),
    added("notes.txt", "old.zip", "a.npy", "model/data.pkl", "b.csv", "é.csv", "x" * 100),
    added(*(evaluator_name("pairmnist", split=split) for split in ("train", "val", "test"))),
    added(evaluator_name("organmnist3d"), evaluator_name("pairmnist", run="run2"), evaluator_name("other")),
    renamed(str.upper, lambda name: f"runs/1/{name}", lambda name: f"runs\\{name}", lambda name: f".{name}"),
    renamed(lambda name: name.replace("_28", "_224"), lambda name: name.replace("_28", "")),
    renamed(lambda name: name.replace("_28", "_028"), lambda name: name.replace("_test_", "_tested_")),
    without_one,
    lambda files, rng: dict(reversed(files.items())),
    lambda files, rng: {"predictions.csv": next(iter(files.values()))},
    lambda files, rng: files | {rng.choice(list(files)): evaluator_file(np.full((4, 3), 0.25))},
    encoded,
)


# --- Form -----------------------------------------------------------------------------------------


def flipped(content: bytes, rng: random.Random) -> bytes:
    """Change a bit, often of the central directory at the end."""
    place = rng.randrange(len(content))
    if rng.random() < 0.5:
        place = len(content) - 1 - rng.randrange(min(300, len(content)))
    return content[:place] + bytes([content[place] ^ (1 << rng.randrange(8))]) + content[place + 1 :]


ODD_FORMS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *[lambda content, rng: content] * 8,
    flipped,
    flipped,
    lambda content, rng: content[: rng.randrange(len(content))],
    lambda content, rng: content + rng.randbytes(3),
    lambda content, rng: with_flag(content, rng.choice([1, 1 << 5, 1 << 6])),
    lambda content, rng: with_sizes(content, rng.choice([0, 10, 10**6])),
)
