"""Zip archives that are sent while they are made: Python and unzip read them."""

import io
import subprocess
import zipfile
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from challenge.formats.zips import CHUNK, zip_stream
from challenge.tests import needs

DAY = date(2027, 3, 5)
NAMES = st.text("abc/äß.", min_size=1, max_size=8).filter(lambda name: not name.endswith("/"))


@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=5))
def test_every_member_comes_back(members):
    content = io.BytesIO(b"".join(zip_stream(members.items(), DAY)))
    with zipfile.ZipFile(content) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert all(info.date_time == (2027, 3, 5, 0, 0, 0) for info in archive.infolist())


def test_members_are_asked_for_one_after_the_other(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * (3 * CHUNK))
    asked: list[str] = []

    def members():
        for name in ("one", "two"):
            asked.append(name)
            yield name, file

    parts = zip_stream(members(), DAY)
    next(parts)
    assert asked == ["one"]
    assert len(b"".join(parts)) > 5 * CHUNK
    assert asked == ["one", "two"]


def test_a_file_that_is_gone_is_left_out(tmp_path):
    content = b"".join(zip_stream([("gone", Path(tmp_path, "gone")), ("here", b"x")], DAY))
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["here"]


@needs.needs("unzip", "unzip")
def test_unzip_accepts_it(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1000)
    (tmp_path / "made.zip").write_bytes(b"".join(zip_stream([("a/b", file), ("c", b"y")], DAY)))
    subprocess.run(["unzip", "-tqq", "made.zip"], cwd=tmp_path, check=True)
