"""What a training is told: every choice in one value, which its checkpoints carry."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task

SCHEMES = ("mm-pt", "end-to-end", "linear-probing", "knn")

#: What the fields of a choice may hold.
CHOICES: Mapping[str, tuple[str | int, ...]] = {
    "scheme": SCHEMES,
    "resolution": (28, 64, 128, 224),
    "batch_norm": ("per-dataset", "shared"),
    "scheduler": ("cosine", "none"),
    "select_by": ("batches", "datasets"),
    "precision": ("fp32", "bf16"),
}


class ConfigError(ValueError):
    """The configuration makes no sense; the message says what to change."""


@dataclass(frozen=True)
class TrainingConfig:
    """The configuration of a training; the defaults are the published protocol.

    Attributes:
        scheme: `mm-pt` trains one backbone on all datasets; the others have a model for each.
        architecture: a name of `architectures.ARCHITECTURES`, or of timm.
        resolution: of the images, in pixels.
        dataset: the only one to train on, or None for all; not for mm-pt.
        weighted_loss: multiply the loss of a dataset by (batches of the smallest / its batches).
        weighting_excludes: datasets that the weighting leaves out.
        batch_norm: evaluate with statistics of each dataset, or with the running ones.
        mixed_batches: batches hold images of several datasets (an ablation of mm-pt).
        ordinal_loss: CORN in place of cross-entropy where the classes are grades.
        scheduler: how the learning rate falls, per epoch.
        select_by: the validation loss that decides is the mean over batches or over datasets.
        epochs: at most.
        patience: epochs without a better validation loss until training stops.
        batch_size: images of a step.
        input_size: of the network, in pixels; smaller images are padded.
        learning_rate: at the start.
        weight_decay: of AdamW.
        seed: of everything that is random.
        pretrained: start from published weights, unless `weights` is given.
        weights: a file to start from.
        device: `auto`, or a device of torch.
        precision: of the network; `bf16` is autocast.
        compile: use `torch.compile`.
        deterministic: the same weights again, bit for bit.
        training_share: of the training images of each dataset, what is used: less than all for trials only.

    """

    scheme: str
    architecture: str
    resolution: int
    dataset: str | None = None
    weighted_loss: bool = False
    weighting_excludes: tuple[str, ...] = ()
    batch_norm: str = "per-dataset"
    mixed_batches: bool = False
    ordinal_loss: bool = False
    scheduler: str = "cosine"
    select_by: str = "batches"
    epochs: int = 100
    patience: int = 10
    batch_size: int = 64
    input_size: int = 224
    learning_rate: float = 1e-4
    weight_decay: float = 0.01
    seed: int = 9930641
    pretrained: bool = True
    weights: Path | None = None
    device: str = "auto"
    precision: str = "fp32"
    compile: bool = False
    deterministic: bool = False
    training_share: float = 1.0

    def datasets(self, benchmark: Benchmark) -> tuple[Dataset, ...]:
        """Those that are trained on: together in mm-pt, each by itself in the other schemes."""
        if self.dataset is None:
            return tuple(benchmark)
        return (_dataset(benchmark, self.dataset),)

    def validate(self, benchmark: Benchmark = MEDMNIST_PLUS) -> None:
        """Raise `ConfigError` if values are not possible or do not go together."""
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                listed = ", ".join(str(choice) for choice in choices)
                raise ConfigError(f"{name} is {getattr(self, name)!r}; it must be one of: {listed}")
        self._validate_numbers()
        self._validate_datasets(benchmark)
        if self.scheme != "mm-pt":
            self._validate_single_dataset_scheme()
        if self.mixed_batches and self.batch_norm == "per-dataset":
            raise ConfigError(
                "mixed batches are normalised over all their datasets together, so statistics of each dataset "
                "do not fit them: use --batch-norm shared with --mixed-batches"
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
        if self.scheme == "mm-pt" and self.dataset is not None:
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
        if self.scheme == "knn" and self.ordinal_loss:
            raise ConfigError("ordinal_loss has no effect on the scheme knn: it has no loss")
        if self.scheme == "knn" and self.training_share < 1:
            raise ConfigError("the scheme knn uses all training images: its training_share is 1")

    def to_dict(self) -> dict[str, Any]:
        """As plain values, which JSON and a checkpoint can hold."""
        values = asdict(self)
        values["weighting_excludes"] = list(self.weighting_excludes)
        values["weights"] = None if self.weights is None else str(self.weights)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingConfig":
        """From what `to_dict` gave."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
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
