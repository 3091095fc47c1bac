"""Files of requirements: pip installs `requirements.txt` without a compiler."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def packages_of(path: Path) -> set[str]:
    """Return the names of the packages that pip installs for a file and those that it refers to."""
    found: set[str] = set()
    for line in path.read_text().splitlines():
        if line.startswith("-r "):
            found |= packages_of(path.parent / line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            found.add(line.partition("==")[0].partition("[")[0].lower())
    return found


def test_mysqlclient_which_needs_a_compiler_is_asked_for_by_its_own_file_alone():
    every = packages_of(ROOT / "requirements.txt")
    assert {"django", "torch", "timm"} <= every
    assert "mysqlclient" not in every
    assert packages_of(ROOT / "requirements/mysql.txt") == {"mysqlclient"}
