"""Damaged files: both parsers refuse them, or read them exactly like an independent reader."""

import math
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.scoring.reading import parse_evaluator
from challenge.scoring.reading import predictions as module
from challenge.scoring.reading.predictions import PredictionsError, read_predictions
from challenge.tests.scoring.archives import evaluator_files, evaluator_name, zipped
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import canonical_text, thesis_text

CANONICAL = canonical_text(TINY_PREDICTIONS, TINY).encode()
THESIS = thesis_text(TINY_PREDICTIONS, TINY).encode()
ARCHIVE = evaluator_files(TINY_PREDICTIONS)
THESIS_WITH_TRUTH = thesis_text(TINY_PREDICTIONS, TINY, TINY_LABELS).encode()

#: Bytes that have a meaning for some reader of CSV or of numbers, and a few without any.
SALT = [b"", *(bytes([byte]) for byte in b"\0\t\n\x0b\x0c\r \"#'+,-./0159;=EINT[]_aefinx|~\x7f\x80\xa0\xff")]
SALT += [
    b"\r\n",
    b"nan",
    b"inf",
    b"null",
    b"1e999",
    b"1e-400",
    b"-0.0",
    b"0" * 30,
    b'""',
    b'","',
    b"\n\n",
    b", ",
    b"\t,",
    b' "',
    b"sep=,\n",
    b"-1e-6",
    b"1.000001",
    b"0.7600000001",
    b"[]",
]
SALT += [
    "\uff11".encode(),
    "\u00a0".encode(),
    "\u2028".encode(),
    b"\xef\xbb\xbf",
    b"e-5",
    b"e+00000005",
    b"9" * 25,
]

edits = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.integers(0, 10_000), st.sampled_from(SALT)),
        st.tuples(st.just("replace"), st.integers(0, 10_000), st.sampled_from(SALT)),
        st.tuples(st.just("delete"), st.integers(0, 10_000), st.integers(1, 4)),
        st.tuples(st.just("swap lines"), st.integers(0, 100), st.integers(0, 100)),
        st.tuples(st.just("repeat line"), st.integers(0, 100), st.integers(0, 100)),
        st.tuples(st.just("drop line"), st.integers(0, 100), st.none()),
    ),
    min_size=1,
    max_size=3,
)


def damage(data, edit):
    kind, place, what = edit
    if "line" in kind:
        lines = data.split(b"\n")
        place %= len(lines)
        if kind == "drop line":
            del lines[place]
        elif kind == "repeat line":
            lines.insert(what % len(lines), lines[place])
        else:
            other = what % len(lines)
            lines[place], lines[other] = lines[other], lines[place]
        return b"\n".join(lines)
    place %= len(data) + 1
    if kind == "insert":
        return data[:place] + what + data[place:]
    if kind == "replace":
        return data[:place] + what + data[place + 1 :]
    return data[:place] + data[place + what :]


def outcome(data, *, fast):
    """Return the result of `read_predictions`, with or without the quick readers; None for a refused file."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "p"
        path.write_bytes(data)
        if not fast:
            patch.setattr(module, "read_rows", lambda *args: None)
            patch.setattr(parse_evaluator, "_parse_fast", lambda *args: None)
        try:
            return read_predictions(path, TINY, labels=TINY_LABELS)
        except PredictionsError as error:
            problems = error.problems
    assert problems
    assert all(str(problem).isprintable() for problem in problems)
    return None


def cells_of(line):
    """Return the cells of a line, read character by character."""
    cells, cell, state = [], "", "start"
    for character in [*line, ","]:
        if state == "quoted":
            if character == '"':
                state = "quote"
            else:
                cell += character
        elif state == "quote" and character == '"':
            cell, state = cell + '"', "quoted"
        elif character == "," and state in ("start", "plain", "quote", "closed"):
            cells.append(cell.strip(" \t"))
            cell, state = "", "start"
        elif state in ("quote", "closed"):
            assert character in " \t"
            state = "closed"
        elif state == "start" and character == '"':
            cell, state = "", "quoted"
        else:
            cell += character
            state = "start" if state == "start" and character in " \t" else "plain"
    assert state == "start"
    return cells


def expected(data):
    """Return the result of a simple reader in plain Python; it fails for most files that must be refused."""
    lines = data.decode("utf-8-sig").split("\n")
    if lines[0].strip(" \t\r").lower() in ("sep=,", '"sep=,"'):
        del lines[0]
    header, *rows = [cells_of(line.removesuffix("\r")) for line in lines if line.strip(" \t\r")]
    found: dict[str, dict[int, list[float]]] = {d.name: {} for d in TINY}
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        if "dataset_name" in row:
            name, listed = row["dataset_name"], row["probability"]
            assert re.fullmatch(r"\[[^\[\]]*\]", listed)
            index, texts = len(found[name]), listed[1:-1].split(",")
        else:
            name, index = row["dataset"], int(row["index"])
            n_classes = TINY[name].n_classes
            texts = [row[f"p{j}"] for j in range(n_classes)]
            assert not any(row[f"p{j}"] for j in range(n_classes, TINY.max_classes))
        values = [float(text) for text in texts]
        assert index not in found[name]
        assert len(values) == TINY[name].n_classes
        assert all(-1e-6 <= value <= 1.000001 for value in values)
        values = [0.0 if value < 0 else 1.0 if value > 1 else value for value in values]
        assert name == "manymnist" or math.isclose(sum(values), 1, abs_tol=0.0100001)
        found[name][index] = values
    for dataset in TINY:
        assert sorted(found[dataset.name]) == list(range(dataset.n_test))
    return {name: np.array([rows[i] for i in sorted(rows)]) for name, rows in found.items()}


def expected_of_evaluator(name, data):
    """Return the values of one file of MedMNIST's evaluator; it fails for most files that must be refused."""
    lines = [line.removesuffix("\r") for line in data.decode("utf-8-sig").split("\n")]
    if lines[0].strip(" \t").lower() in ("sep=,", '"sep=,"'):
        del lines[0]
    rows = [cells_of(line) for line in lines if line.strip(" \t")]
    found = {int(index): [float(text) for text in texts] for index, *texts in rows}
    assert len(found) == len(rows)
    assert sorted(found) == list(range(TINY[name].n_test))
    if all(len(values) == 1 for values in found.values()):
        found = {index: [1 - p, p] for index, (p,) in found.items()}
    for values in found.values():
        assert len(values) == TINY[name].n_classes
        assert all(-1e-6 <= value <= 1.000001 for value in values)
        values[:] = [0.0 if value < 0 else 1.0 if value > 1 else value for value in values]
        assert name == "manymnist" or math.isclose(sum(values), 1, abs_tol=0.0100001)
    return np.array([found[i] for i in sorted(found)])


def check(data):
    check_against(data, lambda: expected(data))


def check_archive(name, data):
    files = ARCHIVE | {evaluator_name(name): data}
    check_against(zipped(files), lambda: TINY_PREDICTIONS | {name: expected_of_evaluator(name, data)})


def check_against(data, by_python):
    quick, thorough = outcome(data, fast=True), outcome(data, fast=False)
    assert (quick is None) == (thorough is None)
    if quick is None or thorough is None:
        return
    for name, values in by_python().items():
        assert quick.values[name].tobytes() == thorough.values[name].tobytes() == values.tobytes()
    assert quick.warnings == thorough.warnings


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(edits)
def test_damaged_canonical_files(changes):
    data = CANONICAL
    for edit in changes:
        data = damage(data, edit)
    check(data)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.sampled_from([THESIS, THESIS_WITH_TRUTH]), edits)
def test_damaged_thesis_files(data, changes):
    for edit in changes:
        data = damage(data, edit)
    check(data)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.sampled_from([*TINY_PREDICTIONS, "one score"]), edits)
def test_damaged_files_of_the_evaluator(name, changes):
    data = b"0,0.5\n1,0.75\n2,0.1\n3,1.0\n"
    if name != "one score":
        data = ARCHIVE[evaluator_name(name)].encode()
    for edit in changes:
        data = damage(data, edit)
    check_archive("pairmnist" if name == "one score" else name, data)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(edits)
def test_damaged_archives(changes):
    data = zipped(ARCHIVE)
    for edit in changes:
        data = damage(data, edit)
    check_against(data, lambda: TINY_PREDICTIONS)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=60))
def test_noise_is_refused(data):
    assert outcome(data, fast=True) is None


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet='0123456789.eE+-_ \t,"\x0b\x0c\xa0\x1c\u2003\uff11nafi', max_size=8))
def test_the_grammar_of_numbers(cell):
    check(CANONICAL.replace(b"pairmnist,3,0.0,", f"pairmnist,3,{cell},".encode()))
    check(CANONICAL.replace(b"pairmnist,3,", f"pairmnist,{cell},".encode()))
    check(THESIS.replace(b"[0.0, 1.0]", f"[{cell}, 1.0]".encode()))
    for text in (f"0,0.5\n1,0.75\n2,{cell}\n3,1.0\n", f"0,0.5\n1,0.75\n{cell},0.1\n3,1.0\n"):
        check_archive("pairmnist", text.encode())
