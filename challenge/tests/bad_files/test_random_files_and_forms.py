"""Random files and forms: each is scored or refused as an independent reader says."""

import csv
import gzip
import io
import math
import os
import re
import zlib

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from challenge.models import Evaluation, Submission
from challenge.scoring.benchmark import Task
from challenge.tests.bad_files.collection import BREAKS, SCRIPT
from challenge.tests.bad_files.short_splits import (
    COLUMNS,
    ROWS,
    SHORT,
    check_that_it_is_for_people,
    evaluate,
    post,
)
from challenge.tests.bad_files.spoils import Spoil, shuffled


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
