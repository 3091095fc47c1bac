"""Modules have at most 300 lines: a longer one has more than one concern."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

MOST_LINES = 300
#: Modules that may be longer, each with the reason: they are literals, read like a table.
LITERALS = {"challenge/content/datasets.py": "texts and facts about the twelve datasets"}


def modules() -> Iterator[Path]:
    """Return the modules of the project, relative to its folder, without migrations."""
    root = settings.BASE_DIR
    folders = [root / ".ci", root / "client", *(path.parent for path in root.glob("*/__init__.py"))]
    for path in (*root.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))):
        if path.parent.name != "migrations":
            yield path.relative_to(root)


def longer_modules() -> dict[str, int]:
    """Return the number of lines of each module that has too many."""
    counts = {path.as_posix(): (settings.BASE_DIR / path).read_bytes().count(b"\n") for path in modules()}
    return {name: count for name, count in counts.items() if count > MOST_LINES}


def test_the_modules_are_found():
    assert {Path("conftest.py"), Path(__file__).relative_to(settings.BASE_DIR)} <= set(modules())


def test_no_module_is_longer_unless_it_is_a_literal():
    too_long = {name: count for name, count in longer_modules().items() if name not in LITERALS}
    assert too_long == {}, f"split them by concern into modules of at most {MOST_LINES} lines"


def test_each_exception_is_needed():
    assert set(LITERALS) <= set(longer_modules())
