"""Facts of the published methods and of the organizers' own baselines.

`reported/facts.csv` has the facts and their sources: a line for each architecture, and a line for each scheme.
"""

import csv
from collections.abc import Mapping
from functools import cache
from typing import Any

from baselines.published import REPORTED_DIR
from challenge.content.architectures import ARCHITECTURE_BY_NAME
from challenge.models import FACT_FIELDS, MethodFacts

Facts = dict[str, Any]

FAMILIES = {"CNN": MethodFacts.Family.CNN, "ViT": MethodFacts.Family.VIT}

#: Types of the facts that are numbers.
NUMBERS: Mapping[str, type] = {"parameters_millions": float, "n_networks": int, "training_hours": float}


def published_facts(scheme: str, architecture: str) -> Facts:
    """Return the facts of a published method by field, without those that no source states."""
    return _family(architecture) | _stated("", architecture) | _stated(scheme, "")


def training_facts(training: Mapping[str, Any], n_parameters: int | None = None) -> Facts:
    """Return the facts of a baseline by field, without those that its training configuration does not tell.

    Args:
        training: the training configuration, as plain values by name.
        n_parameters: number of parameters of the backbone, if it was counted.

    """
    scheme, architecture = str(training.get("scheme")), str(training.get("architecture"))
    of_scheme = _stated(scheme, "")
    facts = _family(architecture) | _pretraining(training, architecture)
    facts |= {name: of_scheme[name] for name in ("n_networks", "sharing") if name in of_scheme}
    return facts | ({"parameters_millions": round(n_parameters / 1e6, 4)} if n_parameters else {})


def _family(architecture: str) -> Facts:
    about = ARCHITECTURE_BY_NAME.get(architecture)
    return {"family": FAMILIES[about.family]} if about else {}


def _pretraining(training: Mapping[str, Any], architecture: str) -> Facts:
    """Return the pre-training: unknown for weights from a file or a run, and for architectures that are not listed."""
    if training.get("weights") or training.get("from_run") or "pretrained" not in training:
        return {}
    if not training["pretrained"]:
        return {"pretraining": MethodFacts.Pretraining.NONE}
    stated = _stated("", architecture)
    return {name: stated[name] for name in ("pretraining", "pretraining_name") if name in stated}


def _stated(scheme: str, architecture: str) -> Facts:
    return _read_facts().get((scheme, architecture), {})


@cache
def _read_facts() -> dict[tuple[str, str], Facts]:
    """Read the facts by scheme and architecture, one of which is empty."""
    with (REPORTED_DIR / "facts.csv").open(encoding="utf-8", newline="") as file:
        return {
            (line["scheme"], line["architecture"]): {
                name: NUMBERS.get(name, str)(line[name]) for name in FACT_FIELDS if line.get(name)
            }
            for line in csv.DictReader(file)
        }
