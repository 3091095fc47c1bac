"""Zip archives with the files of MedMNIST's evaluator: read as the canonical file, or refused with one problem."""

# ruff: noqa: E501 - a case is a line
import contextlib
import io
import time
import tracemalloc
import zipfile
from collections.abc import Mapping

import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
from challenge.scoring.reading import archives, parse_evaluator
from challenge.scoring.reading.predictions import Limits, PredictionsError, read_predictions
from challenge.tests.scoring.archives import (
    evaluator_files,
    evaluator_name,
    with_flag,
    with_sizes,
    with_wrong_checksums,
    zipped,
)
from challenge.tests.scoring.conftest import TINY_PREDICTIONS
from challenge.tests.scoring.layouts import canonical_text
from challenge.tests.scoring.odd_files import evaluator_file, printed_by_numpy

FILES = evaluator_files(TINY_PREDICTIONS)
TRIP, PAIR, MANY = FILES


def problems_of(read, content: bytes, **options) -> list[str]:
    with pytest.raises(PredictionsError) as caught:
        read(content, **options)
    assert all(str(problem).isprintable() for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


def assert_tiny(found):
    assert list(found) == list(TINY_PREDICTIONS)
    for name, values in TINY_PREDICTIONS.items():
        assert found[name].tobytes("C") == values.tobytes("C")


def changed(old: str, new: str, name: str = PAIR) -> dict[str, str]:
    assert old in FILES[name]
    return FILES | {name: FILES[name].replace(old, new, 1)}


@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize(
    "files",
    [
        pytest.param(FILES, id="plain"),
        pytest.param(evaluator_files(TINY_PREDICTIONS, size=None), id="no size in the names"),
        pytest.param(evaluator_files(TINY_PREDICTIONS, folder="vit_xl/run 1.npy/"), id="folders"),
        pytest.param({f"./{name}": text for name, text in FILES.items()}, id="the folder itself"),
        pytest.param({name.upper(): text for name, text in FILES.items()}, id="names in capitals"),
        pytest.param({name.split("_[")[0] + ".csv": text for name, text in FILES.items()}, id="short names"),
        pytest.param(dict(reversed(FILES.items())), id="another order"),
        pytest.param(
            FILES | {"__MACOSX/._" + TRIP: "x", ".DS_Store": "x", ".git/config": "x", "a/Thumbs.db": "x", "b/": ""},
            id="files of the system",
        ),
        pytest.param(
            FILES | {evaluator_name("tripmnist", split=split): "x" for split in ("train", "val")},
            id="other splits",
        ),
        pytest.param(FILES | {evaluator_name("organmnist3d"): "x"}, id="3D"),
        pytest.param({name: text.replace("\n", "\r\n") for name, text in FILES.items()}, id="CRLF"),
        pytest.param({name: "\ufeff" + text for name, text in FILES.items()}, id="byte order mark"),
        pytest.param({name: text.replace(",", " , ") for name, text in FILES.items()}, id="blanks"),
        pytest.param({name: text + "\n \n" for name, text in FILES.items()}, id="blank lines"),
        pytest.param(
            {name: "\n".join(reversed(text.splitlines())) for name, text in FILES.items()}, id="any order of rows"
        ),
        pytest.param(FILES | {PAIR: "0,0.5\n1,0.75\n2,0.1\n3,1.0\n"}, id="one score"),
    ],
)  # fmt: skip
def test_archives_that_are_taken(files, is_fast, read, monkeypatch):
    if not is_fast:
        monkeypatch.setattr(parse_evaluator, "_parse_fast", lambda *args: None)
    assert_tiny(read(zipped(files), resolution=28))


def test_a_stored_archive_with_a_comment(read):
    assert_tiny(read(zipped(FILES, zipfile.ZIP_STORED, b"made by hand")))


def test_one_score_of_a_binary_dataset_is_that_of_class_1(read):
    found = read(zipped(FILES | {PAIR: "0,0.3\n1,0.75\n2,1.0000001\n3,-1e-7\n"}))["pairmnist"]
    assert found[:, 1].tolist() == [0.3, 0.75, 1, 0]
    assert found[:, 0].tolist() == [0.7, 0.25, 0, 1]


def test_equal_to_the_canonical_file_at_full_size(tmp_path):
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    values = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=3)
    (tmp_path / "a.zip").write_bytes(zipped(evaluator_files(values, 224)))
    (tmp_path / "a.csv").write_text(canonical_text(values, MEDMNIST_PLUS))
    from_zip = read_predictions(tmp_path / "a.zip", MEDMNIST_PLUS, resolution=224)
    from_csv = read_predictions(tmp_path / "a.csv", MEDMNIST_PLUS)
    assert from_zip.warnings == from_csv.warnings == ()
    for name, expected in from_csv.values.items():
        assert from_zip.values[name].tobytes("F") == expected.tobytes("F")


_SIZES = "The files are of several resolutions by their names"

REFUSED: dict[str, tuple[Mapping[str, str | bytes], str]] = {
    "one CSV": ({"p.csv": "x"}, "The zip archive holds one CSV ('p.csv'); send the CSV itself, plain or compressed with gzip. A zip is only for the files of MedMNIST's evaluator."),
    "one gzip": ({"a/p.csv.gz": "x"}, "The zip archive holds one CSV ('p.csv.gz'); send the CSV itself"),
    "a nested archive": ({"runs.zip": zipped(FILES)}, "The zip archive holds another archive ('runs.zip'); put the CSV files themselves into one zip."),
    "an archive next to the files": (FILES | {"old.zip": b"PK"}, "The zip archive holds another archive ('old.zip')"),
    "another file": (FILES | {"notes.txt": "x"}, "The zip archive holds a file that MedMNIST's evaluator does not write ('notes.txt'); send only its files, such as pathmnist_224_test_[AUC]0.912_[ACC]0.834@run1.csv."),
    "other CSV files": ({"a.csv": "x", "b.csv": "x"}, "The zip archive holds a file that MedMNIST's evaluator does not write ('a.csv')"),
    "a size of many digits": ({f"tripmnist_{'9' * 5000}_test.csv": "x"}, "The zip archive holds one CSV ('tripmnist_9"),
    "npz": ({"pathmnist.npy": "x"}, "The file is not CSV: it seems to be a NumPy .npz file."),
    "xlsx": ({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}, "The file is not CSV: it seems to be an Excel (.xlsx) file."),
    "PyTorch": ({"model/data.pkl": "x"}, "The file is not CSV: it seems to be a PyTorch file."),
    "OpenDocument": ({"mimetype": "x", "content.xml": "x"}, "The file is not CSV: it seems to be an OpenDocument (.ods) file."),
    "an npz in an archive": ({"run/predictions.npz": "x"}, "The zip archive holds a file that MedMNIST's evaluator does not write ('predictions.npz')"),
    "a CSV for each dataset": ({f"{name}.csv": "x" for name in TINY_PREDICTIONS}, "The zip archive holds a file that MedMNIST's evaluator does not write ('tripmnist.csv')"),
    "nothing": ({}, "The zip archive has no files; make it again."),
    "only system files": ({".DS_Store": "x"}, "The zip archive has no files; make it again."),
    "only validation": ({evaluator_name(name, split="val"): "x" for name in TINY_PREDICTIONS}, "The zip archive has no file of a test split"),
    "one dataset missing": ({TRIP: FILES[TRIP], MANY: FILES[MANY]}, "The zip archive has no file of pairmnist; send the files of all 3 datasets."),
    "two datasets missing": ({TRIP: FILES[TRIP]}, "The zip archive has no file of 2 datasets (pairmnist, manymnist); send the files of all 3 datasets."),
    "two runs": (FILES | {name.replace("run1", "run2"): text for name, text in FILES.items()}, f"tripmnist: the zip archive has two files of the dataset ({TRIP!r}, {TRIP.replace('run1', 'run2')!r}); send one run. This is true of 3 datasets (tripmnist, pairmnist, manymnist)."),
    "a run in another folder": (FILES | {"old/" + PAIR: FILES[PAIR]}, f"pairmnist: the zip archive has two files of the dataset ({PAIR!r}, {PAIR!r}); send one run."),
    "another resolution": (evaluator_files(TINY_PREDICTIONS, 224), "The files are for images of 224 pixels by their names, but the submission is for 28 pixels; choose the resolution of the files."),
    "two resolutions": (evaluator_files(TINY_PREDICTIONS, 28) | evaluator_files(TINY_PREDICTIONS, 64), _SIZES),
    "mixed resolutions": ({TRIP: FILES[TRIP], PAIR: FILES[PAIR], evaluator_name("manymnist", 224): FILES[MANY]}, f"{_SIZES} ({TRIP!r}, 'manymnist_224_test_[AUC]0.912_[ACC]0.834@run1.csv'); send one resolution in a zip."),
    "a resolution in some names": ({TRIP: FILES[TRIP], PAIR: FILES[PAIR], evaluator_name("manymnist", None): FILES[MANY]}, _SIZES),
    # the files themselves
    "empty file": (FILES | {PAIR: ""}, "pairmnist: the file has no rows."),
    "blank file": (FILES | {PAIR: "\n" * 900}, "pairmnist: the file has no rows."),
    "header": (changed("0,0.5,0.5", ",0,1\n0,0.5,0.5"), "pairmnist, line 1: the file begins with a line that is not an index and scores; MedMNIST's evaluator writes no header (pandas: `header=None`)."),
    "semicolons": ({n: t.replace(",", ";") for n, t in FILES.items()}, "tripmnist, line 1: the cells are separated by semicolons; separate them by commas, and write 0.5, not 0,5."),
    "tabs": ({n: t.replace(",", "\t").replace(".", ",") for n, t in FILES.items()}, "tripmnist, line 1: the cells are separated by tabs"),
    "CR alone": ({n: t.replace("\n", "\r") for n, t in FILES.items()}, "tripmnist: The lines end with a carriage return (CR) alone"),
    "UTF-16": ({n: t.encode("utf-16") for n, t in FILES.items()}, "tripmnist: The file is not CSV: it seems to be UTF-16 text"),
    "arrays": (FILES | {TRIP: "".join(f"{i},{printed_by_numpy(p)}\n" for i, p in enumerate(TINY_PREDICTIONS["tripmnist"]))}, "tripmnist, line 1: the row has 2 cells; expected 4: the index and 3 scores. 10 lines have this problem"),
    "classes": ({n: "".join(f"{i},1\n" for i in range(len(TINY_PREDICTIONS[n.split("_")[0]]))) for n in FILES}, "tripmnist, line 1: the row has 2 cells; expected 4: the index and 3 scores. 11 lines of 2 datasets (tripmnist, manymnist) have this problem (next: 2, 3, 4, 5, ...)."),
    "commas at the ends": ({n: t.replace("\n", ",\n") for n, t in FILES.items()}, "tripmnist, line 1: the row has 5 cells; expected 4: the index and 3 scores."),
    "not a number": (changed("1,0.25,0.75", "1,0.25,x"), "pairmnist, line 2, index 1: p1 is 'x'; expected a plain decimal number such as 0.25."),
    "one score, not a number": (FILES | {PAIR: "0,0.5\n1,nan\n2,0.1\n3,1\n"}, "pairmnist, line 2, index 1: p1 is 'nan'; expected a finite number from 0 to 1."),
    "one score, not a probability": (FILES | {PAIR: "0,0.5\n1,1.5\n2,0.1\n3,1\n"}, "pairmnist, line 2, index 1: the probability of class 1 is 1.5; expected a value from 0 to 1"),
    "one score, below 0": (FILES | {PAIR: "0,0.5\n1,-0.5\n2,0.1\n3,1\n"}, "pairmnist, line 2, index 1: the probability of class 1 is -0.5; expected a value from 0 to 1"),
    "duplicate": (changed("2,0.9", "1,0.25,0.75\n2,0.9"), "pairmnist, line 3, index 1: line 2 already has this index; write each index once."),
    "past the end": (changed("3,0.0", "4,0.0"), "pairmnist, line 4: the index '4' is past the end of the test split"),
    "row missing": (changed("2,0.9,0.1\n", ""), "pairmnist: 1 row is missing: index 2."),
    "indices from 1": ({n: "".join(f"{i},{row.split(',', 1)[1]}\n" for i, row in enumerate(t.splitlines(), 1)) for n, t in FILES.items()}, "tripmnist, line 5: the index '5' is past the end of the test split, whose 5 rows are numbered from 0 to 4; number the rows of each dataset from 0. 3 lines of 3 datasets"),
    "logits": ({n: evaluator_file(5 * v - 2) for n, v in zip(FILES, TINY_PREDICTIONS.values(), strict=True)}, "tripmnist, line 1, index 0: the probability of class 0 is -1; most rows have values below 0 or above 1, so these are probably logits"),
    "sum": (changed("1,0.25,0.75", "1,0.25,0.7"), "pairmnist, line 2, index 1: the probabilities sum to 0.95; expected 1 within 0.01"),
    "long line": (changed("1,0.25,0.75", "1,0.25,0." + "7" * 2000), "pairmnist, line 2: this line is longer than 1,024 bytes"),
    "many lines": (FILES | {PAIR: "0,0.5,0.5\n" * 2000}, "pairmnist: The file has more than 1,006 lines"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_archives_with_one_problem(case, read):
    files, message = REFUSED[case]
    (problem,) = problems_of(read, zipped(files), resolution=28)
    assert problem.startswith(message)


def test_without_a_resolution_any_is_taken(read):
    assert_tiny(read(zipped(evaluator_files(TINY_PREDICTIONS, 224))))


def test_lines_of_other_files_are_not_named(read):
    texts = changed("2,0.9,0.1", "2,x,0.1") | {MANY: FILES[MANY].replace("\n1,0.0", "\n1,x", 1)}
    (problem,) = problems_of(read, zipped(texts))
    assert problem.endswith("2 lines of 2 datasets (pairmnist, manymnist) have this problem.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(with_flag(zipped(FILES), 1), f"The zip archive is encrypted ({TRIP!r}); make it without a password.", id="encrypted"),
        pytest.param(zipped(FILES, zipfile.ZIP_BZIP2), f"The zip archive is compressed by an unusual method ({TRIP!r}); make it again with deflate.", id="bzip2"),
        pytest.param(zipped(FILES, zipfile.ZIP_LZMA), f"The zip archive is compressed by an unusual method ({TRIP!r}); make it again with deflate.", id="LZMA"),
        pytest.param(with_wrong_checksums(zipped(FILES)), "tripmnist: The zip archive is damaged; make it again and upload it again.", id="wrong checksums"),
        pytest.param(with_sizes(zipped(FILES), 10), "tripmnist: The zip archive is damaged; make it again and upload it again.", id="sizes too small"),
        pytest.param(zipped(FILES)[:-30], "The zip archive is damaged; make it again and upload it again.", id="cut off"),
        pytest.param(zipped(FILES)[: len(zipped(FILES)) // 2], "The zip archive is damaged; make it again and upload it again.", id="half"),
        pytest.param(b"PK\x03\x04", "The zip archive is damaged; make it again and upload it again.", id="four bytes"),
        pytest.param(b"PK\x05\x06" + bytes(18), "The zip archive has no files; make it again.", id="empty archive"),
    ],
)  # fmt: skip
def test_damaged_archives(content, message, read):
    (problem,) = problems_of(read, content)
    assert problem.startswith(message)


def test_sizes_that_are_too_large_do_not_matter(read):
    assert_tiny(read(with_sizes(zipped(FILES), 2**32 - 2)))


def test_any_flipped_byte_is_a_problem_or_changes_nothing(read):
    content = zipped(FILES)
    for place in range(len(content)):
        damaged = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        with contextlib.suppress(PredictionsError):
            assert_tiny(read(damaged))


# --- Archives made to exhaust a server ------------------------------------------------------------

MB = 2**20


@pytest.fixture
def refused(tmp_path):
    """Return a function that gives the refusal of an archive for the real benchmark, and checks its cost."""

    def refuse(content: bytes, **options) -> str:
        path = tmp_path / "a.zip"
        path.write_bytes(content)
        tracemalloc.start()
        started = time.process_time()
        with pytest.raises(PredictionsError) as caught:
            read_predictions(path, MEDMNIST_PLUS, **options)
        assert time.process_time() - started < 8
        assert tracemalloc.get_traced_memory()[1] < 60 * MB
        tracemalloc.stop()
        (problem,) = caught.value.problems
        return str(problem)

    yield refuse
    tracemalloc.stop()


def bomb(piece: bytes, n_pieces: int) -> bytes:
    """Return an archive for all datasets, whose first file unpacks to many copies of a piece."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for dataset in MEDMNIST_PLUS:
            with archive.open(evaluator_name(dataset.name), "w", force_zip64=True) as file:
                for _ in range(n_pieces if dataset.name == "pathmnist" else 0):
                    file.write(piece)
    return out.getvalue()


def test_a_bomb_of_lines(refused):
    assert "pathmnist: The file has more than 11,770 lines" in refused(bomb(b"0,1\n" * (MB // 4), 300))


def test_a_bomb_without_lines(refused):
    assert "pathmnist, line 1: this line is longer than 1,024 bytes" in refused(bomb(b"0" * MB, 300))


def test_a_bomb_with_a_small_size_in_its_header(refused):
    assert "pathmnist" in refused(with_sizes(bomb(b"0" * MB, 300), 100))


def test_all_files_together_are_limited(refused):
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    values = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=3)
    message = refused(zipped(evaluator_files(values)), limits=Limits(decompressed_bytes=2 * MB))
    assert "chestmnist: The decompressed file is too large" in message


def test_too_many_entries(refused):
    message = "The zip archive has more than 1,000 entries; send only the files of the test splits."
    assert refused(zipped({f"{i}.csv": b"" for i in range(archives.MOST_ENTRIES + 1)})) == message
    assert refused(zipped({f"{i}" * 9: b"" for i in range(30_000)}, zipfile.ZIP_STORED)) == message
