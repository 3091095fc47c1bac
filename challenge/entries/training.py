"""Training configuration of a baseline, as a table for readers."""

from collections.abc import Iterable, Mapping
from typing import Any

from challenge.content.protocols import PROTOCOLS
from challenge.models import ARCHITECTURE_TITLES, PublishedMethod

#: Titles of the settings, in display order; other settings follow under their own names.
TITLES = {
    "protocol": "Protocol",
    "scheme": "Scheme",
    "probing": "Backbone of linear probing",
    "architecture": "Architecture",
    "backbone_parameters": "Parameters of the backbone",
    "backbone_operations": "FLOPs for an image",
    "resolution": "Resolution",
    "input_size": "Input size",
    "dataset": "Dataset",
    "only": "Trained only on",
    "without": "Trained without",
    "further": "Further datasets",
    "training_share": "Share of the training images",
    "shots": "Training images of each class",
    "pretrained": "Pretrained weights",
    "weights": "Initial weights (file)",
    "from_run": "Fine-tuned from the run",
    "from_statistics": "BatchNorm statistics at the start",
    "timm_kwargs": "Further arguments of timm",
    "weighted_loss": "Weighted loss",
    "weighting_excludes": "Datasets without weighting",
    "dataset_weights": "Weights of datasets",
    "batch_norm": "BatchNorm statistics",
    "mixed_batches": "Mixed batches",
    "ordinal_loss": "Ordinal loss",
    "head_init": "Initial weights of the heads",
    "learning_rate": "Learning rate",
    "scheduler": "Scheduler",
    "weight_decay": "Weight decay",
    "batch_size": "Batch size",
    "validation_batch_size": "Batch size of validation",
    "epochs": "Maximum number of epochs",
    "patience": "Patience",
    "select_by": "Model selected by the mean loss of",
    "best_epoch": "Best epoch",
    "seed": "Seed",
    "precision": "Precision",
    "compile": "Compiled",
    "deterministic": "Deterministic",
    "versions": "Versions",
    "git_commit": "Git commit",
}


def describe_training(training: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return settings and values as plain text, for a table; empty values are left out."""
    names = [
        *(name for name in TITLES if name in training),
        *(name for name in training if name not in TITLES),
    ]
    if training.get("scheme") != "linear-probing" and "probing" in names:
        names.remove("probing")
    return [
        (TITLES.get(name, name.replace("_", " ").capitalize()), text)
        for name in names
        if (text := _special(name, training[name]) or _text(training[name]))
    ]


def _special(name: str, value: Any) -> str:
    """Write a value that has a title of its own."""
    if name == "scheme" and value in PublishedMethod.Scheme.values:
        return str(PublishedMethod.Scheme(value).label)
    if name == "architecture" and isinstance(value, str) and value in ARCHITECTURE_TITLES:
        return f"{ARCHITECTURE_TITLES[value]} ({value})"
    if name == "protocol" and isinstance(value, str) and value in PROTOCOLS:
        return PROTOCOLS[value]
    if name == "backbone_parameters" and isinstance(value, int):
        return f"{value:,}"
    if name == "backbone_operations" and isinstance(value, int):
        return f"{value / 1e9:,.2f} billion"
    return ""


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return _joined(f"{name} {_text(of)}" for name, of in value.items())
        case list() | tuple():
            return _joined(map(_text, value))
        case _:
            return str(value)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)
