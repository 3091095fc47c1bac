"""Configuration of a training: all settings in one value, which is stored in its checkpoints."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from baselines.mmpt.data.further import FurtherDataset
from baselines.mmpt.training.options import option
from baselines.mmpt.training.validation import ConfigError, check, dataset_named
from challenge.content.protocols import PROTOCOLS
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset

#: Titles of the schemes by their names.
SCHEMES: Mapping[str, str] = {
    "mm-pt": "mm-PT",
    "end-to-end": "end-to-end",
    "linear-probing": "linear probing",
    "knn": "k-NN",
}

#: Settings that change where a training is computed, not its result.
PLACES = {"device", "images_on"}


@dataclass(frozen=True)
class TrainingConfig:
    """Configuration of a training; the defaults are the protocol "ours".

    Fields with an `option` are options of `train_baseline`, with a help text. Other modules use the properties and do
    not compare names of schemes.
    """

    scheme: str = field(
        metadata=option(
            "mm-pt trains one backbone for all datasets, the other schemes one model for each",
            choices=tuple(SCHEMES),
        )
    )
    architecture: str = field(
        metadata=option("one of the ten architectures of the thesis, or the name of a timm model")
    )
    resolution: int = field(
        metadata=option("size of the stored images in pixels", choices=MEDMNIST_PLUS.resolutions)
    )
    protocol: str = field(
        default="ours",
        metadata=option(
            "sets the defaults of other options, as docs/baselines.md lists them: ours (the defaults named here), "
            "thesis (Bachmeier 2024) or doerrich (Doerrich et al. 2025)",
            choices=tuple(PROTOCOLS),
        ),
    )
    dataset: str | None = field(
        default=None, metadata=option("the only dataset to train on; not for mm-pt (default: all in turn)")
    )
    only: tuple[str, ...] = field(
        default=(),
        metadata=option("train on these datasets only", group="datasets", flag="--datasets", metavar="NAME"),
    )
    without: tuple[str, ...] = field(
        default=(), metadata=option("train on all datasets except these", group="datasets", metavar="NAME")
    )
    further: tuple[FurtherDataset, ...] = ()  # datasets that do not belong to the benchmark
    weighted_loss: bool = field(
        default=False,
        metadata=option(
            "multiply the loss of a dataset by (batches of the smallest dataset / its batches), so that all "
            "datasets count equally"
        ),
    )
    weighting_excludes: tuple[str, ...] = field(
        default=(), metadata=option("datasets that keep the weight 1 with --weighted-loss")
    )
    dataset_weights: tuple[str, ...] = field(
        default=(),
        metadata=option(
            "multiply the loss of a dataset, or of all datasets of a task, by a number: NAME=NUMBER, for example "
            "chestmnist=0.5 ordinal=2"
        ),
    )
    batch_norm: str = field(
        default="per-dataset",
        metadata=option(
            "statistics that BatchNorm uses outside training; shared mixes the datasets, as in the thesis",
            choices=("per-dataset", "shared"),
        ),
    )
    mixed_batches: bool = field(
        default=False, metadata=option("draw each batch from all datasets together; an ablation of mm-pt")
    )
    ordinal_loss: bool = field(
        default=False,
        metadata=option("CORN instead of cross-entropy for RetinaMNIST, whose classes are grades"),
    )
    probing: str = field(
        default="frozen",
        metadata=option(
            "backbone of linear probing: frozen in evaluation mode, or drifting as published: its weights are fixed, "
            "but BatchNorm uses and updates statistics of the batches, and dropout is on",
            choices=("frozen", "drifting"),
        ),
    )
    head_init: str = field(
        default="torch",
        metadata=option(
            "random weights that heads start from: torch's for any linear layer, or timm's for the classifier of the "
            "architecture",
            choices=("torch", "timm"),
        ),
    )
    scheduler: str = field(
        default="cosine",
        metadata=option(
            "decay of the learning rate over the epochs; cosine-late is one epoch behind, as in the published code",
            choices=("cosine", "cosine-late", "none"),
        ),
    )
    select_by: str = field(
        default="batches",
        metadata=option(
            "select the model by the validation loss, as a mean over batches or over datasets",
            choices=("batches", "datasets"),
        ),
    )
    epochs: int = field(default=100, metadata=option("maximum number of epochs"))
    patience: int = field(
        default=10, metadata=option("stop after this many epochs without a better validation loss")
    )
    batch_size: int = field(default=64, metadata=option("images in a batch"))
    validation_batch_size: int | None = field(
        default=None,
        metadata=option(
            "images in a batch of validation, which changes its mean loss (default: as in training)"
        ),
    )
    input_size: int = field(
        default=224, metadata=option("input size in pixels, also above 224; smaller images are zero-padded")
    )
    learning_rate: float = field(default=1e-4, metadata=option("learning rate of the first epoch"))
    weight_decay: float = 0.01  # of AdamW
    seed: int = field(default=9930641, metadata=option("seed of all random numbers"))
    pretrained: bool = field(
        default=True,
        metadata=option("start from timm's weights, which are downloaded, or from scratch", group="start"),
    )
    weights: Path | None = field(
        default=None, metadata=option("start from the weights in a file instead", group="start")
    )
    timm_kwargs: str = field(
        default="",
        metadata=option(
            "further arguments of timm's model as JSON, for example "
            "'{\"channels\": [96, 192, 384, 768]}' for a ResNet-18 of 1.5 times the width"
        ),
    )
    from_run: Path | None = field(
        default=None,
        metadata=option(
            "start from the backbone of an earlier run (its output folder, or a checkpoint), for fine-tuning",
            group="start",
            flag="--from",
            metavar="RUN",
        ),
    )
    from_statistics: str = field(
        default="pooled",
        metadata=option(
            "BatchNorm statistics with --from: those of a dataset of the run, by name, pooled over its datasets, or "
            "estimated from the new training images (for linear-probing and knn)"
        ),
    )
    device: str = field(default="auto", metadata=option("auto (a GPU if there is one), cpu, cuda or cuda:1"))
    precision: str = field(
        default="fp32",
        metadata=option("bf16 computes in bfloat16 where that is safe", choices=("fp32", "bf16")),
    )
    tf32: bool = field(
        default=False,
        metadata=option(
            "multiply float32 numbers on a GPU with 10 bits of precision: faster, less exact, equally repeatable"
        ),
    )
    images_on: str = field(
        default="auto",
        metadata=option(
            "memory that holds the images for a GPU: its own, the host's, or auto (its own as far as they fit)",
            choices=("auto", "device", "host"),
        ),
    )
    compile: bool = field(
        default=False, metadata=option("compile the backbone: takes minutes at the start, faster afterwards")
    )
    deterministic: bool = field(
        default=False, metadata=option("make results bit-identical each time on the same machine")
    )
    training_share: float = field(
        default=1.0,
        metadata=option(
            "fraction of the training images to use, the same of each class; the seed draws them"
        ),
    )
    shots: int | None = field(
        default=None,
        metadata=option("number of training images to use of each class; the seed draws them"),
    )

    @property
    def scheme_title(self) -> str:
        """Name of the scheme for readers."""
        return SCHEMES[self.scheme] + (" with drifting statistics" if self.has_drifting_statistics else "")

    @property
    def is_multi_domain(self) -> bool:
        """True if there is one model for all datasets, not one for each."""
        return self.scheme == "mm-pt"

    @property
    def trains_backbone(self) -> bool:
        """True if the weights of the backbone are trained."""
        return self.scheme in ("mm-pt", "end-to-end")

    @property
    def has_drifting_statistics(self) -> bool:
        """True if the weights of the backbone are fixed, but not its BatchNorm statistics."""
        return self.scheme == "linear-probing" and self.probing == "drifting"

    @property
    def has_fixed_features(self) -> bool:
        """True if an image has the same features in each epoch, so that they are computed once."""
        return not self.trains_backbone and not self.has_drifting_statistics

    @property
    def has_epochs(self) -> bool:
        """True if the scheme trains in epochs with a loss; otherwise there are no heads and no curves."""
        return self.scheme != "knn"

    @property
    def predicts_by_votes(self) -> bool:
        """True if the nearest training images vote for a class, so predicting also needs the training split."""
        return self.scheme == "knn"

    @property
    def uses_all_images(self) -> bool:
        """True if all training images are used, not a share or a few of each class."""
        return self.training_share == 1 and self.shots is None

    def benchmark(self, benchmark: Benchmark) -> Benchmark:
        """Return the benchmark with the further datasets of the training."""
        return replace(benchmark, datasets=benchmark.datasets + self.further)

    def datasets(self, benchmark: Benchmark) -> tuple[Dataset, ...]:
        """Return the datasets to train on: together in mm-pt, each by itself in the other schemes."""
        everything = self.benchmark(benchmark)
        if self.dataset is not None:
            return (dataset_named(everything, self.dataset),)
        chosen = [dataset_named(everything, name).name for name in self.only]
        left_out = [dataset_named(everything, name).name for name in self.without]
        return tuple(
            dataset
            for dataset in everything
            if dataset.name not in left_out and (not chosen or dataset.name in chosen)
        )

    def validate(self, benchmark: Benchmark = MEDMNIST_PLUS) -> None:
        """Raise `ConfigError` if values are invalid or contradict each other."""
        check(self, benchmark)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values for JSON and checkpoints."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """Make a configuration from the result of `to_dict`."""
        unknown = sorted(set(values) - {each.name for each in fields(cls)})
        if unknown:
            raise ConfigError(f"unknown settings: {', '.join(unknown)}")
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        values["further"] = tuple(
            FurtherDataset.from_dict(each) if isinstance(each, Mapping) else each
            for each in values.get("further", ())
        )
        for name in ("weights", "from_run"):
            if values.get(name) is not None:
                values[name] = Path(values[name])
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(f"settings are missing: {error}") from error


def _plain(value: Any) -> Any:
    """Return a setting as plain values."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, FurtherDataset):
        return value.to_dict()
    return str(value) if isinstance(value, Path) else value
