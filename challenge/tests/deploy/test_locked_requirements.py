"""Locked requirements: complete, with hashes, without a host's name, and as `requirements/` says."""

import re

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "requirements"
LOCKED = sorted((FOLDER / "locked").glob("*.txt"))
#: For each locked file, the files that it locks.
SOURCES = {
    "site.txt": ["site.txt", "verify.txt"],
    "mysql.txt": ["mysql.txt"],
    "s3.txt": ["s3.txt"],
    "test.txt": ["test.txt"],
    "baselines.txt": ["site.txt", "baselines.txt"],
    "dev.txt": ["dev.txt"],
    "torch.txt": [],
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,]+\])?==([^\s;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    return {normal(name): version for name, version in _PIN.findall(text)}


def wanted(name: str) -> dict[str, str]:
    """Return the pins of a file, with those of the files that it includes."""
    text = (FOLDER / name).read_text()
    found = pins(text)
    for other in re.findall(r"^-r (\S+)", text, re.MULTILINE):
        found |= wanted(other)
    return found


def test_there_is_a_source_for_each_file():
    assert {path.name for path in LOCKED} == {*SOURCES}


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_it_has_what_is_required(path):
    locked = pins(path.read_text())
    asked: dict[str, str] = {}
    for source in SOURCES[path.name]:
        asked |= wanted(source)
    if path.name in ("dev.txt", "baselines.txt"):  # torch has several builds, so it has a file of its own
        assert "torch" not in locked
        assert pins((FOLDER / "locked/torch.txt").read_text())["torch"] == asked.pop("torch")
    different = {name: version for name, version in asked.items() if locked.get(name) != version}
    assert not different, "run `make lock`"


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_every_package_has_hashes_and_no_file_names_a_host(path):
    text = path.read_text()
    assert "://" not in text
    for entry in re.split(r"\n(?=[A-Za-z])", text.partition("make lock\n")[2]):
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_all_files_have_the_same_versions():
    everything = pins((FOLDER / "locked/dev.txt").read_text())
    for path in LOCKED:
        for name, version in pins(path.read_text()).items():
            assert everything.get(name, version) == version, (path.name, name)
