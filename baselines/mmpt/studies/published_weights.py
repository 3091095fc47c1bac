"""Weights of models, from Doerrich et al. (of single datasets) or from train_baseline.

Doerrich et al. name their files dataset_resolution_scheme_architecture_sSEED_best.pth, with the schemes endToEnd and
linearProbing. A file has the plain state dict of a timm model (AlexNet: of torchvision) with one output for each class.
We assume the settings of their published code: inputs of 224 pixels, normalised by the model's own mean and standard
deviation and zero-padded; BatchNorm with its running statistics; probabilities by softmax, or by sigmoid if
multi-label. k-NN has no such files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from torch import Tensor

from baselines.mmpt.model.architectures import create_backbone
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.weights import load_weights, read_weights
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.checkpoint import Checkpoint, CheckpointError
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.runs import BEST
from challenge.scoring.benchmark import Benchmark, Dataset

SUFFIX = "_best.pth"
NAME = re.compile(
    r"(?P<dataset>[a-z0-9]+)_(?P<resolution>\d+)_(?P<scheme>[A-Za-z-]+)_(?P<architecture>.+)_s(?P<seed>\d+)"
)
#: Names of the schemes in file names, and their names here.
SCHEMES = {"endToEnd": "end-to-end", "linearProbing": "linear-probing", "kNN": "knn"}


class WeightsError(ValueError):
    """A file of weights cannot be used; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A file of weights and its training configuration.

    Attributes:
        path: path of the file.
        config: configuration of the training; for a plain state dict, as far as the file name states it.
        dataset: dataset to evaluate, the only one of the training or one of all.
        is_plain: True for a plain state dict, False for a checkpoint of train_baseline.

    """

    path: Path
    config: TrainingConfig
    dataset: Dataset
    is_plain: bool

    def checkpoint(self) -> Checkpoint:
        """Read the file. Raises `CheckpointError`, `ArchitectureError`, or `WeightsError` if weights do not fit."""
        return _from_state_dict(self) if self.is_plain else checkpoints.load(self.path)


def find_weights(folder: Path, benchmark: Benchmark) -> list[Weights]:
    """Find the weights in a folder and its subfolders: files that end in _best.pth, and best.pt of runs.

    A model of all datasets is found once for each of them. Raises `WeightsError` if there are no weights, or if a file
    does not fit `benchmark`.
    """
    if not folder.is_dir():
        raise WeightsError(f"{folder} is not a folder.")
    paths = sorted({*folder.rglob(f"*{SUFFIX}"), *folder.rglob(BEST)})
    found = [weights for path in paths for weights in _describe(path, benchmark)]
    if not found:
        raise WeightsError(
            f"{folder} holds no weights: no file that ends in {SUFFIX}, and no {BEST} of a run."
        )
    return found


def _describe(path: Path, benchmark: Benchmark) -> list[Weights]:
    """Describe a file for each dataset that it predicts."""
    named = None if path.name == BEST else _config_of_name(path)
    try:
        config = checkpoints.load_config(path)
        is_plain = False
    except CheckpointError:
        if named is None:
            raise
        config, is_plain = named, True
    try:
        config.validate(benchmark)
    except ConfigError as error:
        raise WeightsError(f"{path}: {error}.") from error
    if is_plain and not config.has_epochs:
        raise WeightsError(f"{path}: k-NN trains no weights; repeat it with train_baseline --scheme knn.")
    if named and (differing := list(_differing(named, config))):
        raise WeightsError(f"{path} was not trained as its name says: {', '.join(differing)}.")
    return [Weights(path, config, dataset, is_plain) for dataset in config.datasets(benchmark)]


def _config_of_name(path: Path) -> TrainingConfig:
    match = NAME.fullmatch(path.name.removesuffix(SUFFIX))
    if match is None:
        raise WeightsError(
            f"{path} is not named dataset_resolution_scheme_architecture_sSEED{SUFFIX}, "
            "for example pathmnist_28_endToEnd_resnet18_s9930641_best.pth."
        )
    return TrainingConfig(
        scheme=SCHEMES.get(match["scheme"], match["scheme"]),
        architecture=match["architecture"],
        resolution=int(match["resolution"]),
        dataset=match["dataset"],
        seed=int(match["seed"]),
        batch_norm="shared",
        pretrained=False,
    )


def _differing(named: TrainingConfig, config: TrainingConfig) -> Iterator[str]:
    for setting in ("dataset", "resolution", "scheme", "architecture", "seed"):
        if getattr(named, setting) != getattr(config, setting):
            yield f"{setting} {getattr(config, setting)}"


def _from_state_dict(weights: Weights) -> Checkpoint:
    """Split a model with a classifier into a backbone and a head."""
    config, state = weights.config, read_weights(weights.path)
    backbone = create_backbone(config.architecture, pretrained=False, input_size=config.input_size)
    model = MultiHeadModel(backbone, [weights.dataset])
    head = model.heads[weights.dataset.name]
    name = cast(Mapping[str, str], backbone.network.pretrained_cfg)["classifier"]
    head.load_state_dict(_classifier(state, name, head.state_dict(), weights.path))
    load_weights(backbone.network, state, str(weights.path))
    return Checkpoint(
        config=config,
        model_state=model.state_dict(),
        statistics={},
        epoch=0,
        best_epoch=0,
        best_loss=float("nan"),
        optimizer_state=None,
        rng_state=None,
        versions=checkpoints.versions(),
        git_commit=None,
    )


def _classifier(
    state: Mapping[str, Tensor], name: str, expected: Mapping[str, Tensor], path: Path
) -> dict[str, Tensor]:
    """Return weight (n_classes, n_features) and bias (n_classes,) of the classifier `name`."""
    found = {}
    for kind, own in expected.items():
        key = f"{name}.{kind}"
        if key not in state:
            raise WeightsError(f"{path} has no {key}: expected a classifier on top of the network.")
        if state[key].shape != own.shape:
            raise WeightsError(
                f"{path}: {key} has the shape {tuple(state[key].shape)}; expected {tuple(own.shape)}, "
                "with an output for each class and an input for each feature."
            )
        found[kind] = state[key]
    return found
