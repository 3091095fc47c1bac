"""Configuration of a training: all settings in one value, which is stored in its checkpoints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from baselines.mmpt.training.options import choices_of, option
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task

#: Titles of the schemes by their names.
SCHEMES: Mapping[str, str] = {
    "mm-pt": "mm-PT",
    "end-to-end": "end-to-end",
    "linear-probing": "linear probing",
    "knn": "k-NN",
}

#: Settings that change where a training is computed, not its result.
PLACES = {"device", "images_on"}


class ConfigError(ValueError):
    """The configuration is invalid; the message says what to change."""


@dataclass(frozen=True)
class TrainingConfig:
    """Configuration of a training; the defaults are the published protocol.

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
    dataset: str | None = field(
        default=None, metadata=option("the only dataset to train on; not for mm-pt (default: all in turn)")
    )
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
    scheduler: str = field(
        default="cosine",
        metadata=option("decay of the learning rate over the epochs", choices=("cosine", "none")),
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
    input_size: int = field(
        default=224, metadata=option("input size of the network in pixels; smaller images are zero-padded")
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
    training_share: float = 1.0  # fraction of the training images that is used; below 1 for trials only

    @property
    def scheme_title(self) -> str:
        """Name of the scheme for readers."""
        return SCHEMES[self.scheme]

    @property
    def is_multi_domain(self) -> bool:
        """True if there is one model for all datasets, not one for each."""
        return self.scheme == "mm-pt"

    @property
    def trains_backbone(self) -> bool:
        """True if the backbone is trained; otherwise its features are fixed."""
        return self.scheme in ("mm-pt", "end-to-end")

    @property
    def has_epochs(self) -> bool:
        """True if the scheme trains in epochs with a loss; otherwise there are no heads and no curves."""
        return self.scheme != "knn"

    @property
    def predicts_by_votes(self) -> bool:
        """True if the nearest training images vote for a class, so predicting also needs the training split."""
        return self.scheme == "knn"

    def datasets(self, benchmark: Benchmark) -> tuple[Dataset, ...]:
        """Return the datasets to train on: together in mm-pt, each by itself in the other schemes."""
        if self.dataset is None:
            return tuple(benchmark)
        return (_dataset(benchmark, self.dataset),)

    def validate(self, benchmark: Benchmark = MEDMNIST_PLUS) -> None:
        """Raise `ConfigError` if values are invalid or contradict each other."""
        for name, choices in choices_of(TrainingConfig):
            if getattr(self, name) not in choices:
                listed = ", ".join(str(choice) for choice in choices)
                raise ConfigError(f"{name} is {getattr(self, name)!r}; it must be one of: {listed}")
        self._validate_numbers()
        self._validate_datasets(benchmark)
        if not self.is_multi_domain:
            self._validate_single_dataset_scheme()
        if self.mixed_batches and self.batch_norm == "per-dataset":
            raise ConfigError(
                "mixed batches are normalised over all their datasets together, so statistics per dataset do "
                "not fit: use --batch-norm shared with --mixed-batches"
            )

    def _validate_numbers(self) -> None:
        for name in ("epochs", "patience", "batch_size"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be 1 or more")
        if not self.learning_rate > 0:
            raise ConfigError(f"learning_rate is {self.learning_rate}; it must be more than 0")
        if not self.weight_decay >= 0:
            raise ConfigError(f"weight_decay is {self.weight_decay}; it must be 0 or more")
        if not 0 < self.training_share <= 1:
            raise ConfigError(f"training_share is {self.training_share}; it must be above 0 and at most 1")
        if not 0 <= self.seed < 2**32:
            raise ConfigError(f"seed is {self.seed}; it must be from 0 to 2^32 - 1")
        if self.input_size < self.resolution:
            raise ConfigError(
                f"input_size is {self.input_size}, less than the resolution {self.resolution}: "
                "images are padded, never made smaller"
            )

    def _validate_datasets(self, benchmark: Benchmark) -> None:
        trained_on = self.datasets(benchmark)
        if self.is_multi_domain and self.dataset is not None:
            raise ConfigError(
                "mm-pt trains on all datasets together: leave --dataset out, or choose another scheme"
            )
        excluded = {_dataset(benchmark, name).name for name in self.weighting_excludes}
        if excluded and not self.weighted_loss:
            raise ConfigError("weighting_excludes has no effect without --weighted-loss")
        if excluded and excluded.issuperset(dataset.name for dataset in trained_on):
            raise ConfigError("weighting_excludes names all datasets: leave --weighted-loss out instead")
        if self.ordinal_loss and all(dataset.task is not Task.ORDINAL for dataset in trained_on):
            raise ConfigError(f"ordinal_loss has no effect: {self.dataset} has no ordered grades")

    def _validate_single_dataset_scheme(self) -> None:
        for name, is_set in (
            ("weighted_loss", self.weighted_loss),
            ("mixed_batches", self.mixed_batches),
            ("select_by=datasets", self.select_by == "datasets"),
        ):
            if is_set:
                raise ConfigError(
                    f"{name} needs several datasets in one training: it is for the scheme mm-pt only"
                )
        if not self.has_epochs and self.ordinal_loss:
            raise ConfigError(f"ordinal_loss has no effect on the scheme {self.scheme}: it has no loss")
        if not self.has_epochs and self.training_share < 1:
            raise ConfigError(f"the scheme {self.scheme} uses all training images: its training_share is 1")

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values for JSON and checkpoints."""
        values = asdict(self)
        values["weighting_excludes"] = list(self.weighting_excludes)
        values["weights"] = None if self.weights is None else str(self.weights)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """Make a configuration from the result of `to_dict`."""
        unknown = sorted(set(values) - {each.name for each in fields(cls)})
        if unknown:
            raise ConfigError(f"unknown settings: {', '.join(unknown)}")
        values = dict(values)
        values["weighting_excludes"] = tuple(values.get("weighting_excludes", ()))
        if values.get("weights") is not None:
            values["weights"] = Path(values["weights"])
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(f"settings are missing: {error}") from error


def _dataset(benchmark: Benchmark, name: str) -> Dataset:
    try:
        return benchmark[name]
    except KeyError:
        known = ", ".join(dataset.name for dataset in benchmark)
        raise ConfigError(f"there is no dataset {name!r}; there are: {known}") from None
