"""Checks of a training configuration, before anything starts."""

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from baselines.mmpt.training.options import choices_of
from challenge.scoring.benchmark import Benchmark, Dataset, Task

if TYPE_CHECKING:
    from baselines.mmpt.training.config import TrainingConfig


#: Value of `from_statistics` for statistics that are estimated from the training images of the new dataset.
ESTIMATED = "estimated"


class ConfigError(ValueError):
    """The configuration is invalid; the message says what to change."""


def check(config: "TrainingConfig", benchmark: Benchmark) -> None:
    """Raise `ConfigError` if values are invalid or contradict each other."""
    for name, choices in choices_of(type(config)):
        if getattr(config, name) not in choices:
            listed = ", ".join(str(choice) for choice in choices)
            raise ConfigError(f"{name} is {getattr(config, name)!r}; it must be one of: {listed}")
    _check_numbers(config)
    _check_datasets(config, benchmark)
    _check_weights(config, benchmark)
    _check_timm_kwargs(config)
    if config.from_run is not None and config.weights is not None:
        raise ConfigError("--from and --weights both give the initial weights: give one of them")
    if config.from_run is None and config.from_statistics != "pooled":
        raise ConfigError("from_statistics has no effect without --from")
    if config.from_statistics == ESTIMATED and config.trains_backbone:
        raise ConfigError(
            f"from_statistics=estimated is for linear-probing and knn: {config.scheme} trains with the statistics of "
            "its own batches"
        )
    if not config.is_multi_domain:
        _check_single_dataset_scheme(config)
    if config.mixed_batches and config.batch_norm == "per-dataset":
        raise ConfigError(
            "mixed batches are normalised over all their datasets together, so statistics per dataset do "
            "not fit: use --batch-norm shared with --mixed-batches"
        )


def dataset_named(benchmark: Benchmark, name: str) -> Dataset:
    """Return a dataset of the benchmark. Raises `ConfigError` that lists all datasets."""
    try:
        return benchmark[name]
    except KeyError:
        known = ", ".join(dataset.name for dataset in benchmark)
        raise ConfigError(f"there is no dataset {name!r}; there are: {known}") from None


def parse_weight(text: str) -> tuple[str, float]:
    """Parse NAME=NUMBER. Raises `ConfigError`."""
    name, _, number = text.partition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not (weight >= 0 and math.isfinite(weight)):
        raise ConfigError(f"dataset_weights holds {text!r}; expected NAME=NUMBER, for example chestmnist=0.5")
    return name, weight


def weights_of_datasets(given: Iterable[str], datasets: Iterable[Dataset]) -> dict[str, float]:
    """Return the number that multiplies the loss of each dataset; its name goes before its task."""
    numbers = dict(map(parse_weight, given))
    return {each.name: numbers.get(each.name, numbers.get(each.task, 1.0)) for each in datasets}


def _check_weights(config: "TrainingConfig", benchmark: Benchmark) -> None:
    trained_on = config.datasets(benchmark)
    known = {dataset.name for dataset in trained_on} | {dataset.task.value for dataset in trained_on}
    for name, _ in map(parse_weight, config.dataset_weights):
        if name not in known:
            raise ConfigError(
                f"dataset_weights names {name!r}, which is no dataset or task of this training; there are: "
                f"{', '.join(sorted(known))}"
            )
    if not any(weights_of_datasets(config.dataset_weights, trained_on).values()):
        raise ConfigError("dataset_weights gives every dataset the weight 0")


def _check_timm_kwargs(config: "TrainingConfig") -> None:
    try:
        found = json.loads(config.timm_kwargs or "{}")
    except ValueError as error:
        raise ConfigError(f"timm_kwargs is no valid JSON ({error}): {config.timm_kwargs}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"timm_kwargs must be a JSON object of names and values, not {config.timm_kwargs}")


def _check_numbers(config: "TrainingConfig") -> None:
    for name in ("epochs", "patience", "batch_size", "validation_batch_size", "shots"):
        value = getattr(config, name)
        if value is not None and value < 1:
            raise ConfigError(f"{name} is {value}; it must be 1 or more")
    if not (config.learning_rate > 0 and math.isfinite(config.learning_rate)):
        raise ConfigError(f"learning_rate is {config.learning_rate}; it must be a finite number above 0")
    if not (config.weight_decay >= 0 and math.isfinite(config.weight_decay)):
        raise ConfigError(f"weight_decay is {config.weight_decay}; it must be a finite number, 0 or more")
    if not 0 < config.training_share <= 1:
        raise ConfigError(f"training_share is {config.training_share}; it must be above 0 and at most 1")
    if config.shots is not None and config.training_share < 1:
        raise ConfigError("shots and training_share both choose training images: give one of them")
    if not 0 <= config.seed < 2**32:
        raise ConfigError(f"seed is {config.seed}; it must be from 0 to 2^32 - 1")
    if config.input_size < config.resolution:
        raise ConfigError(
            f"input_size is {config.input_size}, less than the resolution {config.resolution}: "
            "images are padded, never made smaller"
        )


def _check_datasets(config: "TrainingConfig", benchmark: Benchmark) -> None:
    _check_further(config, benchmark)
    trained_on = config.datasets(benchmark)
    if not trained_on:
        raise ConfigError("without names all datasets: none is left to train on")
    if config.is_multi_domain and config.dataset is not None:
        raise ConfigError(
            "mm-pt trains on all datasets together: leave --dataset out and choose with --datasets or --without, or "
            "choose another scheme"
        )
    if config.only and config.without:
        raise ConfigError("datasets and without both choose datasets: give one of them")
    names = {dataset.name for dataset in trained_on}
    excluded = {dataset_named(config.benchmark(benchmark), name).name for name in config.weighting_excludes}
    if excluded and not config.weighted_loss:
        raise ConfigError("weighting_excludes has no effect without --weighted-loss")
    if strange := sorted(excluded - names):
        raise ConfigError(f"weighting_excludes names datasets that are not trained on: {', '.join(strange)}")
    if excluded and excluded.issuperset(names):
        raise ConfigError("weighting_excludes names all datasets: leave --weighted-loss out instead")
    if config.ordinal_loss and all(dataset.task is not Task.ORDINAL for dataset in trained_on):
        raise ConfigError(
            f"ordinal_loss has no effect: none of {', '.join(sorted(names))} has ordered grades"
        )


def _check_further(config: "TrainingConfig", benchmark: Benchmark) -> None:
    names = [dataset.name for dataset in config.benchmark(benchmark)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(
            f"two datasets have the name {', '.join(twice)}: give the further dataset another name"
        )


def _check_single_dataset_scheme(config: "TrainingConfig") -> None:
    for name, is_set in (
        ("weighted_loss", config.weighted_loss),
        ("dataset_weights", bool(config.dataset_weights)),
        ("mixed_batches", config.mixed_batches),
        ("select_by=datasets", config.select_by == "datasets"),
    ):
        if is_set:
            raise ConfigError(
                f"{name} needs several datasets in one training: it is for the scheme mm-pt only"
            )
    if not config.has_epochs and config.ordinal_loss:
        raise ConfigError(f"ordinal_loss has no effect on the scheme {config.scheme}: it has no loss")
