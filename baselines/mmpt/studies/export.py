"""Export of a run's backbone in the format of timm, with heads, BatchNorm statistics and a model card.

The folder gets `config.json` and `model.safetensors`, which `timm.create_model("local-dir:FOLDER", pretrained=True)`
loads, also after an upload to the Hugging Face Hub. `heads.safetensors` has NAME.weight and NAME.bias of each dataset,
and `heads.json` its task and classes. `statistics.safetensors` has the BatchNorm buffers of each dataset, as
NAME/BUFFER.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from baselines.mmpt.model.architectures import ArchitectureError, architecture_named, model_arguments
from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.model.losses import uses_corn
from baselines.mmpt.model.weights import config_of
from baselines.mmpt.studies.model_card import model_card
from baselines.mmpt.training import train
from baselines.mmpt.training.checkpoint import Checkpoint
from baselines.mmpt.training.inference import load_model
from baselines.mmpt.training.starting import POOLED, TrainedBackbone, read_backbone
from challenge.formats.atomic import atomic_write
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset

WEIGHTS, HEADS, STATISTICS = "model.safetensors", "heads.safetensors", "statistics.safetensors"
CONFIG, HEADS_CONFIG, CARD = "config.json", "heads.json", "README.md"


class ExportError(ValueError):
    """A backbone cannot be exported; the message says why and what to do."""


#: Errors that a user can fix; commands show their message.
ERRORS = (ExportError, *train.ERRORS)


@dataclass(frozen=True, slots=True)
class Exported:
    """The content of an export: files of tensors, and files of text."""

    tensors: Mapping[str, Mapping[str, Tensor]]
    texts: Mapping[str, str]


def export(
    run: Path, output: Path, *, statistics: str = POOLED, benchmark: Benchmark = MEDMNIST_PLUS
) -> Exported:
    """Write the backbone of a run to a new folder. Raises one of `ERRORS`."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ExportError(f"{output} is there already: give a new folder as --output")
    found = read_backbone(run, statistics)
    content = contents(found, benchmark)
    output.mkdir(parents=True, exist_ok=True)
    for name, tensors in content.tensors.items():
        with atomic_write(output / name) as draft:
            whole = {key: value.contiguous() for key, value in tensors.items()}
            draft.write_bytes(save(whole, {"format": "pt"}))  # save_file would make it unreadable for others
    for name, text in content.texts.items():
        with atomic_write(output / name) as draft:
            draft.write_text(text, encoding="utf-8")
    return content


def contents(found: TrainedBackbone, benchmark: Benchmark) -> Exported:
    """Make the files of an export. Raises `ArchitectureError` for an architecture that timm does not have."""
    checkpoint = found.checkpoint
    config = checkpoint.config
    datasets = config.datasets(benchmark)
    backbone = load_model(checkpoint, datasets).backbone
    tensors: dict[str, Mapping[str, Tensor]] = {
        WEIGHTS: found.state,
        HEADS: {
            name.removeprefix("heads."): value
            for name, value in checkpoint.model_state.items()
            if name.startswith("heads.")
        },
    }
    if checkpoint.statistics:
        tensors[STATISTICS] = dict(_statistics(checkpoint))
    texts = {
        CONFIG: _as_json(timm_config(checkpoint, backbone)),
        HEADS_CONFIG: _as_json({dataset.name: describe_head(dataset, checkpoint) for dataset in datasets}),
        CARD: model_card(found, datasets, backbone),
    }
    return Exported(tensors, texts)


def timm_config(checkpoint: Checkpoint, backbone: Backbone) -> dict[str, Any]:
    """Return the configuration from which timm makes the network. Raises `ArchitectureError`."""
    config = checkpoint.config
    architecture = architecture_named(config.architecture)
    if architecture.timm_name is None:
        raise ArchitectureError(
            f"timm has no {architecture.title}, so its backbone cannot be exported: give a run of another architecture"
        )
    own = config_of(backbone.network)
    size = config.input_size
    return {
        "architecture": architecture.timm_name.partition(".")[0],
        "num_classes": 0,
        "num_features": backbone.num_features,
        "pretrained_cfg": {
            "input_size": [3, size, size],
            "fixed_input_size": bool(own.get("fixed_input_size")),
            "mean": list(backbone.mean),
            "std": list(backbone.std),
            "crop_pct": 1.0,
            "interpolation": "bilinear",
            "num_classes": 0,
            "classifier": own.get("classifier"),
            "first_conv": own.get("first_conv"),
            "pool_size": own.get("pool_size"),
        },
        "model_args": model_arguments(architecture, size, config.timm_kwargs),
    }


def describe_head(dataset: Dataset, checkpoint: Checkpoint) -> dict[str, Any]:
    """Return how the outputs of a head are read."""
    if uses_corn(dataset, checkpoint.config.ordinal_loss):
        activation = "corn"
    else:
        activation = "sigmoid" if dataset.task == "multi-label" else "softmax"
    return {"task": dataset.task.value, "classes": list(dataset.classes), "activation": activation}


def _statistics(checkpoint: Checkpoint) -> Iterator[tuple[str, Tensor]]:
    for dataset, buffers in checkpoint.statistics.items():
        for name, value in buffers.items():
            yield f"{dataset}/{name.removeprefix('network.')}", value


def _as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2) + "\n"
