"""Files that cannot be scored, and the messages for their authors."""

import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from challenge.scoring.reading.predictions import PredictionsError, Problem
from challenge.tests.scoring.conftest import TINY_LABELS


def refusal(read, content, **options) -> PredictionsError:
    with pytest.raises(PredictionsError) as caught:
        read(content, **options)
    for problem in caught.value.problems:
        assert str(problem).isprintable()
        json.dumps(problem.to_dict())
    return caught.value


def replace(old, new):
    """Return a function that replaces text in a file, and fails if nothing changes."""

    def change(text):
        assert old in text
        return text.replace(old, new, 1)

    return change


def cell(new):
    """Return a function that replaces p1 of row 1 of pairmnist by `new`, on line 8 of the canonical layout."""
    return replace("pairmnist,1,0.25,0.75", f"pairmnist,1,0.25,{new}")


def index(new):
    return replace("pairmnist,1,", f"pairmnist,{new},")


def name(new):
    return replace("pairmnist,1,", f"{new},1,")


HERE = "pairmnist, line 8, index 1: "

CANONICAL = {
    # numbers
    "nan": (cell("nan"), HERE + "p1 is 'nan'; expected a finite number"),
    "NaN": (cell("NaN"), HERE + "p1 is 'NaN'; expected a finite number"),
    "inf": (cell("inf"), HERE + "p1 is 'inf'; expected a finite number"),
    "1e999": (cell("1e999"), HERE + "the probability of class 1 is inf; expected a value from 0 to 1"),
    "1e999 and -1e999": (replace("0.25,0.75", "-1e999,1e999"), HERE + "the probability of class 0 is -inf"),
    "null": (cell("null"), HERE + "p1 is 'null'; expected a plain decimal number"),
    "None": (cell("None"), HERE + "p1 is 'None'"),
    "blank": (cell(""), HERE + "p1 is blank; expected a value for each of the 2 classes"),
    "spaces": (cell("  "), HERE + "p1 is blank"),
    "full-width digits": (cell("\uff10.75"), HERE + r"p1 is '\uff10.75'"),
    "Arabic digits": (cell("\u0660.75"), HERE + r"p1 is '\u0660.75'"),
    "no-break space": (cell("\u00a00.75"), HERE + r"p1 is '\xa00.75'"),
    "underscore": (cell("0.7_5"), HERE + "p1 is '0.7_5'"),
    "hexadecimal": (cell("0x1p-1"), HERE + "p1 is '0x1p-1'"),
    "percent": (cell("75%"), HERE + "p1 is '75%'"),
    "two points": (cell("0.7.5"), HERE + "p1 is '0.7.5'"),
    "bare exponent": (cell("1e"), HERE + "p1 is '1e'"),
    "terminal escape": (cell("\x1b[31m"), HERE + r"p1 is '\x1b[31m'"),
    "markup": (cell("<script>"), HERE + "p1 is '<script>'"),
    "long text": (cell("x" * 200), HERE + f"p1 is '{'x' * 40}'...; expected"),
    "negative": (cell("-0.1"), HERE + "the probability of class 1 is -0.1; expected a value from 0 to 1"),
    "above 1": (cell("1.5"), HERE + "the probability of class 1 is 1.5; expected a value from 0 to 1"),
    "just above 1": (cell("1.0000011"), HERE + "the probability of class 1 is 1.0000011; expected a value from 0 to 1"),
    "just below 0": (cell("-1.1e-6"), HERE + "the probability of class 1 is -1.1e-06; expected a value from 0 to 1"),
    "just past the sum": (cell("0.7600001"), HERE + "the probabilities sum to 1.0100001; expected 1 within 0.01"),
    "sum": (cell("0.7"), HERE + "the probabilities sum to 0.95; expected 1 within 0.01"),
    "logits": (replace("0.25,0.75", "-1.5,2"), "if these are logits, apply a softmax first"),
    "multi-label logits": (replace("0.1,0.9,0.5", "0.1,0.9,1.5"), "if these are logits, apply a sigmoid first"),
    # cells
    "too many classes": (replace("0.25,0.75,,", "0.25,0.5,0.25,"), HERE + "p2 is '0.25', but the dataset has 2"),
    "gap": (replace("0.25,0.75,,", "0.25,,0.75,"), HERE + "p1 is blank"),
    "short row": (replace("0.25,0.75,,", "0.25,0.75"), "line 8: the row has 4 cells, but the header has 6 columns"),
    "long row": (replace("0.25,0.75,,", "0.25,0.75,,,"), "line 8: the row has 7 cells, but the header has 6"),
    "decimal commas": (replace("0.25,0.75,,", "0,25,0,75,,"), "write decimals with a point"),
    "semicolon row": (replace("pairmnist,1,0.25,0.75,,", "pairmnist;1;0.25;0.75;;"), "separate the cells by commas"),
    "newline in quotes": (cell('"0.75\n"'), "line 8: a quoted cell is not properly closed on its line"),
    "open quote": (cell('"0.75'), "line 8: a quoted cell is not properly closed on its line"),
    "text after quote": (cell('"0.75"5'), "line 8: a quoted cell is not properly closed on its line"),
    "NUL": (cell("0.75\0"), "line 8: the line contains a NUL byte"),
    "carriage return": (cell("0.75\r"), "line 8: the line contains a carriage return before its end"),
    "BOM inside": (
        replace("tripmnist,0", "\ufefftripmnist,0"),
        r"line 2: the dataset '\ufefftripmnist' must be written exactly 'tripmnist'",
    ),
    # indices
    "negative index": (index("-1"), "pairmnist, line 8: the index is '-1'; expected a whole number from 0 to 3"),
    "float index": (index("1.0"), "pairmnist, line 8: the index is '1.0'; expected a whole number"),
    "blank index": (index(""), "pairmnist, line 8: the index is ''; expected a whole number"),
    "minus zero": (index("-0"), "pairmnist, line 8: the index is '-0'"),
    "index past the end": (index("4"), "pairmnist, line 8: the index '4' is past the end of the test split"),
    "int32 overflow": (index("4294967297"), "the index '4294967297' is past the end"),
    "int64 overflow": (index("18446744073709551617"), "the index '18446744073709551617' is past the end"),
    "huge index": (index("9" * 500), f"the index '{'9' * 40}'... is past the end"),
    "duplicate": (index("0"), "pairmnist, line 8, index 0: line 7 already has this index"),
    "missing row": (replace("pairmnist,1,0.25,0.75,,\n", ""), "pairmnist: 1 row is missing: index 1"),
    # datasets
    "upper case": (name("PairMNIST"), "line 8: the dataset 'PairMNIST' must be written exactly 'pairmnist'"),
    "resolution": (name("pairmnist_224"), "line 8: the dataset 'pairmnist_224' must be written exactly 'pairmnist'"),
    "3D": (name("organmnist3d"), "line 8: 'organmnist3d' is not a 2D dataset; only the 3 2D datasets are scored"),
    "unknown": (name("mnist"), "line 8: 'mnist' is not one of the datasets tripmnist, pairmnist, manymnist"),
    "no name": (name(""), "line 8: '' is not one of the datasets"),
    # header
    "missing column": (replace(",p3\n", "\n"), "line 1: the column 'p3' is missing"),
    "duplicate column": (replace("p3", "p2"), "line 1: the column 'p2' occurs 2 times"),
    "unknown column": (replace("p3", "p3,note"), "line 1: the column 'note' is unknown; expected dataset, index, p0"),
    "too many columns": (replace("p3", "p3,p4"), "the column 'p4' is unknown"),
    "column in capitals": (replace("dataset", "Dataset"), "the column 'Dataset' is unknown; did you mean 'dataset'?"),
    "row labels": (replace("dataset", ",dataset"), "column 1 has no name; write the file without row labels"),
    "truth": (replace("p3", "p3,truth"), "the column 'truth' is not allowed: the server has the labels"),
    "semicolons": (lambda text: text.replace(",", ";"), "separated by semicolons; separate them by commas"),
    "tabs": (lambda text: text.replace(",", "\t"), "separated by tabs; separate them by commas"),
    "no header": (lambda text: text.split("\n", 1)[1], "line 1: there is no header: the line is already a row; begin"),
    "blank first line": (lambda text: "\n" + text, "line 1: the first line is blank"),
    "open quote in header": (lambda text: '"' + text, "a quoted cell of the header is not closed"),
    # the whole file
    "empty": (lambda text: "", "The file is empty"),
    "BOM only": (lambda text: "\ufeff", "The file is empty"),
    "white space": (lambda text: " \r\n\n\t\n", "The file is empty"),
    "header only": (lambda text: text.split("\n")[0] + "\n", "The file has a header but no rows"),
    "header without newline": (lambda text: text.split("\n")[0], "The file has a header but no rows"),
    "one dataset missing": (
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith("pair")),
        "pairmnist: the whole dataset is missing; expected 4 rows",
    ),
    "old Mac line ends": (lambda text: text.replace("\n", "\r"), "The lines end with a carriage return (CR) alone"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CANONICAL.values(), ids=CANONICAL)
def test_canonical(read, canonical, change, expected):
    assert expected in str(refusal(read, change(canonical)))


def probability(new):
    """Return a function that replaces the list of row 1 of pairmnist by `new`, on line 8 of the thesis layout."""
    return replace('"[0.25, 0.75]"', new)


THESIS = {
    "no brackets": (probability('"0.25, 0.75"'), HERE + "probability is '0.25, 0.75'; expected a list in brackets"),
    "parentheses": (probability('"(0.25, 0.75)"'), "expected a list in brackets"),
    "one bracket": (probability("["), HERE + "probability is '['; expected a list in brackets"),
    "open bracket": (probability('"[0.25, 0.75"'), "expected a list in brackets"),
    "no quotes": (probability("[0.25, 0.75]"), "line 8: the row has 4 cells, but the header has 3 columns; write"),
    "nested": (probability('"[[0.25, 0.75]]"'), HERE + "probability is '[[0.25, 0.75]]', a nested list"),
    "two lists": (probability('"[0.25], [0.75]"'), "a nested list"),
    "NumPy print": (probability("[0.25 0.75]"), HERE + "probability is '[0.25 0.75]'; separate the values by commas"),
    "NumPy scalars": (probability('"[np.float32(0.25), 0.75]"'), "a Python expression; write plain numbers"),
    "expression": (probability('"[1/4, 3/4]"'), HERE + "value 0 of probability is '1/4'; expected a plain"),
    "call": (probability('"[__import__(\'os\').getcwd(), 1]"'), "value 0 of probability is"),
    "too few values": (probability("[0.75]"), "has 1 value, but the dataset has 2 classes; write both"),
    "scalar": (probability("0.75"), HERE + "probability is '0.75'; expected a list in brackets"),
    "too many values": (probability('"[0.25, 0.5, 0.25]"'), "has 3 values, but the dataset has 2 classes"),
    "trailing comma": (probability('"[0.25, 0.75,]"'), "has 3 values"),
    "blank value": (probability('"[0.25, ]"'), HERE + "value 1 of probability is blank"),
    "empty list": (probability("[]"), "has 1 value,"),
    "blank": (probability(""), HERE + "probability is blank; expected a list of 2 values in brackets"),
    "nan": (probability('"[nan, 0.75]"'), HERE + "value 0 of probability is 'nan'; expected a finite number"),
    "sum": (probability('"[0.5, 0.75]"'), HERE + "the probabilities sum to 1.25; expected 1 within 0.01"),
    "negative": (probability('"[-0.25, 1]"'), HERE + "the probability of class 0 is -0.25"),
    "newline in a list": (probability('"[0.25,\n0.75]"'), "line 8: a quoted cell is not properly closed"),
    "missing row": (replace('pairmnist,1,"[0.25, 0.75]"\n', ""), "the dataset has 3 rows, but its test split has 4"),
    "extra row": (lambda text: text + 'pairmnist,1,"[0.5, 0.5]"\n', "more rows than its test split"),
    "missing column": (replace(",probability", ""), "line 1: the column 'probability' is missing"),
    "unknown column": (replace("prediction", "predicted"), "'predicted' is unknown; did you mean 'prediction'?"),
    "index column": (replace("prediction", "index"), "the column 'index' is unknown; expected dataset_name"),
    "mixed layouts": (replace("dataset_name", "dataset"), "'dataset' is unknown; did you mean 'dataset_name'?"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), THESIS.values(), ids=THESIS)
def test_thesis_layout(read, thesis, change, expected):
    assert expected in str(refusal(read, change(thesis)))


def test_unreadable_truth(read, thesis):
    text = thesis.replace("prediction", "truth", 1).replace("pairmnist,1,", "pairmnist,yes,", 1)
    error = refusal(read, text, labels=TINY_LABELS)
    assert "pairmnist, line 8, index 1: truth is 'yes'; expected a class number, or leave" in str(error)
    assert (
        "7 lines of 2 datasets (pairmnist, manymnist) have this problem (next: 11, 12, 13, 14, ...)"
        in str(error)
    )


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_bad_utf8(read, canonical, bad):
    content = canonical.encode().replace(b"pairmnist,1,", b"pairmnist" + bad + b",1,")
    assert str(refusal(read, content)) == "line 8: the line is not UTF-8 text; save the file as UTF-8."
    assert "the header is not UTF-8 text" in str(refusal(read, bad + canonical.encode()))


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in names:
            archive.writestr(member, "content")
    return out.getvalue()


def npz():
    out = io.BytesIO()
    np.savez(out, a=np.zeros(3))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (gzip.compress(zipped("predictions.csv")), "a zip archive"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel (.xlsx) file"),
        (npz(), "a NumPy .npz file"),
        (zipped("model/data.pkl"), "a PyTorch file"),
        (b"\x93NUMPY\x01\x00", "a NumPy .npy file"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (pickle.dumps({"a": 1}), "a Python pickle"),
        (b"\n<!DOCTYPE html><html>", "an HTML or XML page"),
        (b'{"pathmnist": []}', "JSON"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel (.xls) file"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"BZh91AY", "bzip2 data"),
        (b"%PDF-1.7", "a PDF file"),
        (b"predictions.csv" + bytes(242) + b"ustar\0", "a tar archive"),
        (gzip.compress(b"predictions.csv" + bytes(242) + b"ustar  \0"), "a tar archive"),
        ("dataset".encode("utf-16"), "UTF-16 text; save it as UTF-8"),
        (gzip.compress(gzip.compress(b"dataset")), "gzip data inside gzip data"),
        (gzip.compress(b"PAR1"), "a Parquet file"),
    ],
    # Archives contain their time of creation, but the name of a test must be the same in all xdist workers.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_other_formats_are_named(read, content, expected):
    assert f"The file is not CSV: it seems to be {expected}" in str(refusal(read, content))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: data[:-9], "The gzip data ends too early"),
        (lambda data: data[:12], "The gzip data ends too early"),
        (lambda data: data[:2], "The gzip data ends too early"),
        (lambda data: data[:40] + bytes([data[40] ^ 255]) + data[41:], "The gzip data is corrupt"),
        (lambda data: data[:-8] + b"\0\0\0\0" + data[-4:], "The gzip data is corrupt"),
        (lambda data: data + b"\0", "followed by bytes that are not gzip"),
        (lambda data: data + b"dataset", "followed by bytes that are not gzip"),
        (lambda data: data + b"\x1f", "followed by bytes that are not gzip"),
        (lambda data: data + b"\x1f\x8b", "The gzip data ends too early"),
        (
            lambda data: data + data,
            "line 17: the line repeats the header, and rows below it repeat rows above it",
        ),
    ],
)
def test_broken_gzip(read, canonical, change, expected):
    assert expected in str(refusal(read, change(gzip.compress(canonical.encode()))))


def test_all_kinds_are_reported_with_counts_and_first_lines(read, canonical):
    header, *rows = canonical.splitlines()
    text = "\n".join([header, *(row.replace("tripmnist", "trip") for row in rows)])
    error = refusal(read, cell("x")(text) + "\npairmnist,7,0.5,0.5,,\npairmnist,2,0.5,0.5,,\n")
    unknown, not_a_number, too_large, duplicate = error.problems
    assert unknown == Problem(unknown.message, None, line=2, index=None, count=5, more_lines=(3, 4, 5, 6))
    assert str(unknown).endswith("5 lines have this problem (next: 3, 4, 5, 6).")
    assert (not_a_number.dataset, not_a_number.line, not_a_number.index) == ("pairmnist", 8, 1)
    assert (too_large.line, too_large.index) == (17, None)
    assert (duplicate.line, duplicate.index) == (18, 2)


def test_lines_are_those_of_the_file_with_blank_lines_in_it(read, canonical):
    text = cell("x")(canonical).replace("\ntripmnist,2", "\n\n \r\ntripmnist,2")
    assert refusal(read, text).problems[0].line == 10


def test_lines_of_values_are_those_of_the_file_in_any_order(read, canonical):
    header, *rows = cell("0.5")(canonical).splitlines()
    assert refusal(read, "\n".join([header, *rows[::-1]])).problems[0].line == 10


def test_missing_rows_are_listed(read, canonical):
    lines = canonical.splitlines()
    kept = [line for line in lines if not line.startswith(("tripmnist,0", "tripmnist,1", "tripmnist,3"))]
    assert str(refusal(read, "\n".join(kept))) == "tripmnist: 3 rows are missing: index 0-1, 3."


def test_an_error_survives_pickling(read):
    error = refusal(read, "")
    assert pickle.loads(pickle.dumps(error)).problems == error.problems  # noqa: S301
