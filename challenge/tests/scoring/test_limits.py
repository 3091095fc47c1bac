"""Files made to exhaust a server."""

import gzip
import time
import tracemalloc
import zlib

import pytest

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.reading.files import MOST_LINE_BYTES
from challenge.scoring.reading.predictions import Limits, PredictionsError, read_predictions

MB = 2**20
HEADER = b"dataset,index," + b",".join(b"p%d" % j for j in range(14)) + b"\n"


@pytest.fixture
def refused(tmp_path):
    """Return a function that gives the refusal of a file for the real benchmark, and checks its cost."""

    def refuse(content, **options):
        path = tmp_path / "predictions.csv"
        path.write_bytes(content)
        tracemalloc.start()
        started = time.process_time()
        with pytest.raises(PredictionsError) as caught:
            read_predictions(path, MEDMNIST_PLUS, **options)
        assert time.process_time() - started < 8  # a third of this time without tracemalloc
        assert tracemalloc.get_traced_memory()[1] < 230 * MB
        tracemalloc.stop()
        return str(caught.value)

    yield refuse
    tracemalloc.stop()


def bomb(unit, size):
    """Return gzip data that unpacks to `size` bytes of repeated `unit`, made without holding them in memory."""
    compressor = zlib.compressobj(9, wbits=31)
    piece = unit * (MB // len(unit))
    return b"".join(compressor.compress(piece) for _ in range(size // len(piece))) + compressor.flush()


def test_the_limits():
    assert Limits() == Limits(compressed_bytes=64 * MB, decompressed_bytes=128 * MB)


def test_plain_file_above_the_limit(refused):
    message = refused(HEADER * 100, limits=Limits(decompressed_bytes=5000))
    assert (
        message
        == f"The file is too large: {len(HEADER) * 100:,} bytes, above the limit of 5,000 bytes (0.004768 MiB)."
    )


def test_gzip_file_above_the_limit(refused):
    assert "The gzip file is too large" in refused(gzip.compress(HEADER), limits=Limits(compressed_bytes=10))


def test_gzip_text_above_the_limit(refused):
    message = refused(bomb(b"x,\n", 3 * MB), limits=Limits(decompressed_bytes=100_000))
    assert "The decompressed file is too large" in message


def test_gzip_bomb_without_lines(refused):
    assert "line 1: this line is longer than 1,024 bytes" in refused(bomb(b"x", 300 * MB))


def test_gzip_bomb_of_zeros(refused):
    assert "binary data" in refused(bomb(b"\0", 300 * MB))


def test_gzip_bomb_of_lines(refused):
    assert "more than 179,980 lines" in refused(bomb(b"\n", 300 * MB))


def test_gzip_of_very_many_members(refused):
    assert "more than 5,000 parts" in refused(gzip.compress(b"") * 1_000_000)


def test_long_line(refused):
    assert "line 2: this line is longer" in refused(HEADER + b"1" * 100 * MB)


def test_plain_file_of_very_many_rows(refused):
    assert "above the limit of 134,217,728 bytes" in refused(HEADER + b"octmnist\n" * 28_000_000)
    assert "more than 179,980 lines" in refused(HEADER + b"octmnist\n" * 10_000_000)


@pytest.mark.parametrize("where", [0, 100, 131_072 - 500, 131_072, 500_000])
@pytest.mark.parametrize(("length", "is_refused"), [(MOST_LINE_BYTES, False), (MOST_LINE_BYTES + 1, True)])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_length_of_a_line_to_the_byte(refused, where, length, is_refused, end):
    before = b"a,b\n" * (where // 4)
    message = refused(before + b"x" * length + end)
    assert (f"line {where // 4 + 1}: this line is longer" in message) == is_refused


def test_every_row_bad(refused):
    row = b"organamnist,x" + b",y" * 14 + b"\n"
    message = refused(HEADER + row * 120_000)
    assert "120,000 lines have this problem" in message
