"""Format checker in the browser: its worker says the same about a file as the site, in the same words."""

import gzip
import random
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pytest
from playwright.sync_api import Page

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.files import MOST_LINE_BYTES
from challenge.scoring.reading.predictions import write_predictions
from challenge.tests.bad_files.collection import BAD, FINE, HOSTILE_CELLS
from challenge.tests.bad_files.short_splits import HEADER, SHORT
from challenge.tests.browser.mistaken_archives import mistaken_archive
from challenge.tests.browser.mistakes import mistaken_file
from challenge.tests.browser.words import Words, words_of_the_checker, words_of_the_site
from challenge.tests.scoring import archives, odd_files
from challenge.tests.scoring import test_evaluator_zip as evaluator
from challenge.tests.scoring import test_fuzz_reader as fuzz
from challenge.tests.scoring import test_refuses_bad_files as refusals
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS

pytestmark = pytest.mark.browser

#: Function that compares the words about named files, and returns them.
Compare = Callable[..., dict[object, Words]]


@pytest.fixture
def page(visits) -> Page:
    return visits.open("/format/")


@pytest.fixture
def compare(page) -> Compare:
    """Return a function that fails if checker and site differ about a file; it gives the words about each file."""

    def compare_files(
        files: Mapping[object, bytes],
        benchmark: Benchmark = TINY,
        labels: Mapping[str, np.ndarray] | None = None,
        resolution: int | None = None,
    ) -> dict[object, Words]:
        found = words_of_the_checker(page, benchmark, files.values(), resolution)
        words = dict(zip(files, found, strict=True))
        for name, content in files.items():
            assert words[name] == words_of_the_site(content, benchmark, labels, resolution), (name, content)
        return words

    return compare_files


def numbered(files: Iterable[bytes]) -> dict[object, bytes]:
    return dict(enumerate(files))


def encoded(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


# --- CSV files ------------------------------------------------------------------------------------


def test_the_collection_of_files(compare, tmp_path):
    short, labels = SHORT, make_demo_ground_truth(SHORT)
    write_predictions(tmp_path / "valid.csv", make_demo_predictions(labels, short, skill=1, seed=0), short)
    valid = (tmp_path / "valid.csv").read_bytes()
    bad = {name: spoil(valid) for name, (spoil, _) in BAD.items()}
    hostile = {name: spoil(valid) for name, spoil in HOSTILE_CELLS.items()}
    fine = {name: change(valid) for name, change in FINE.items()}
    words = compare({"valid": valid, **bad, **hostile, **fine}, short, labels.labels)
    assert {name for name in words if words[name].is_valid} == {"valid", *fine}


def test_the_small_collection(compare):
    canonical, thesis = fuzz.CANONICAL.decode(), fuzz.THESIS.decode()
    files = [encoded(change(canonical)) for change, _ in refusals.CANONICAL.values()]
    files += [encoded(change(thesis)) for change, _ in refusals.THESIS.values()]
    files += [
        fuzz.CANONICAL.replace(b"pairmnist,1,", b"pairmnist" + bad + b",1,")
        for bad in (b"\xff", b"\xed\xa0\x80")
    ]
    compare(numbered(files), labels=TINY_LABELS)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_odd_files(compress, compare):
    files = {name: compress(content) for name, content in odd_files.all_odd_files(TINY_PREDICTIONS)}
    words = compare(files)
    assert {name for name in words if words[name].is_valid} == set(odd_files.TAKEN)


def test_damaged_files(compare):
    rng = random.Random(20240601)
    words = compare(numbered(damaged(rng) for _ in range(300)), labels=TINY_LABELS)
    assert 10 < sum(found.is_valid for found in words.values()) < 150


def damaged(rng: random.Random) -> bytes:
    data = rng.choice([fuzz.CANONICAL, fuzz.THESIS, fuzz.THESIS_WITH_TRUTH])
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["insert", "replace", "delete", "swap lines", "repeat line", "drop line"])
        what = {
            "insert": rng.choice(fuzz.SALT),
            "replace": rng.choice(fuzz.SALT),
            "delete": rng.randint(1, 4),
        }
        data = fuzz.damage(data, (kind, rng.randrange(10_000), what.get(kind, rng.randrange(100))))
    return data


def test_files_with_mistakes(compare):
    rng = random.Random(20240601)
    files = [mistaken_file(rng, TINY_PREDICTIONS, TINY) for _ in range(600)]
    words = compare(numbered(files), labels=TINY_LABELS)
    assert 60 < sum(found.is_valid for found in words.values()) < 150
    assert len({message[:20] for found in words.values() for message in found.warnings}) >= 4


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_limits(compress, compare):
    """Limits of line length to the byte, across the pieces of a read file; many lines; many gzip members."""
    header = HEADER
    long = [
        header + b"a,b\n" * (where // 4) + b"x" * (MOST_LINE_BYTES + more) + end
        for where in (0, 131_072 - 500, 131_072 * 2)
        for more in (0, 1)
        for end in (b"", b"\n")
    ]
    files = [compress(content) for content in (*long, header + b"\n" * 179_980, header + b"\n" * 179_979)]
    files += [gzip.compress(header) + gzip.compress(b"") * 5000]
    compare(numbered(files), MEDMNIST_PLUS)


def test_the_limit_of_the_text(compare, settings):
    settings.MAX_DECOMPRESSED_BYTES = 300_000
    blanks = (" " * 1000 + "\n") * 900
    csv = fuzz.CANONICAL + blanks.encode()
    files = {"plain": csv, **{f"gzip {level}": gzip.compress(csv, level) for level in (0, 1, 9)}}
    texts = {name: text + blanks[:200_200] for name, text in evaluator.FILES.items()}
    files["archive"] = archives.zipped(texts)
    words = compare(files)
    assert all("too large" in found.problems[0] for found in words.values())
    assert words["archive"].problems[0].startswith("pairmnist: The decompressed file is too large")


# --- gzip -----------------------------------------------------------------------------------------


def test_damaged_gzip_is_refused_where_the_site_refuses_it(page):
    rng = random.Random(20240601)
    originals = [gzip.compress(fuzz.CANONICAL, level) for level in (0, 1, 9)]
    originals += [gzip.compress(fuzz.THESIS[:200]) + gzip.compress(fuzz.THESIS[200:])]
    files = [*originals, *(damaged_gzip(rng, rng.choice(originals)) for _ in range(200))]
    for content, words in zip(files, words_of_the_checker(page, TINY, files), strict=True):
        assert words.is_valid == words_of_the_site(content, TINY, TINY_LABELS).is_valid, content


def test_the_causes_of_damaged_gzip(compare):
    one = gzip.compress(fuzz.THESIS)
    two = gzip.compress(fuzz.THESIS[:200]) + gzip.compress(fuzz.THESIS[200:])
    files = {
        "wrong checksum": (flipped(one, -8), "corrupt"),
        "wrong length": (flipped(one, -4), "corrupt"),
        "wrong checksum of the second member": (flipped(two, -8), "corrupt"),
        "unknown flags": (flipped(one, 3, 0x80), "corrupt"),
        "cut off in the data": (one[: len(one) // 2], "too early"),
        "cut off in the trailer": (one[:-3], "too early"),
        "cut off in the header": (one[:7], "too early"),
        "cut off in the second member": (two[:-20], "too early"),
        "a second member of two bytes": (one + two[:2], "too early"),
        "one byte more": (one + two[:1], "not gzip"),
        "bytes that are not gzip": (one + b"xyz", "not gzip"),
        "zeros": (one + bytes(512), "not gzip"),
    }
    words = compare({name: content for name, (content, _) in files.items()}, labels=TINY_LABELS)
    for name, (_, word) in files.items():
        assert word in words[name].problems[0], name


def flipped(data: bytes, place: int, bits: int = 1) -> bytes:
    changed = bytearray(data)
    changed[place] ^= bits
    return bytes(changed)


def damaged_gzip(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    kind = rng.choice(["flip a bit", "cut", "append"])
    if kind == "cut":
        return data[:place]
    if kind == "append":
        return data + rng.randbytes(3)
    return flipped(data, place, 1 << rng.randrange(8))


# --- Archives -------------------------------------------------------------------------------------


def test_archives_with_one_problem(compare):
    files = {name: archives.zipped(content) for name, (content, _) in evaluator.REFUSED.items()}
    words = compare(files, resolution=28)
    assert all(len(found.problems) == 1 for found in words.values())


@pytest.mark.parametrize("resolution", [28, 224, None])
def test_archives_for_a_resolution(resolution, compare):
    names = {size: archives.evaluator_files(TINY_PREDICTIONS, size) for size in (28, 224, None)}
    words = compare({size: archives.zipped(files) for size, files in names.items()}, resolution=resolution)
    for size, found in words.items():
        assert found.is_valid == (size is None or resolution in (None, size))


def test_archives_with_mistakes(compare):
    rng = random.Random(20240601)
    files = [mistaken_archive(rng, TINY_PREDICTIONS, TINY) for _ in range(600)]
    words = compare(numbered(files), resolution=28)
    assert 40 < sum(found.is_valid for found in words.values()) < 120


def test_archives_with_a_changed_byte(compare):
    content = archives.zipped(evaluator.FILES)
    compare(numbered(flipped(content, place, 0x55) for place in range(0, len(content), 3)))


def test_archives_that_would_exhaust_a_reader(compare):
    zeros = evaluator.bomb(b"0" * evaluator.MB, 30)
    files = {
        "lines": evaluator.bomb(b"0,1\n" * (evaluator.MB // 4), 30),
        "no lines": zeros,
        "small sizes in the headers": archives.with_sizes(zeros, 100),
        "entries": archives.zipped({f"{number}.csv": "" for number in range(1001)}),
        "as many entries as are allowed": archives.zipped({f"{number}.csv": "" for number in range(1000)}),
        "a long directory": archives.zipped({f"{number}" * 9: "" for number in range(30_000)}, 0),
    }
    assert not any(found.is_valid for found in compare(files, MEDMNIST_PLUS).values())
