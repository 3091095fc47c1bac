"""Reasons of skipped tests, which say what to install; a broken driver is not a reason to skip."""

from pathlib import Path

import pytest

from challenge.tests import needs


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (
            "echo 'node: error while loading shared libraries: libatomic.so.1: cannot open' >&2; exit 127",
            "Playwright's driver needs libatomic.so.1 (Debian: apt install libatomic1)",
        ),
        ("echo v22.1.0", ""),
        ("echo 'it crashed' >&2; exit 1", ""),
    ],
)
def test_a_driver_with_a_missing_library(script, problem, tmp_path):
    assert needs.driver_problem(program(tmp_path / "node", script)) == problem


def test_each_mark_names_a_package():
    for mark in (needs.git, needs.curl, needs.redis_server):
        assert "(Debian: apt install " in mark.kwargs["reason"]
