"""Format checker in the browser: it gives the same messages as the site, before any upload."""

import base64
import gzip
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from challenge.content.format_rules import format_rules
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading.files import MOST_LINE_BYTES
from challenge.scoring.reading.predictions import PredictionsError, read_predictions, write_predictions
from challenge.tests import test_bad_files_end_to_end as collection
from challenge.tests.browser.mistakes import mistaken_file
from challenge.tests.browser.test_pages import check
from challenge.tests.scoring import odd_files
from challenge.tests.scoring import test_fuzz_reader as fuzz
from challenge.tests.scoring import test_refuses_bad_files as refusals
from challenge.tests.scoring.conftest import TINY, TINY_LABELS, TINY_PREDICTIONS
from challenge.tests.scoring.layouts import thesis_text

pytestmark = pytest.mark.browser

#: Problem that the checker cannot find, because the labels stay on the server.
NEEDS_LABELS = "truth is not the label of this test image"

#: Script that lets the page's worker check files one after the other, by the given rules.
JUDGE = """async ({rules, files}) => {
    const {worker: url, parts} = document.querySelector("script[data-worker]").dataset;
    const worker = new Worker(url);
    worker.postMessage({parts: parts.split(" ")});
    const judge = (file) => new Promise((resolve, reject) => {
        worker.onerror = reject;
        worker.onmessage = ({data}) => "progress" in data || resolve(data.result ?? data);
        worker.postMessage({rules, file});
    });
    const judged = [];
    for (const file of files) {
        const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
        judged.push(await judge(new Blob([bytes])));
    }
    worker.terminate();
    return judged;
}"""


@pytest.fixture
def page(visits) -> Page:
    return visits.open("/format/")


@pytest.fixture
def judge(page) -> Callable[[Benchmark, Iterable[bytes]], list[dict[str, Any]]]:
    """Return a function that gives the checker's results on files for a benchmark."""

    def judge_files(benchmark: Benchmark, files: Iterable[bytes]) -> list[dict[str, Any]]:
        encoded = [base64.b64encode(content).decode() for content in files]
        return page.evaluate(JUDGE, {"rules": format_rules(benchmark), "files": encoded})

    return judge_files


@pytest.fixture
def site_says(tmp_path) -> Callable[..., list[str]]:
    """Return a function that gives the site's problems with a file, without problems that only the site can find."""

    def problems_of(
        content: bytes, benchmark: Benchmark, labels: Mapping[str, np.ndarray] | None = None
    ) -> list[str]:
        path = tmp_path / "predictions.csv"
        path.write_bytes(content)
        try:
            read_predictions(path, benchmark, labels=labels)
        except PredictionsError as error:
            return [str(problem) for problem in error.problems if NEEDS_LABELS not in problem.message]
        return []

    return problems_of


def shown_problems(judged: dict[str, Any]) -> list[str]:
    assert judged["valid"] == (not judged["problems"]), judged
    return [problem["text"] for problem in judged["problems"]]


def encoded(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def test_the_collection_of_files_gets_the_words_of_the_site(judge, site_says, tmp_path):
    short, labels = collection.SHORT, make_demo_ground_truth(collection.SHORT)
    write_predictions(tmp_path / "valid.csv", make_demo_predictions(labels, short, skill=1, seed=0), short)
    valid = (tmp_path / "valid.csv").read_bytes()
    bad = {name: spoil(valid) for name, (spoil, _) in collection.BAD.items()}
    hostile = {name: spoil(valid) for name, spoil in collection.HOSTILE_CELLS.items()}
    fine = {name: change(valid) for name, change in collection.FINE.items()}
    files = {"valid": valid, **bad, **hostile, **fine}
    for (name, content), judged in zip(files.items(), judge(short, files.values()), strict=True):
        assert shown_problems(judged) == site_says(content, short, labels.labels), name
        assert judged["valid"] == (name == "valid" or name in fine), name


def test_the_small_collection_gets_the_words_of_the_site(judge, site_says):
    canonical, thesis = fuzz.CANONICAL.decode(), fuzz.THESIS.decode()
    files = [encoded(change(canonical)) for change, _ in refusals.CANONICAL.values()]
    files += [encoded(change(thesis)) for change, _ in refusals.THESIS.values()]
    files += [
        fuzz.CANONICAL.replace(b"pairmnist,1,", b"pairmnist" + bad + b",1,")
        for bad in (b"\xff", b"\xed\xa0\x80")
    ]
    for content, judged in zip(files, judge(TINY, files), strict=True):
        assert shown_problems(judged) == site_says(content, TINY, TINY_LABELS), content


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_odd_files_get_the_words_of_the_site(compress, judge, site_says):
    files = {name: compress(content) for name, content in odd_files.all_odd_files(TINY_PREDICTIONS)}
    for (name, content), judged in zip(files.items(), judge(TINY, files.values()), strict=True):
        assert shown_problems(judged) == site_says(content, TINY), name
        assert judged["valid"] == (name in odd_files.TAKEN), name


def test_damaged_files_get_the_words_of_the_site(judge, site_says):
    rng = random.Random(20240601)
    files = [damaged(rng) for _ in range(300)]
    judged = judge(TINY, files)
    for content, verdict in zip(files, judged, strict=True):
        assert shown_problems(verdict) == site_says(content, TINY, TINY_LABELS), content
    assert 10 < sum(verdict["valid"] for verdict in judged) < 150


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


def test_files_with_mistakes_get_the_words_of_the_site(judge, site_says):
    rng = random.Random(20240601)
    files = [mistaken_file(rng, TINY_PREDICTIONS, TINY) for _ in range(600)]
    judged = judge(TINY, files)
    for content, verdict in zip(files, judged, strict=True):
        assert shown_problems(verdict) == site_says(content, TINY), content
    assert 60 < sum(verdict["valid"] for verdict in judged) < 150


def test_damaged_gzip_is_refused_where_the_site_refuses_it(judge, site_says):
    rng = random.Random(20240601)
    originals = [gzip.compress(fuzz.CANONICAL, level) for level in (0, 1, 9)]
    originals += [gzip.compress(fuzz.THESIS[:200]) + gzip.compress(fuzz.THESIS[200:])]
    files = [*originals, *(damaged_gzip(rng, rng.choice(originals)) for _ in range(200))]
    for content, judged in zip(files, judge(TINY, files), strict=True):
        assert bool(shown_problems(judged)) == bool(site_says(content, TINY, TINY_LABELS)), content


def test_what_is_wrong_with_gzip_is_said_as_the_site_says_it(judge, site_says):
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
    judged = judge(TINY, [content for content, _ in files.values()])
    for (name, (content, word)), verdict in zip(files.items(), judged, strict=True):
        assert shown_problems(verdict) == site_says(content, TINY, TINY_LABELS), name
        assert word in shown_problems(verdict)[0], name


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
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_limits_are_those_of_the_site(compress, judge, site_says):
    """Limits of line length to the byte, across the pieces of a read file; many lines; many gzip members."""
    header = collection.HEADER
    long = [
        header + b"a,b\n" * (where // 4) + b"x" * (MOST_LINE_BYTES + more) + end
        for where in (0, 131_072 - 500, 131_072 * 2)
        for more in (0, 1)
        for end in (b"", b"\n")
    ]
    files = [compress(content) for content in (*long, header + b"\n" * 179_980, header + b"\n" * 179_979)]
    files += [gzip.compress(header) + gzip.compress(b"") * 5000]
    for content, judged in zip(files, judge(MEDMNIST_PLUS, files), strict=True):
        assert shown_problems(judged) == site_says(content, MEDMNIST_PLUS), content[:50]


# --- On the pages ---------------------------------------------------------------------------------


def checked(page: Page, label: str, path: Path) -> Locator:
    """Choose a file; return the element with its result when the check is done."""
    page.get_by_label(label, exact=True).set_input_files(path)
    box = page.locator(".format-check")
    expect(box.locator("progress")).to_have_count(0, timeout=60_000)
    return box


@pytest.fixture(scope="module")
def full_size(tmp_path_factory) -> dict[str, Path]:
    """Files of the official size: canonical and thesis layout, and one with a bad value near its end."""
    folder = tmp_path_factory.mktemp("full-size")
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=0)
    paths = {name: folder / f"{name}.csv" for name in ("canonical", "thesis", "bad")}
    write_predictions(paths["canonical"], predictions, MEDMNIST_PLUS)
    doubles = {name: values.astype(float) for name, values in predictions.items()}
    paths["thesis"].write_text(thesis_text(doubles, MEDMNIST_PLUS, labels.labels))
    lines = paths["canonical"].read_text().splitlines()
    lines[119_000] = ",".join([*lines[119_000].split(",")[:2], "nan", *lines[119_000].split(",")[3:]])
    paths["bad"].write_text("\n".join(lines))
    paths["gzip"] = folder / "canonical.csv.gz"
    paths["gzip"].write_bytes(gzip.compress(paths["canonical"].read_bytes(), 6))
    return paths


@pytest.mark.parametrize("kind", ["canonical", "gzip"])
def test_a_valid_file_of_full_size(kind, page, full_size):
    box = checked(page, "Submission file", full_size[kind])
    expect(box.get_by_role("status")).to_have_text("Valid: 119,320 rows, 12 datasets, canonical layout.")


def test_a_valid_file_of_full_size_in_the_layout_of_the_thesis(page, full_size):
    box = checked(page, "Submission file", full_size["thesis"])
    expect(box.get_by_role("status")).to_have_text("Valid: 119,320 rows, 12 datasets, thesis layout.")
    expect(box).to_contain_text("The site also compares truth with the test labels")


def test_a_bad_file_of_full_size(page, full_size, site_says):
    problems = site_says(full_size["bad"].read_bytes(), MEDMNIST_PLUS)
    box = checked(page, "Submission file", full_size["bad"])
    expect(box.get_by_role("status")).to_have_text("The site would refuse this file: 1 problem.")
    expect(box.get_by_role("listitem")).to_have_text(problems)
    assert "organsmnist, line 119001, index 8506: p0 is 'nan'; expected a finite number" in problems[0]


def test_one_file_after_the_other_on_the_format_page(page, demo, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(demo.example_file.read_text().replace("\nbreastmnist,3,", "\nbreastmnist,3,<b>"))
    box = checked(page, "Submission file", bad)
    expect(box.get_by_role("status")).to_contain_text("The site would refuse this file: 1 problem.")
    expect(box.get_by_role("listitem")).to_contain_text("breastmnist, line")
    expect(box.get_by_role("listitem")).to_contain_text("index 3: p0 is '<b>")
    check(page)
    box = checked(page, "Submission file", demo.example_file)
    expect(box.get_by_role("status")).to_contain_text("Valid: 119,320 rows")
    expect(box.get_by_role("listitem")).to_have_count(0)


def test_what_the_form_refuses_by_name_or_size(page, tmp_path):
    for name, content, message in (
        ("predictions.txt", "x", "The file must be a .csv, or a .csv.gz compressed with gzip."),
        ("predictions.csv", "", "The file is empty."),
    ):
        (tmp_path / name).write_text(content)
        expect(checked(page, "Submission file", tmp_path / name).get_by_role("listitem")).to_have_text(
            message
        )


def test_on_the_profile_page_the_upload_stays_possible(register, demo, tmp_path):
    page, _ = register()
    bad = tmp_path / "bad.csv"
    bad.write_text(demo.example_file.read_text().replace("pathmnist,0,", "pathmnist,1,", 1))
    box = checked(page, "Predictions", bad)
    expect(box.get_by_role("listitem").first).to_contain_text(
        "pathmnist, line 3, index 1: line 2 already has this index"
    )
    page.get_by_label("Resolution").select_option("224")
    page.get_by_label("Model name").fill("Sent anyway")
    page.get_by_label("Description").fill("The checker only tells.")
    page.get_by_role("button", name="Submit").click()
    page.locator(".submission-item .state-failed").wait_for()
    expect(page.locator(".submission-item .problems")).to_contain_text("line 2 already has this index")
    # the form and its field are new
    box = checked(page, "Predictions", demo.example_file)
    expect(box.get_by_role("status")).to_contain_text("Valid: 119,320 rows")


def test_a_worker_that_fails_says_so(visits, demo):
    page = visits.open("/format/")
    page.route("**/format-rows*.js", lambda route: route.abort())
    box = checked(page, "Submission file", demo.example_file)
    expect(box.get_by_role("status")).to_contain_text("could not be checked here")
    expect(box.get_by_role("status")).to_contain_text("The site checks it when it is uploaded.")
    visits.complaints.clear()


def test_without_scripts_there_is_no_field_that_does_nothing(visits):
    page = visits.open("/format/", java_script_enabled=False)
    expect(page.get_by_role("heading", name="Check a file")).to_be_visible()
    expect(page.get_by_label("Submission file")).to_be_hidden()
