"""Command-line options from the fields of a dataclass."""

from argparse import ArgumentParser
from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest

from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.options import add_options, choices_of, option


@dataclass
class Settings:
    name: str = field(metadata=option("a name"))
    colour: str = field(default="red", metadata=option("a colour", choices=("red", "blue")))
    n_steps: int = field(default=0, metadata=option("number of steps"))
    rate: float = field(default=0.5, metadata=option("a rate"))
    parts: tuple[str, ...] = field(default=(), metadata=option("some parts"))
    file: Path | None = field(default=None, metadata=option("a file", group="start"))
    fresh: bool = field(default=True, metadata=option("start afresh", group="start"))
    quiet: bool = field(default=False, metadata=option("say nothing"))
    inner: int = 3


def parser(*args, **kwargs) -> ArgumentParser:
    made = ArgumentParser(prog="command")
    add_options(made, Settings, *args, **kwargs)
    return made


def test_values_have_the_types_of_the_fields():
    assert vars(parser().parse_args(["--name", "x"])) == {"name": "x"}, "only what was given"
    given = ["--name", "x", "--colour", "blue", "--n-steps", "2", "--rate", "1e-3", "--parts", "a", "b", "--file", "f",
             "--quiet"]  # fmt: skip
    assert vars(parser().parse_args(given)) == {
        "name": "x", "colour": "blue", "n_steps": 2, "rate": 0.001, "parts": ["a", "b"], "file": Path("f"),
        "quiet": True,
    }  # fmt: skip
    assert parser().parse_args(["--name", "x", "--no-fresh"]).fresh is False
    assert parser().parse_args(["--name", "x", "--no-quiet"]).quiet is False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "required: --name"),
        (["--name", "x", "--colour", "green"], "invalid choice: 'green'"),
        (["--name", "x", "--n-steps", "many"], "invalid int value"),
        (["--name", "x", "--file", "f", "--no-fresh"], "not allowed with"),
        (["--name", "x", "--inner", "4"], "unrecognized arguments: --inner"),
    ],
)
def test_other_values_are_refused(given, message, capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(given)
    assert message in capsys.readouterr().err


def test_help_shows_each_default_that_is_a_value():
    told = " ".join(parser().format_help().split())
    for text in (
        "a name --colour",
        "a colour (default: red)",
        "number of steps (default: 0)",
        "a rate (default: 0.5)",
        "some parts --file",
        "a file --fresh",
        "start afresh (default: --fresh)",
        "say nothing",
    ):
        assert text in told


def test_a_command_may_replace_choices_and_texts():
    some = parser(["name", "parts"], choices={"name": ["x", "y"]}, helps={"parts": "other parts"})
    assert vars(some.parse_args(["--name", "y"])) == {"name": "y"}
    told = " ".join(some.format_help().split())
    assert "--name {x,y} a name" in told
    assert "other parts" in told


def test_choices_are_those_of_the_fields():
    assert dict(choices_of(Settings)) == {"colour": ("red", "blue")}


def test_every_setting_of_a_training_except_two_is_an_option():
    made = ArgumentParser()
    add_options(made, TrainingConfig)
    given = {action.dest for action in made._actions} - {"help"}
    assert {each.name for each in fields(TrainingConfig)} - given == {"weight_decay", "further"}
    values = vars(made.parse_args(["--scheme", "knn", "--architecture", "resnet18", "--resolution", "28"]))
    assert TrainingConfig.from_dict(values) == TrainingConfig("knn", "resnet18", 28)
