"""The package and the scorer that is packed into it run on the oldest Python that the package promises."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[1]
SOURCES = (CLIENT / "src", CLIENT.parent / "challenge" / "scoring")
#: Parts of regular expressions that Python has had since 3.11.
NEW_IN_EXPRESSIONS = ("POSSESSIVE_REPEAT", "ATOMIC_GROUP")


@pytest.fixture(scope="module")
def oldest() -> str:
    """The version after `requires-python`."""
    project = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]
    return project["requires-python"].removeprefix(">=")


def test_no_name_or_syntax_is_newer(oldest):
    options = [f"--target={oldest}-", "--violations", "--eval-annotations", "--no-tips"]
    command = [str(Path(sys.executable).with_name("vermin")), *options, *map(str, SOURCES)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def new_expressions(text: str) -> Iterator[str]:
    """Yield the texts in a module that, read as regular expressions, need Python 3.11."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            try:
                parsed = str(re._parser.parse(node.value))
            except re.error:
                continue
            if any(part in parsed for part in NEW_IN_EXPRESSIONS):
                yield str(node.value)


@pytest.mark.parametrize("source", SOURCES, ids=["package", "scorer"])
def test_no_regular_expression_is_newer(source: Path, oldest):
    assert oldest == "3.10", "other parts are new then"
    found = {file.name: [*new_expressions(file.read_text())] for file in source.rglob("*.py")}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_newer_expressions_are_found():
    assert [*new_expressions(r"pattern = r'(?:a)*+b'")] == ["(?:a)*+b"]
