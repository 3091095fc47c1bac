"""Further datasets: files in MedMNIST's layout that do not belong to the benchmark, each with a description.

The description is a TOML or JSON file:

    name = "polyps"                     # of the files polyps.npz (28 pixels), polyps_64.npz and so on
    task = "multi-label"                # or binary, multi-class, ordinal
    classes = ["adenoma", "serrated"]   # in the order of the labels
    channels = 3                        # 1 is grey

`title` and `modality`, for readers, may be added.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from challenge.scoring.benchmark import Dataset, Task

REQUIRED = ("name", "task", "classes", "channels")
OPTIONAL = ("title", "modality")
NAME = re.compile(r"[a-z][a-z0-9]*")


class DescriptionError(ValueError):
    """A description of a dataset is invalid; the message says which file, what is wrong and what is expected."""


@dataclass(frozen=True, slots=True)
class FurtherDataset(Dataset):
    """A dataset that does not belong to the benchmark; its files say how many images there are, so `n_test` is 0."""

    n_channels: int = 3

    def to_dict(self) -> dict[str, Any]:
        """Return the description as plain values."""
        return {
            "name": self.name,
            "task": self.task.value,
            "classes": list(self.classes),
            "channels": self.n_channels,
            "title": self.title,
            "modality": self.modality,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FurtherDataset":
        """Make a dataset from its description. Raises `DescriptionError`."""
        if problem := _problem(values):
            raise DescriptionError(problem)
        return cls(
            name=values["name"],
            title=values.get("title", values["name"]),
            modality=values.get("modality", ""),
            task=Task(values["task"]),
            classes=tuple(values["classes"]),
            n_test=0,
            n_channels=values["channels"],
        )


def read_description(path: Path) -> FurtherDataset:
    """Read the description of a dataset (.toml or .json). Raises `DescriptionError`."""
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise DescriptionError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise DescriptionError(f"{path} is no valid {kind}: {error}.") from error
    try:
        dataset = FurtherDataset.from_dict(values)
        _check_name(dataset.name)
        return dataset
    except DescriptionError as error:
        raise DescriptionError(f"{path} does not describe a dataset: {error}.") from error


def _check_name(name: str) -> None:
    """Refuse the few names that a torch module cannot give to a head, for example "train"."""
    from torch import nn  # configurations are read without torch

    if hasattr(nn.ModuleDict(), name) or name == "average":
        raise DescriptionError(f"name is {name!r}, which has a meaning of its own: choose another name")


def _problem(values: Any) -> str:
    """Describe the first problem of a description; empty if there is none."""
    if not isinstance(values, Mapping):
        return "it is not a table of names and values"
    if missing := [name for name in REQUIRED if name not in values]:
        return f"{', '.join(missing)} missing; needed are {', '.join(REQUIRED)}"
    if unknown := sorted(set(values) - {*REQUIRED, *OPTIONAL}):
        return f"unknown entries {', '.join(unknown)}; there are {', '.join((*REQUIRED, *OPTIONAL))}"
    if not (isinstance(values["name"], str) and NAME.fullmatch(values["name"])):
        return f"name is {values['name']!r}; it must have lower-case letters and digits only, a letter first"
    if values["task"] not in list(Task):
        return f"task is {values['task']!r}; it must be one of: {', '.join(Task)}"
    if values["channels"] not in (1, 3):
        return f"channels is {values['channels']!r}; it must be 1 (grey) or 3 (colour)"
    return _problem_of_classes(values["classes"], Task(values["task"]))


def _problem_of_classes(classes: Any, task: Task) -> str:
    if not (isinstance(classes, list | tuple) and all(isinstance(each, str) and each for each in classes)):
        return "classes must be a list of names"
    if len(set(classes)) != len(classes):
        return "two classes have the same name"
    if task is Task.BINARY and len(classes) != 2:
        return f"a binary task has 2 classes, not {len(classes)}"
    fewest = 1 if task is Task.MULTILABEL else 2
    return "" if len(classes) >= fewest else f"a {task} task has {fewest} classes or more, not {len(classes)}"
