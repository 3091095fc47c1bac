"""Protocols: settings of the published trainings, which become the defaults of the options.

`docs/baselines.md` compares published text, published code and our protocol line by line, with the sources.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from baselines.mmpt.training.config import TrainingConfig
from challenge.content.protocols import PROTOCOLS

#: Settings that protocols prescribe.
PRESCRIBED = (
    "batch_norm", "probing", "head_init", "scheduler", "select_by", "epochs", "patience", "batch_size",
    "validation_batch_size", "input_size", "learning_rate", "deterministic",
)  # fmt: skip

#: Architectures that Doerrich et al. do not train deterministically: AlexNet has an operation that cannot be, and their
#: code only warns of such operations in SAM.
_NOT_DETERMINISTIC = ("alexnet", "samvit_base_patch16")

_DEFAULTS = {each.name: each.default for each in fields(TrainingConfig)}


def prescribed(config: TrainingConfig) -> dict[str, Any]:
    """Return the settings that the protocol of a configuration prescribes for its scheme, architecture and loss."""
    ours = {name: _DEFAULTS[name] for name in PRESCRIBED}
    if config.protocol == "ours":
        return ours
    published = ours | {"batch_norm": "shared", "scheduler": "cosine-late", "deterministic": True}
    if config.protocol == "thesis":
        # Its validation loss has the weights of the training loss: a mean over datasets, times a constant.
        return published | {"select_by": "datasets" if config.weighted_loss else "batches"}
    return published | {
        "probing": "drifting" if config.scheme == "linear-probing" else "frozen",
        "head_init": "timm",
        "patience": 5,
        "validation_batch_size": 256,
        "deterministic": config.architecture not in _NOT_DETERMINISTIC,
    }


def configure(chosen: Mapping[str, Any]) -> TrainingConfig:
    """Make a configuration from chosen settings; its protocol gives the others. Raises `ConfigError`."""
    return follow(TrainingConfig.from_dict(chosen), chosen)


def repeat(found: TrainingConfig, chosen: Mapping[str, Any]) -> TrainingConfig:
    """Return the configuration of a run with chosen settings in place of its own; a chosen protocol gives others."""
    config = TrainingConfig.from_dict(found.to_dict() | dict(chosen))
    return follow(config, chosen) if "protocol" in chosen else config


def follow(config: TrainingConfig, chosen: Collection[str]) -> TrainingConfig:
    """Replace all settings that the protocol prescribes, except the chosen ones."""
    return replace(config, **{n: value for n, value in prescribed(config).items() if n not in chosen})


def departures(config: TrainingConfig) -> Iterator[str]:
    """Yield the settings that differ from the protocol, for example "patience 3, not 10"."""
    for name, value in prescribed(config).items():
        if getattr(config, name) != value:
            yield f"{name.replace('_', ' ')} {getattr(config, name)}, not {value}"


def title(config: TrainingConfig) -> str:
    """Return a line about the protocol of a training and the departures from it."""
    others = "; ".join(departures(config))
    return f"Protocol: {PROTOCOLS[config.protocol]}{f', except {others}' if others else ''}."
