"""Files of the official size: reordered, with one bad cell, and made to exhaust the worker."""

import gzip
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings

from challenge.models import Evaluation
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.bad_files.short_splits import HEADER, scores_of
from challenge.tests.bad_files.spoils import shuffled


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
    """Return nearly the maximum number of lines; lines of 740 bytes make nearly the maximum size."""
    return lambda: gzip.compress(header + (line + b"\n") * MOST_LINES, 1)


def thesis_rows(cells: bytes) -> Callable[[], bytes]:
    header = b"dataset_name,truth,probability\n"
    rows = [(f"{d.name},".encode() + cells + b"\n") * d.n_test for d in MEDMNIST_PLUS]
    return lambda: gzip.compress(header + b"".join(rows), 1)


#: Files of the maximum size that are slow to read: the thorough reader checks each line.
HEAVY: dict[str, Callable[[], bytes]] = {
    "commas": repeated_lines(b"," * 740),
    "many labels": thesis_rows(b'"[' + b"1," * 470 + b']","[0,1]"'),
    "many probabilities": thesis_rows(b'1,"[' + b"0," * 450 + b']"'),
    "lines up to the limit": lambda: bomb((b"a," * 500 + b"\n") * 1000, 1000, HEADER),
    "quotes": repeated_lines(b",".join([b'"' + b'""' * 21 + b'"'] * 16)),
    "long indices": repeated_lines(b"pathmnist," + b"9" * 700 + b"," * 14),
    "lists of commas": repeated_lines(b'pathmnist,"[' + b"," * 700 + b']"', b"dataset_name,probability\n"),
    "not UTF-8": repeated_lines(b"\xff" * 740),
    "emoji": repeated_lines(b"pathmnist,1," + "\U0001f600".encode() * 175 + b"," * 13),
    "duplicates": repeated_lines(b"pathmnist,0," + b",".join([b"0." + b"1" * 60] * 9) + b"," * 5),
}
QUICK_HEAVY = ["many labels", "lines up to the limit"]

MEASURE = """
import sys, time
from pathlib import Path
import django
django.setup()
from challenge.services import evaluations, ground_truths, score_files, submissions
from challenge.scoring.reading.predictions import PredictionsError
score_files.labels_in(Path(sys.argv[2]))
before = time.process_time()
try:
    score_files.score_file(Path(sys.argv[1]), Path(sys.argv[2]), withheld=())
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
    assert seconds < 30, "measured: up to 12 s; the worker stops at 60 s"
    assert megabytes < 300, "measured: up to 267 MB"
