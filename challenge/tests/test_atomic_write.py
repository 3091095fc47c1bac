"""Files that appear only when they are complete."""

import pytest

from challenge.formats.atomic import atomic_write


def test_the_file_is_there_when_it_is_whole(tmp_path):
    path = tmp_path / "file.csv.gz"
    with atomic_write(path) as draft:
        draft.write_text("new")
        assert draft.name == path.name
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_it_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with atomic_write(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_writing_that_fails_leaves_the_old_one_and_no_trace(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")

    def write_half() -> None:
        with atomic_write(path) as draft:
            draft.write_text("ne")
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_that_write_at_once_do_not_disturb_each_other(tmp_path):
    path = tmp_path / "file"
    with atomic_write(path) as first, atomic_write(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
