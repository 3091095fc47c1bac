"""Command-line options from the fields of a dataclass, which has all defaults and help texts."""

from argparse import SUPPRESS, ArgumentParser, BooleanOptionalAction
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from types import NoneType
from typing import Any, get_args, get_origin

_KEY = "option"


@dataclass(frozen=True, slots=True)
class Option:
    """Command-line option of a field.

    Attributes:
        help: text of `--help`, without the default.
        choices: allowed values; if empty, any value of the field's type.
        group: options of the same group exclude each other.
        flag: name of the option; if empty, that of the field.
        metavar: placeholder of its value; if empty, the name of the field.

    """

    help: str
    choices: tuple[Any, ...]
    group: str
    flag: str
    metavar: str


def option(
    help: str, choices: Sequence[Any] = (), group: str = "", flag: str = "", metavar: str = ""
) -> dict[str, Option]:
    """Return the metadata of a field that is an option; fields without this metadata are not options."""
    return {_KEY: Option(help, tuple(choices), group, flag, metavar)}


def choices_of(settings: type) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the fields of a dataclass that have choices, with their choices."""
    for field, its in _options(settings):
        if its.choices:
            yield field.name, its.choices


def add_options(
    parser: ArgumentParser,
    settings: type,
    names: Collection[str] | None = None,
    *,
    choices: Mapping[str, Sequence[Any]] | None = None,
    helps: Mapping[str, str] | None = None,
    required: bool = True,
) -> None:
    """Add the options of a dataclass in the order of its fields; with `names`, only these options.

    `choices` and `helps` replace the choices and help texts of some options. Unless `required` is False, fields without
    a default must be given. Options that are not given are not among
    the parsed values, so that their defaults may depend on other options.
    """
    groups: dict[str, Any] = {"": parser}
    for field, its in _options(settings):
        if names is not None and field.name not in names:
            continue
        if its.group not in groups:
            groups[its.group] = parser.add_mutually_exclusive_group()
        allowed = (choices or {}).get(field.name, its.choices)
        keywords = _keywords(field, required) | ({"choices": allowed} if allowed else {})
        keywords |= {"metavar": its.metavar} if its.metavar else {}
        text = _with_default((helps or {}).get(field.name, its.help), field)
        flag = its.flag or f"--{field.name.replace('_', '-')}"
        groups[its.group].add_argument(flag, dest=field.name, help=text, **keywords)


def _options(settings: type) -> Iterator[tuple[Field[Any], Option]]:
    for field in fields(settings):
        if _KEY in field.metadata:
            yield field, field.metadata[_KEY]


def _keywords(field: Field[Any], required: bool) -> dict[str, Any]:
    """Return the keyword arguments of argparse for a field, from its type."""
    if field.type is bool:
        return {"action": BooleanOptionalAction, "default": SUPPRESS}
    several = get_origin(field.type) is tuple
    kinds = [kind for kind in get_args(field.type) or (field.type,) if kind not in (NoneType, Ellipsis)]
    keywords: dict[str, Any] = {"type": kinds[0]} | ({"nargs": "+"} if several else {})
    return keywords | {"default": SUPPRESS, "required": required and field.default is MISSING}


def _with_default(text: str, field: Field[Any]) -> str:
    """Add the default to a help text, unless it is obvious: no value, or a switch that is off."""
    if any(field.default is nothing for nothing in (MISSING, None, False, ())):
        return text
    value = f"--{field.name.replace('_', '-')}" if field.default is True else field.default
    return f"{text} (default: {value})"
