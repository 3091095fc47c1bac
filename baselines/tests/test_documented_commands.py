"""Documented commands: those named in the documents and on the Baselines page exist and take the given options."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "baselines.md").read_text()
PAGE = (ROOT / "templates" / "challenge" / "baselines.html").read_text()

BLOCKS = re.findall(r"^```\w*\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
LINES = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()]
COMMANDS = [line for line in LINES if line.startswith("manage.py ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_documented_command_takes_its_options(line):
    _, name, *arguments = shlex.split(line)
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(arguments)


def test_the_commands_of_baselines_are_documented_and_named_on_their_page():
    ours = {name for name, app in get_commands().items() if app == "baselines"}
    assert ours - {"import_reported_baselines"} == {line.split()[1] for line in COMMANDS} - {
        "load_ground_truth"
    }
    assert set(re.findall(r"<code>manage\.py (\w+)</code>", PAGE)) == ours
