"""Number of processes of a worker by default: one for each core, as far as memory allows."""

import pytest

from bigsite import capacity

GB = 2**30


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [(2, 8 * GB, 2), (4, 2 * GB, 2), (1, 64 * GB, 1), (64, 16 * GB, 19), (2, GB // 2, 1)],
)
def test_the_number(cores, memory, expected):
    assert capacity.processes_for(cores, memory) == expected


def test_this_machine():
    assert capacity.processes() >= 1


@pytest.mark.parametrize(("content", "expected"), [("1048576\n", 2**20), ("max\n", None), (None, None)])
def test_the_limit_of_a_container(tmp_path, content, expected):
    path = tmp_path / "memory.max"
    if content:
        path.write_text(content)
    of_machine = capacity.memory(tmp_path / "none")
    assert of_machine > GB // 2
    assert capacity.memory(path) == (expected or of_machine)
