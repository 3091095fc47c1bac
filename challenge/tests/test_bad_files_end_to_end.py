"""Bad files on the whole way of a team's file: the form, the worker, the page, the mail; and the command.

Most tests run on a site with short test splits, so that a hundred files take seconds. Tests that depend on size use
files of the official size.
"""

import csv
import dataclasses
import gzip
import io
import math
import os
import pickle
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from accounts.models import Team
from challenge import notifications
from challenge.management.commands import score_submission
from challenge.models import Evaluation, GroundTruth, Phase, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Task
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.ground_truth import write_ground_truth
from challenge.scoring.reading.predictions import write_predictions
from challenge.services import evaluations, ground_truths, submissions
from challenge.tests.pages import elements, page_of
from challenge.tests.scoring import archives

ROWS = 20
SHORT = Benchmark(
    "Short splits",
    tuple(dataclasses.replace(d, n_test=ROWS) for d in MEDMNIST_PLUS),
    MEDMNIST_PLUS.resolutions,
)
NAMES = [dataset.name for dataset in SHORT]
COLUMNS = ["dataset", "index", *(f"p{j}" for j in range(14))]


@pytest.fixture(scope="module")
def short_labels():
    return make_demo_ground_truth(SHORT)


@pytest.fixture(scope="module")
def valid(short_labels, tmp_path_factory) -> bytes:
    """A valid file of 241 lines: row `i` of dataset number `k` is on line `2 + 20 k + i`."""
    path = tmp_path_factory.mktemp("short") / "valid.csv"
    write_predictions(path, make_demo_predictions(short_labels, SHORT, skill=1, seed=0), SHORT)
    return path.read_bytes()


@pytest.fixture
def short_site(db, short_labels, monkeypatch) -> GroundTruth:
    """The site with short test splits."""
    for module in (evaluations, score_submission):
        monkeypatch.setattr(module, "MEDMNIST_PLUS", SHORT)
    Phase.objects.update(daily_limit=1000, total_limit=1000, daily_failure_limit=1000)
    return ground_truths.store_ground_truth(short_labels, name="Short labels")


def post(client: Client, content: bytes, name: str = "predictions.csv", **fields: object):
    about = {"resolution": 28, "model_name": "ResNet", "description": "Trained with care."}
    return client.post("/profile/", about | fields | {"upload": SimpleUploadedFile(name, content)})


def evaluate(submission: Submission) -> Evaluation:
    evaluation = submission.evaluations.get()
    evaluations.evaluate(evaluation.pk)
    evaluation.refresh_from_db()
    return evaluation


# --- Ways to spoil a file -------------------------------------------------------------------------

Spoil = Callable[[bytes], bytes]


def line_of(dataset: str, index: int) -> int:
    return 2 + ROWS * NAMES.index(dataset) + index


def table(content: bytes) -> list[list[str]]:
    return [line.split(",") for line in content.decode().splitlines()]


def joined(rows: list[list[str]], separator: str = ",") -> bytes:
    return "".join(separator.join(row) + "\n" for row in rows).encode()


def cell(column: str, value: str, dataset: str = "pathmnist", index: int = 3) -> Spoil:
    """Write a value into one cell."""

    def spoil(content: bytes) -> bytes:
        rows = table(content)
        rows[line_of(dataset, index) - 1][COLUMNS.index(column)] = value
        return joined(rows)

    return spoil


def values(dataset: str, *row: str, index: int = 3) -> Spoil:
    """Write all the probabilities of one row."""

    def spoil(content: bytes) -> bytes:
        rows = table(content)
        rows[line_of(dataset, index) - 1][2:] = [*row, *[""] * (14 - len(row))]
        return joined(rows)

    return spoil


def rows_where(keep: Callable[[list[str]], bool]) -> Spoil:
    return lambda content: joined([row for row in table(content) if row[0] == "dataset" or keep(row)])


def with_column(name: str, value: str) -> Spoil:
    return lambda content: joined([[*row, name if row[0] == "dataset" else value] for row in table(content)])


def without_column(name: str) -> Spoil:
    at = COLUMNS.index(name)
    return lambda content: joined([row[:at] + row[at + 1 :] for row in table(content)])


def with_line(text: bytes, line: int) -> Spoil:
    """Put a line between others."""

    def spoil(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        return b"".join([*lines[: line - 1], text + b"\n", *lines[line - 1 :]])

    return spoil


def replaced(old: bytes, new: bytes, count: int = 1) -> Spoil:
    def spoil(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, count)

    return spoil


def always(content: bytes) -> Spoil:
    return lambda _: content


def zipped(*members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for member in members:
            archive.writestr(member, "content")
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, pathmnist=np.zeros((3, 9)))
    return file.getvalue()


def thesis(
    content: bytes, spoil: Callable[[list[list[str]]], object] = lambda rows: None, *, truth=None
) -> bytes:
    """The same probabilities in the layout of the thesis."""
    rows = [
        [row[0], "[" + ", ".join(value for value in row[2:] if value) + "]", *([truth(row)] if truth else [])]
        for row in table(content)[1:]
    ]
    spoil(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["dataset_name", "probability", *(["truth"] if truth else [])])
    writer.writerows(rows)
    return text.getvalue().encode()


def thesis_cell(dataset: str, value: str, index: int = 3) -> Spoil:
    def spoil(rows: list[list[str]]) -> None:
        rows[line_of(dataset, index) - 2][1] = value

    return lambda content: thesis(content, spoil)


def at(dataset: str, index: int = 3) -> str:
    return f"{dataset}, line {line_of(dataset, index)}"


#: The file, and the parts of the message for the team: words, and the place in the file if there is one.
BAD: dict[str, tuple[Spoil, list[str]]] = {
    # common mistakes
    "truth in the upload": (with_column("truth", "1"), ["line 1", "'truth' is not allowed", "remove this column"]),
    "predicted classes": (with_column("prediction", "1"), ["line 1", "'prediction' is not allowed"]),
    "eleven datasets": (rows_where(lambda r: r[0] != "octmnist"), ["octmnist", "whole dataset is missing", "20 rows"]),
    "one dataset": (rows_where(lambda r: r[0] == "octmnist"), ["pathmnist", "organsmnist", "whole dataset is missing"]),
    "a row twice": (with_line(b"pathmnist,3,0.5,0.5" + b",0" * 7 + b"," * 5, 50), ["pathmnist, line 50", "line 5 "]),
    "a row missing": (rows_where(lambda r: r[:2] != ["octmnist", "7"]), ["octmnist", "1 row is missing: index 7"]),
    "another row twice": (cell("index", "4"), [f"{at('pathmnist', 4)}", "line 5 already has", "missing: index 3"]),
    "a row of each only": (rows_where(lambda r: r[1] == "0"), ["19 rows are missing: index 1-19"]),
    "13 columns": (without_column("p13"), ["line 1", "'p13' is missing"]),
    "a class too few": (cell("p8", ""), [at("pathmnist"), "p8 is blank", "9 classes"]),
    "a class too many": (cell("p9", "0"), [at("pathmnist"), "9 classes", "p0 to p8"]),
    "one value for two classes": (values("breastmnist", "0.7"), [at("breastmnist"), "p1 is blank", "2 classes"]),
    "logits": (values("octmnist", "-3.2", "4.1", "0.1", "0"), [at("octmnist"), "-3.2", "logits", "softmax"]),
    "binary logits": (values("breastmnist", "-1.5", "2.5"), [at("breastmnist"), "class 1 is 2.5", "logits"]),
    "multi-label logits": (values("chestmnist", *["3"] * 14), [at("chestmnist"), "logits", "sigmoid"]),
    "sum of a row": (values("octmnist", "0.2", "0.2", "0.2", "0.2"), [at("octmnist"), "sum to 0.8"]),
    "one-hot of zeros": (values("octmnist", *"0000"), [at("octmnist"), "sum to 0"]),
    "nan": (cell("p0", "nan"), [at("pathmnist"), "'nan'", "finite"]),
    "NaN": (cell("p0", "-NaN"), [at("pathmnist"), "'-NaN'", "finite"]),
    "inf": (cell("p0", "Infinity"), [at("pathmnist"), "'Infinity'", "finite"]),
    "a blank": (cell("p0", " "), [at("pathmnist"), "p0 is blank"]),
    "1e999": (cell("p0", "1e999"), [at("pathmnist"), "is inf"]),
    "1e999 of many labels": (cell("p0", "1e999", "chestmnist"), [at("chestmnist"), "is inf"]),
    "1e999 and -1e999": (values("octmnist", "1e999", "-1e999", "0", "0"), [at("octmnist"), "0 to 1"]),
    "below 0": (cell("p0", "-1e-5"), [at("pathmnist"), "is -1e-05", "0 to 1"]),
    "a word": (cell("p0", "null"), [at("pathmnist"), "'null'", "decimal number"]),
    "hexadecimal": (cell("p0", "0x1p-2"), [at("pathmnist"), "'0x1p-2'", "decimal number"]),
    "underscores": (cell("p0", "0_1"), [at("pathmnist"), "'0_1'", "decimal number"]),
    "per cent": (cell("p0", "12%"), [at("pathmnist"), "'12%'", "decimal number"]),
    "full-width digits": (cell("p0", "\uff10.5"), [at("pathmnist"), "\\uff10", "decimal number"]),
    "a decimal comma": (cell("p0", "0,5"), ["line 5", "17 cells", "16 columns", "point"]),
    "a cell too few": (replaced(b",,,,,\n", b",,,,\n"), ["line 2", "15 cells", "16 columns"]),
    # datasets and indices
    "3D": (cell("dataset", "organmnist3d"), ["line 5", "'organmnist3d' is not a 2D dataset"]),
    "unknown": (cell("dataset", "mnist"), ["line 5", "'mnist' is not one of the datasets"]),
    "capitals": (cell("dataset", "PathMNIST"), ["line 5", "must be written exactly 'pathmnist'"]),
    "header again": (with_line(",".join(COLUMNS).encode(), 100), ["line 100", "repeats the header"]),
    "an extra row": (with_line(b"octmnist,20,1,0,0,0" + b"," * 10, 9), ["octmnist, line 9", "'20' is past the end"]),
    "negative index": (cell("index", "-1"), [at("pathmnist"), "'-1'", "whole number from 0 to 19"]),
    "huge index": (cell("index", "9" * 400), [at("pathmnist"), "past the end", "0 to 19"]),
    "64-bit index": (cell("index", str(2**64)), [at("pathmnist"), "past the end"]),
    "fractional index": (cell("index", "3.0"), [at("pathmnist"), "'3.0'", "whole number"]),
    "blank index": (cell("index", ""), [at("pathmnist"), "''", "whole number"]),
    "full-width index": (cell("index", "\uff13"), [at("pathmnist"), "whole number"]),
    "indices from 1": (rows_where(lambda r: not r.__setitem__(1, str(int(r[1]) + 1))), ["'20' is past the end"]),
    # text
    "bad UTF-8": (replaced(b"octmnist,3,", b"octmnist,\xff\xfe3,"), ["line 65", "not UTF-8"]),
    "header that is not UTF-8": (replaced(b"dataset", b"d\xe4taset"), ["line 1", "not UTF-8"]),
    "UTF-16": (lambda c: c.decode().encode("utf-16"), ["UTF-16", "UTF-8"]),
    "semicolons": (lambda c: joined(table(c), ";"), ["line 1", "semicolons", "commas"]),
    "tabs": (lambda c: joined(table(c), "\t"), ["line 1", "tabs", "commas"]),
    "NUL": (replaced(b"octmnist,3,", b"octmnist,3\0,"), ["line 65", "NUL"]),
    "an open quote": (replaced(b"octmnist,3,", b'"octmnist,3,'), ["line 65", "quoted", "closed"]),
    "a quoted line end": (replaced(b"octmnist,3,", b'"octmnist\n",3,'), ["line 65", "quoted", "closed"]),
    "old Mac line ends": (lambda c: c.replace(b"\n", b"\r"), ["carriage return", "line feed"]),
    "blanks only": (always(b" \r\n\n\t\n"), ["empty"]),
    "a byte-order mark only": (always(b"\xef\xbb\xbf"), ["empty"]),
    "header only": (lambda c: c.splitlines()[0], ["no rows"]),
    "no header": (lambda c: c.split(b"\n", 1)[1], ["line 1", "no header"]),
    "blank first line": (lambda c: b"\n" + c, ["line 1", "blank"]),
    "row labels of pandas": (replaced(b"dataset,", b",dataset,"), ["line 1", "no name", "index=False"]),
    "a column twice": (replaced(b",p1,", b",p0,"), ["line 1", "'p0' occurs 2 times", "'p1' is missing"]),
    "a similar column": (replaced(b",p1,", b",P1,"), ["line 1", "'P1' is unknown", "'p1'"]),
    "a long line": (with_line(b"octmnist,3,0." + b"1" * 2000, 65), ["line 65", "longer than 1,024 bytes"]),
    "too many lines": (lambda c: c + b"\n" * 2000, ["more than 1,360 lines"]),
    # other kinds of files
    "truncated gzip": (lambda c: gzip.compress(c)[:-50], ["gzip", "too early"]),
    "gzip without its end": (lambda c: gzip.compress(c)[:-8], ["gzip", "too early"]),
    "corrupt gzip": (lambda c: gzip.compress(c)[:200] + b"\x55" * 50 + gzip.compress(c)[250:], ["gzip", "corrupt"]),
    "gzip, wrong checksum": (lambda c: gzip.compress(c)[:-8] + b"\0" * 8, ["gzip", "corrupt"]),
    "gzip and more": (lambda c: gzip.compress(c) + b"dataset", ["gzip", "followed by"]),
    "gzip of nothing": (always(gzip.compress(b"")), ["empty"]),
    "nested gzip": (lambda c: gzip.compress(gzip.compress(c)), ["gzip data inside gzip data"]),
    "zip": (always(zipped("predictions.csv")), ["zip archive holds one CSV", "send the CSV itself"]),
    "xlsx": (always(zipped("[Content_Types].xml", "xl/workbook.xml")), ["not CSV", "Excel"]),
    "npz": (always(npz()), ["not CSV", "NumPy .npz"]),
    "gzip of npz": (always(gzip.compress(npz())), ["not CSV", "NumPy .npz"]),
    "pickle": (always(pickle.dumps({"pathmnist": [0.5]})), ["not CSV", "pickle"]),
    "PyTorch": (always(zipped("archive/data.pkl")), ["not CSV", "PyTorch"]),
    "Parquet": (always(b"PAR1\0\0"), ["not CSV", "Parquet"]),
    "JSON": (always(b'{"pathmnist": [0.5]}'), ["not CSV", "JSON"]),
    "HTML": (always(b"<!doctype html><script>alert(1)</script>"), ["not CSV", "HTML"]),
    "an image": (always(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ["not CSV", "PNG"]),
    # the layout of the thesis
    "thesis: a class too few": (thesis_cell("octmnist", "[0.5, 0.5]"), [at("octmnist"), "2 values", "4 classes"]),
    "thesis: binary": (thesis_cell("breastmnist", "[0.5]"), [at("breastmnist"), "1 value,", "write both"]),
    "thesis: NumPy": (thesis_cell("octmnist", "[0.5 0.5 0 0]"), [at("octmnist"), "commas", "tolist"]),
    "thesis: array": (thesis_cell("octmnist", "array([1, 0, 0, 0])"), [at("octmnist"), "Python expression"]),
    "thesis: nested": (thesis_cell("octmnist", "[[1, 0, 0, 0]]"), [at("octmnist"), "nested"]),
    "thesis: blank": (thesis_cell("octmnist", ""), [at("octmnist"), "blank"]),
    "thesis: no list": (thesis_cell("octmnist", "0.5"), [at("octmnist"), "list in brackets"]),
    "thesis: nan": (thesis_cell("octmnist", "[nan, 1, 0, 0]"), [at("octmnist"), "'nan'", "finite"]),
    "thesis: logits": (thesis_cell("octmnist", "[5, 1, 0, 0]"), [at("octmnist"), "logits"]),
    "thesis: code": (thesis_cell("octmnist", "__import__('os').abort()"), [at("octmnist"), "list in brackets"]),
    "thesis: a row more": (lambda c: thesis(c, lambda rows: rows.append(rows[0])), ["line 242", "more rows"]),
    "thesis: a row less": (lambda c: thesis(c, lambda rows: rows.pop(0)), ["pathmnist", "19 rows", "has 20"]),
    "thesis: unreadable truth": (lambda c: thesis(c, truth=lambda row: "cat"), [at("pathmnist", 0), "truth is 'cat'"]),
    "thesis: wrong truth": (lambda c: thesis(c, truth=lambda row: "99"), ["truth is not the label"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_fails_with_a_clear_reason(case, valid, short_site, team, as_user, tmp_path, capsys):
    spoil, words = BAD[case]
    content, client = spoil(valid), as_user(team)
    assert post(client, content).status_code == 302
    submission = Submission.objects.get()
    evaluation = evaluate(submission)
    assert evaluation.status == Evaluation.Status.FAILED
    assert evaluation.attempts == 1
    message = "\n".join(evaluation.problems)
    for word in words:
        assert word in message
    check_that_it_is_for_people(evaluation.problems)
    check_that_it_was_free(submission)
    for page in (submission.get_absolute_url(), "/profile/"):
        shown = [line.text() for line in elements(page_of(client, page), "li")]
        assert all(problem in shown for problem in evaluation.problems)
    check_the_mail(submission, evaluation.problems)
    check_the_command(content, evaluation, tmp_path, capsys)


def check_that_it_is_for_people(problems: list[str]) -> None:
    assert problems
    for problem in problems:
        assert problem.isprintable()
        assert len(problem) < 500
        for technical in ("Traceback", "Error(", "polars", "numpy.", "/tmp", str(django_settings.DATA_DIR)):  # noqa: S108
            assert technical not in problem


def check_that_it_was_free(submission: Submission) -> None:
    submission.refresh_from_db()
    quota = submissions.remaining_quota(submission.team, submission.phase)
    assert not submission.counts_toward_limits
    assert (quota.day_left, quota.total_left) == (1000, 1000)


def check_the_mail(submission: Submission, problems: list[str]) -> None:
    notifications.send_outcome_mail(submission.pk)
    (message,) = mail.outbox
    assert message.to == [submission.team.email]
    assert all(f"- {problem}\n" in message.body for problem in problems)


def check_the_command(content: bytes, evaluation: Evaluation, tmp_path: Path, capsys) -> None:
    file = tmp_path / "predictions.csv"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as exit_status:
        call_command("score_submission", file, labels=evaluation.ground_truth.path)
    output = capsys.readouterr()
    assert exit_status.value.code == 2
    assert output.out == ""
    assert [line.removeprefix("- ") for line in output.err.splitlines()[1:]] == evaluation.problems


# --- Unusual but valid files ------------------------------------------------------------------


def shuffled(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return lines[0] + b"".join(np.random.default_rng(0).permutation(np.array(lines[1:], object)))


def columns_reversed(content: bytes) -> bytes:
    return joined([row[::-1] for row in table(content)])


FINE: dict[str, Spoil] = {
    "reordered rows": shuffled,
    "reordered columns": columns_reversed,
    "a byte-order mark": lambda c: b"\xef\xbb\xbf" + c,
    "CRLF": lambda c: c.replace(b"\n", b"\r\n"),
    "a byte-order mark and CRLF, in gzip": lambda c: gzip.compress(
        b"\xef\xbb\xbf" + c.replace(b"\n", b"\r\n")
    ),
    "no last line end": lambda c: c.rstrip(b"\n"),
    "blank lines": lambda c: c.replace(b"\noctmnist,3", b"\n\n\noctmnist,3") + b"\n\n",
    "quoted cells": lambda c: c.replace(b"octmnist,3,", b'"octmnist","3",'),
    "all quoted": lambda c: joined([[f'"{value}"' for value in row] for row in table(c)]),
    "blanks around numbers": lambda c: re.sub(rb"(?<=,)([0-9.]+)(?=,)", rb" \g<1>\t", c),
    "gzip": gzip.compress,
    "gzip of two members": lambda c: gzip.compress(c[:999]) + gzip.compress(c[999:]),
    "more digits": lambda c: re.sub(rb"(0\.\d+)(?=[,\n])", rb"\g<1>000000", c),
    "the layout of the thesis": thesis,
}


@pytest.fixture
def scores_of_the_valid_file(valid, short_labels, tmp_path) -> dict:
    """Return the scores that the scorer computes without the site."""
    (tmp_path / "valid.csv").write_bytes(valid)
    write_ground_truth(short_labels, tmp_path / "labels.npz")
    return evaluations.score_file(tmp_path / "valid.csv", tmp_path / "labels.npz").scores.to_dict()


def scores_of(evaluation: Evaluation) -> dict:
    metrics = ("auc", "balanced_accuracy", "cohen_kappa", "accuracy")
    return {
        row.dataset: {metric: getattr(row, metric) for metric in metrics}
        for row in evaluation.dataset_scores.all()
    } | {"average": {metric: getattr(evaluation, metric) for metric in metrics}}


@pytest.mark.parametrize("case", FINE)
def test_an_odd_file_that_is_fine_gets_the_same_scores(case, valid, short_site, team, as_user):
    client = as_user(team)
    post(client, valid, model_name="Plain")
    post(client, FINE[case](valid), model_name="Odd")
    plain, odd = (evaluate(Submission.objects.get(model_name=name)) for name in ("Plain", "Odd"))
    assert odd.problems == []
    assert odd.status == plain.status == Evaluation.Status.SCORED
    assert scores_of(odd) == scores_of(plain)
    assert len(scores_of(odd)) == 13


def test_an_archive_of_the_evaluator_gets_the_same_scores(valid, short_labels, short_site, team, as_user):
    client = as_user(team)
    predictions = make_demo_predictions(short_labels, SHORT, skill=1, seed=0)
    post(client, valid, model_name="Plain")
    post(client, archives.zipped(archives.evaluator_files(predictions, 28)), "My files.ZIP", model_name="Odd")
    plain, odd = (evaluate(Submission.objects.get(model_name=name)) for name in ("Plain", "Odd"))
    assert odd.problems == []
    assert scores_of(odd) == scores_of(plain)
    assert odd.submission.file.path.endswith(".zip")
    assert odd.submission.file_name == "My files.ZIP"


def test_an_archive_for_another_resolution_is_refused(short_labels, short_site, team, as_user):
    predictions = make_demo_predictions(short_labels, SHORT, skill=1, seed=0)
    post(as_user(team), archives.zipped(archives.evaluator_files(predictions, 64)), "files.zip")
    (problem,) = evaluate(Submission.objects.get()).problems
    assert problem == (
        "The files are for images of 64 pixels by their names, but the submission is for 28 pixels; "
        "choose the resolution of the files."
    )


# --- Refusals of the form ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "predictions.csv", "The file is empty."),
        (b"x", "predictions.csv.zip.txt", "must be a .csv"),
        (b"x", "predictions.npz", "must be a .csv"),
        (b"x", "predictions.csv.exe", "must be a .csv"),
        (b"x", "csv", "must be a .csv"),
        (b"x", "predictions.gz", "must be a .csv"),
    ],
)
def test_the_form_refuses_what_the_name_gives_away(content, name, message, short_site, team, as_user):
    response = post(as_user(team), content, name)
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Submission.objects.exists()


# --- Hostile text ---------------------------------------------------------------------------------

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
HOSTILE_CELLS = {
    "dataset": cell("dataset", SCRIPT),
    "index": cell("index", SCRIPT),
    "probability": cell("p0", SCRIPT),
    "surplus probability": cell("p9", SCRIPT),
    "column": replaced(b"p1,", SCRIPT.encode() + b","),
    "attribute": cell("dataset", IMAGE.replace('"', "'")),
    "thesis": thesis_cell("octmnist", SCRIPT),
    "truth": lambda c: thesis(c, truth=lambda row: SCRIPT),
    "terminal": cell("p0", "\x1b[2J\x07\u202e"),
}


@pytest.mark.parametrize("place", HOSTILE_CELLS)
def test_cells_are_shown_as_text(place, valid, short_site, team, organizer, as_user, capsys, tmp_path):
    content = HOSTILE_CELLS[place](valid)
    post(as_user(team), content)
    submission = Submission.objects.get()
    evaluation = evaluate(submission)
    assert evaluation.status == Evaluation.Status.FAILED
    check_that_it_is_for_people(evaluation.problems)
    pages = [
        submission.get_absolute_url(),
        "/profile/",
        f"/admin/challenge/submission/{submission.pk}/change/",
    ]
    for page in pages:
        shown = page_of(as_user(organizer if page.startswith("/admin") else team), page)
        assert "What is wrong" in shown or "Problems" in shown or "problems" in shown
        for raw in (SCRIPT, "<img src=x", "\x1b", "\u202e"):
            assert raw not in shown


HOSTILE_FIELDS = {
    "model_name": SCRIPT,
    "description": f"{SCRIPT}\n\n{IMAGE}\n<a href='javascript:alert(1)'>x</a>",
    "study_url": '10.1234/"><script>alert(1)</script>',
    "code_url": "https://example.org/\"onmouseover='alert(1)'",
}


def assert_is_harmless(html: str) -> None:
    for raw in (SCRIPT, "<img src=x", '"onmouseover', "href='javascript", 'href="javascript'):
        assert raw not in html


@pytest.mark.parametrize("is_scored", [True, False])
def test_fields_and_names_are_shown_as_text(is_scored, valid, short_site, organizer, client, as_user):
    team = Team.objects.create_user(IMAGE, "evil@example.org")
    evil = as_user(team)
    for number, (field, value) in enumerate(HOSTILE_FIELDS.items()):
        content = gzip.compress(valid if is_scored else b"dataset\n", mtime=number)  # a file of its own
        response = post(evil, content, f"{IMAGE}{field}.csv.gz", **{"model_name": field, field: value})
        assert response.status_code in (200, 302)
        assert_is_harmless(response.content.decode())
    submissions = list(Submission.objects.all())
    assert len(submissions) >= 2
    for submission in submissions:
        evaluate(submission)
        assert_is_harmless(page_of(as_user(organizer), submission.get_absolute_url()))
        assert_is_harmless(client.get(submission.get_absolute_url()).content.decode())
    for page in ("/profile/", "/", "/leaderboard/?resolution=28&entries=all", "/accounts/email/"):
        assert_is_harmless(page_of(evil, page))
    chosen = {"action": "disqualify", "_selected_action": [s.pk for s in submissions]}
    boss = as_user(organizer)
    assert_is_harmless(page_of(boss, "/admin/challenge/submission/"))
    assert_is_harmless(page_of(boss, "/admin/accounts/team/"))
    assert_is_harmless(boss.post("/admin/challenge/submission/", chosen).content.decode())


NO_WEB_PAGES = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)//x.org", "\x01javascript:alert(1)"),
    *("data:text/html,x", "ftp://x.org/", "file:///etc/passwd", "vbscript:x"),
]


@pytest.mark.parametrize("field", ["study_url", "code_url"])
@pytest.mark.parametrize("scheme", NO_WEB_PAGES)
def test_links_lead_to_web_pages_only(field, scheme, short_site, team, as_user):
    post(as_user(team), b"dataset\n", **{field: scheme})
    assert all(getattr(s, field).startswith("https://") for s in Submission.objects.all())


BREAKS = "Model\r\nBcc: victim@example.org\r\n\r\nInjected"


@pytest.mark.parametrize("is_scored", [True, False])
def test_nothing_of_a_team_becomes_a_header_of_a_mail(is_scored, valid, short_site):
    team = Team.objects.create_user(f"Team {BREAKS}", "team@example.org")
    upload = SimpleUploadedFile("predictions.csv", valid if is_scored else b"dataset\n")
    submission = submissions.create_submission(
        team=team, upload=upload, resolution=28, model_name=BREAKS, description=BREAKS
    )
    Submission.objects.update(file_name=BREAKS)
    evaluate(submission)
    notifications.send_outcome_mail(submission.pk)
    (message,) = mail.outbox
    sent = message.message()
    expected = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date"}
    assert set(sent) == expected | {"Message-ID"}
    assert message.recipients() == ["team@example.org"]
    assert sent.get_content_type() == "text/plain"
    assert "\n" not in message.subject


# --- Files of the official size -------------------------------------------------------------------

OFFICIAL_LINES = MEDMNIST_PLUS.n_rows + 1


def test_reordered_rows_of_the_official_size(prediction_files, submit_and_score, team):
    plain = prediction_files(1.0).read_bytes()
    ordered = submit_and_score(team, model_name="Ordered").evaluations.get()
    mixed = submit_and_score(
        team, model_name="Mixed", content=gzip.compress(shuffled(plain), 1)
    ).evaluations.get()
    assert mixed.problems == []
    assert scores_of(mixed) == scores_of(ordered)


def test_one_bad_cell_among_a_million_is_found(prediction_files, submit_and_score, team):
    lines = prediction_files(1.0).read_bytes().splitlines()
    lines[100_000] = re.sub(rb"^(\w+,\d+),[^,]*", rb"\1,nan", lines[100_000])
    evaluation = submit_and_score(team, content=b"\n".join(lines)).evaluations.get()
    assert len(evaluation.problems) == 1
    assert "line 100001" in evaluation.problems[0]
    assert "'nan'" in evaluation.problems[0]


def bomb(repeated: bytes, times: int, beginning: bytes = b"") -> bytes:
    """Return gzip data that unpacks to `times` copies of a piece, without packing all copies."""
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(beginning) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(repeated) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + piece * times + packer.flush()


HEADER = ",".join(COLUMNS).encode() + b"\n"
MEGABYTE = 2**20

BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "1 GB of zeros": (lambda: bomb(bytes(MEGABYTE), 1024), "binary data"),
    "1 GB in one row": (lambda: bomb(b"a," * (MEGABYTE // 2), 1024, HEADER), "line 2: this line is longer"),
    "200 MB in one line": (
        lambda: bomb(b"0" * MEGABYTE, 200),
        "line 1: this line is longer than 1,024 bytes",
    ),
    "1 GB of lines": (lambda: bomb(b"a\n" * (MEGABYTE // 2), 1024, HEADER), "more than 179,980 lines"),
    "1 GB of empty lines": (lambda: bomb(b"\n" * MEGABYTE, 1024), "more than 179,980 lines"),
    "1 GB in a gzip in a gzip": (lambda: gzip.compress(bomb(bytes(MEGABYTE), 1024)), "gzip data inside gzip"),
    "100,000 members": (
        lambda: gzip.compress(HEADER) + gzip.compress(b"") * 100_000,
        "more than 5,000 parts",
    ),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs(kind, submit_and_score, team):
    content, message = BOMBS[kind]
    evaluation = submit_and_score(team, content=content()).evaluations.get()
    assert evaluation.status == Evaluation.Status.FAILED
    assert message in evaluation.problems[0]
    assert len(evaluation.problems) == 1


def test_text_that_unpacks_beyond_the_limit(submit_and_score, team, settings):
    settings.MAX_DECOMPRESSED_BYTES = 10 * MEGABYTE
    content = bomb(b"a,b\n" * (MEGABYTE // 4), 11, HEADER)
    evaluation = submit_and_score(team, content=content).evaluations.get()
    assert "The decompressed file is too large" in evaluation.problems[0] or "lines" in evaluation.problems[0]


MOST_LINES = MEDMNIST_PLUS.n_rows + MEDMNIST_PLUS.n_rows // 2 + 500


def repeated_lines(line: bytes, header: bytes = HEADER) -> Callable[[], bytes]:
    """Return the maximum number of lines, of nearly the maximum length."""
    return lambda: gzip.compress(header + (line + b"\n") * MOST_LINES, 1)


def thesis_rows(cells: bytes) -> Callable[[], bytes]:
    header = b"dataset_name,truth,probability\n"
    rows = [(f"{d.name},".encode() + cells + b"\n") * d.n_test for d in MEDMNIST_PLUS]
    return lambda: gzip.compress(header + b"".join(rows), 1)


#: Files of the maximum size that are slow to read: the thorough reader checks each line.
HEAVY: dict[str, Callable[[], bytes]] = {
    "commas": repeated_lines(b"," * 1000),
    "many labels": thesis_rows(b'"[' + b"1," * 470 + b']","[0,1]"'),
    "many probabilities": thesis_rows(b'1,"[' + b"0," * 450 + b']"'),
    "lines up to the limit": lambda: bomb((b"a," * 500 + b"\n") * 1000, 1000, HEADER),
    "quotes": repeated_lines(b",".join([b'"' + b'""' * 28 + b'"'] * 16)),
    "long indices": repeated_lines(b"pathmnist," + b"9" * 900 + b"," * 14),
    "lists of commas": repeated_lines(b'pathmnist,"[' + b"," * 900 + b']"', b"dataset_name,probability\n"),
    "not UTF-8": repeated_lines(b"\xff" * 1000),
    "emoji": repeated_lines(b"pathmnist,1," + "\U0001f600".encode() * 200 + b"," * 13),
    "duplicates": repeated_lines(b"pathmnist,0," + b",".join([b"0." + b"1" * 60] * 9) + b"," * 5),
}
QUICK_HEAVY = ["many labels", "lines up to the limit"]

MEASURE = """
import sys, time
from pathlib import Path
import django
django.setup()
from challenge.services import evaluations, ground_truths, submissions
from challenge.scoring.reading.predictions import PredictionsError
evaluations._labels(Path(sys.argv[2]))
before = time.process_time()
try:
    evaluations.score_file(Path(sys.argv[1]), Path(sys.argv[2]))
except PredictionsError as error:
    print(len(error.problems), end=" ")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(time.process_time() - before, int(peak) / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of its memory from /proc")
@pytest.mark.parametrize(
    "kind", [k if k in QUICK_HEAVY else pytest.param(k, marks=pytest.mark.slow) for k in HEAVY]
)
def test_the_heaviest_files_take_seconds_and_little_memory(kind, ground_truth, tmp_path):
    file = tmp_path / "heavy.csv.gz"
    file.write_bytes(HEAVY[kind]())
    assert file.stat().st_size < django_settings.MAX_UPLOAD_BYTES
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bigsite.settings"}
    command = [sys.executable, "-c", MEASURE, str(file), str(ground_truth.path)]
    run = subprocess.run(
        command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    problems, seconds, megabytes = map(float, run.stdout.split())
    print(f"{kind}: {seconds:.1f} s CPU, {megabytes:.0f} MB")  # noqa: T201 - seen with pytest -s
    assert 1 <= problems <= 36
    assert seconds < 15, "measured: up to 4.4 s; the worker stops at 60 s"
    assert megabytes < 300, "measured: up to 275 MB"


# --- Random files and forms -----------------------------------------------------------------------


def is_valid(content: bytes) -> bool:
    """Check a file in the canonical layout with only the csv module and float()."""
    try:
        text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        table = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), strict=True)
        header, *lines = [[value.strip(" \t") for value in line] for line in table]
        rows = [dict(zip(header, line, strict=True)) for line in lines if any(line)]
        seen = set()
        for row in rows:
            dataset = SHORT[row["dataset"]]
            index = int(row["index"])
            if not re.fullmatch(r"[ \t]*\+?[0-9]+[ \t]*", row["index"]) or index >= ROWS:
                return False
            used = [row[f"p{j}"] for j in range(dataset.n_classes)]
            if any(not re.fullmatch(r"[ \t]*[-+0-9.eE]+[ \t]*", value) for value in used):
                return False
            numbers = [float(value) for value in used]
            if any(row[f"p{j}"].strip(" \t") for j in range(dataset.n_classes, 14)):
                return False
            if not all(math.isfinite(p) and -1e-6 <= p <= 1 + 1e-6 for p in numbers):
                return False
            if dataset.task is not Task.MULTILABEL and abs(sum(numbers) - 1) > 0.01 + 1e-9:
                return False
            seen.add((dataset.name, index))
    except (ValueError, KeyError, csv.Error, OSError, EOFError, zlib.error):
        return False
    return len(rows) == len(seen) == SHORT.n_rows and set(rows[0]) == set(COLUMNS)


@st.composite
def mutations(draw) -> Spoil:
    """Make up to three small changes to a valid file; most changes make it invalid."""
    changes = draw(
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), FRAGMENTS, KINDS), max_size=3)
    )
    pack = draw(st.sampled_from([lambda c: c, gzip.compress]))

    def apply(content: bytes) -> bytes:
        for number, (start, length, fragment, kind) in enumerate(changes):
            content = mutate(content, start, length, fragment, kind) if content else content
            assert number < 3
        return pack(content)

    return apply


FRAGMENTS = st.sampled_from(
    [
        b"",
        b"0",
        b"1",
        b".",
        b",",
        b"-",
        b"e",
        b"nan",
        b'"',
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\xff",
        b" ",
        b"\xef\xbb\xbf",
        b"octmnist,3,",
    ]
) | st.binary(max_size=4)
KINDS = st.sampled_from(["insert", "replace", "delete a line", "double a line", "swap lines", "cut"])


def mutate(content: bytes, start: int, length: int, fragment: bytes, kind: str) -> bytes:
    position, size = start % len(content), length % 9
    if kind == "insert":
        return content[:position] + fragment + content[position:]
    if kind == "replace":
        return content[:position] + fragment + content[position + size :]
    if kind == "cut":
        return content[: len(content) - size]
    lines = content.splitlines(keepends=True)
    one, other = start % len(lines), length % len(lines)
    if kind == "delete a line":
        del lines[one]
    elif kind == "double a line":
        lines.insert(other, lines[one])
    else:
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


TEXTS = st.text(max_size=120) | st.sampled_from(
    ["ResNet", "", SCRIPT, BREAKS, "\0", "x" * 2001, "10.1234/abc"]
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "resolution": st.sampled_from(["28", "64", "224", "32", "", "28 ", "\u0662\u0668", "9" * 40]),
        "model_name": TEXTS,
        "description": TEXTS,
        "study_url": TEXTS,
        "code_url": TEXTS,
        "external_data": st.sampled_from(["on", "", "false", "\0"]),
        "special_methods": TEXTS,
        "group": st.just("1"),
        "team": st.just("1"),
        "counts_toward_limits": st.just("false"),
    },
)


@seed(20240601)
@settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "40")),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(spoil=mutations(), fields=FIELDS)
def test_random_files_and_forms(spoil, fields, valid, short_site, team, as_user):
    content = spoil(valid)
    before = set(Submission.objects.values_list("pk", flat=True))
    response = post(as_user(team), content, **fields)
    assert response.status_code in (200, 302)
    for submission in Submission.objects.exclude(pk__in=before):
        evaluation = evaluate(submission)
        assert submission.team == team
        assert evaluation.attempts == 1
        if is_valid(content):
            assert evaluation.problems == []
            assert evaluation.status == Evaluation.Status.SCORED
        else:
            assert evaluation.status == Evaluation.Status.FAILED
            check_that_it_is_for_people(evaluation.problems)
    # delete an accepted submission, so that the next example is not its duplicate
    Submission.objects.all().delete()


def test_the_independent_reader_accepts_the_valid_file(valid):
    assert is_valid(valid)
    assert is_valid(gzip.compress(shuffled(valid)))
    assert not is_valid(valid[:-2])
