"""A configuration is checked before anything starts, and survives a checkpoint."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from baselines.mmpt.training.config import ConfigError, TrainingConfig
from challenge.scoring.benchmark import MEDMNIST_PLUS

MM_PT = TrainingConfig("mm-pt", "resnet18", 28)
SINGLE = TrainingConfig("end-to-end", "resnet18", 28)


def test_the_defaults_are_the_published_protocol():
    MM_PT.validate()
    assert (MM_PT.batch_size, MM_PT.epochs, MM_PT.patience, MM_PT.seed) == (64, 100, 10, 9930641)
    assert (MM_PT.learning_rate, MM_PT.weight_decay, MM_PT.input_size) == (1e-4, 0.01, 224)
    assert (MM_PT.scheduler, MM_PT.select_by, MM_PT.weighted_loss) == ("cosine", "batches", False)


@pytest.mark.parametrize("scheme", ["mm-pt", "end-to-end", "linear-probing", "knn"])
def test_each_scheme_trains_on_all_datasets_by_default(scheme):
    config = replace(MM_PT, scheme=scheme)
    config.validate()
    assert config.datasets(MEDMNIST_PLUS) == MEDMNIST_PLUS.datasets


def test_one_dataset():
    config = replace(SINGLE, dataset="retinamnist", ordinal_loss=True)
    config.validate()
    assert config.datasets(MEDMNIST_PLUS) == (MEDMNIST_PLUS["retinamnist"],)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (replace(MM_PT, scheme="mmpt"), "scheme is 'mmpt'; it must be one of: mm-pt, end-to-end"),
        (replace(MM_PT, resolution=32), "resolution is 32"),
        (replace(MM_PT, batch_norm="own"), "batch_norm is 'own'"),
        (replace(MM_PT, precision="fp16"), "precision is 'fp16'"),
        (replace(MM_PT, epochs=0), "epochs is 0"),
        (replace(MM_PT, batch_size=0), "batch_size is 0"),
        (replace(MM_PT, learning_rate=0), "learning_rate is 0"),
        (replace(MM_PT, learning_rate=float("nan")), "learning_rate is nan"),
        (replace(MM_PT, weight_decay=-1), "weight_decay is -1"),
        (replace(MM_PT, seed=-1), "seed is -1"),
        (replace(MM_PT, resolution=64, input_size=32), "never made smaller"),
        (replace(MM_PT, dataset="pathmnist"), "leave --dataset out"),
        (replace(SINGLE, dataset="mnist"), "no dataset 'mnist'; there are: pathmnist"),
        (replace(SINGLE, weighted_loss=True), "weighted_loss needs several datasets"),
        (replace(SINGLE, mixed_batches=True, batch_norm="shared"), "mixed_batches needs several datasets"),
        (replace(SINGLE, select_by="datasets"), "select_by=datasets needs several datasets"),
        (replace(SINGLE, dataset="pathmnist", ordinal_loss=True), "none of pathmnist has ordered grades"),
        (replace(SINGLE, scheme="knn", ordinal_loss=True), "it has no loss"),
        (replace(MM_PT, weighting_excludes=("breastmnist",)), "no effect without --weighted-loss"),
        (replace(MM_PT, weighted_loss=True, weighting_excludes=("breast",)), "no dataset 'breast'"),
        (
            replace(MM_PT, weighted_loss=True, weighting_excludes=tuple(d.name for d in MEDMNIST_PLUS)),
            "names all datasets",
        ),
        (replace(MM_PT, mixed_batches=True), "use --batch-norm shared"),
        (replace(MM_PT, only=("mnist",)), "no dataset 'mnist'; there are: pathmnist"),
        (replace(MM_PT, without=("mnist",)), "no dataset 'mnist'; there are: pathmnist"),
        (replace(MM_PT, without=tuple(d.name for d in MEDMNIST_PLUS)), "none is left to train on"),
        (replace(MM_PT, only=("pathmnist",), without=("octmnist",)), "give one of them"),
        (
            replace(MM_PT, weighted_loss=True, without=("octmnist",), weighting_excludes=("octmnist",)),
            "not trained on: octmnist",
        ),
        (replace(MM_PT, from_run=Path("run"), weights=Path("file.pth")), "give one of them"),
        (replace(MM_PT, from_statistics="pathmnist"), "no effect without --from"),
        (replace(SINGLE, from_run=Path("run"), from_statistics="estimated"), "for linear-probing and knn"),
        (replace(MM_PT, training_share=0), "training_share is 0"),
        (replace(MM_PT, shots=0), "shots is 0"),
        (replace(MM_PT, shots=5, training_share=0.5), "give one of them"),
        (replace(MM_PT, dataset_weights=("octmnist",)), "expected NAME=NUMBER"),
        (replace(MM_PT, dataset_weights=("octmnist=-1",)), "expected NAME=NUMBER"),
        (
            replace(MM_PT, dataset_weights=("oct=1",)),
            "no dataset or task of this training; there are: binary",
        ),
        (
            replace(MM_PT, only=("octmnist",), dataset_weights=("multi-class=0",)),
            "every dataset the weight 0",
        ),
        (replace(SINGLE, dataset_weights=("octmnist=2",)), "dataset_weights needs several datasets"),
        (replace(MM_PT, timm_kwargs="{"), "no valid JSON"),
        (replace(MM_PT, timm_kwargs="[1]"), "must be a JSON object"),
    ],
)
def test_invalid_configurations_are_refused(config, message):
    with pytest.raises(ConfigError, match=message):
        config.validate()


def test_to_plain_values_and_back():
    config = replace(
        MM_PT, weighted_loss=True, weighting_excludes=("retinamnist",), weights=Path("some/weights.pth")
    )
    values = json.loads(json.dumps(config.to_dict()))
    assert TrainingConfig.from_dict(values) == config


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({**MM_PT.to_dict(), "momentum": 0.9, "amp": True}, "unknown settings: amp, momentum"),
        ({"scheme": "mm-pt"}, "settings are missing: .*architecture"),
    ],
)
def test_other_values_are_refused(values, message):
    with pytest.raises(ConfigError, match=message):
        TrainingConfig.from_dict(values)


@pytest.mark.parametrize(
    ("scheme", "title", "is_multi_domain", "trains_backbone", "has_epochs", "predicts_by_votes"),
    [
        ("mm-pt", "mm-PT", True, True, True, False),
        ("end-to-end", "end-to-end", False, True, True, False),
        ("linear-probing", "linear probing", False, False, True, False),
        ("knn", "k-NN", False, False, False, True),
    ],
)
def test_properties_of_the_schemes(
    scheme, title, is_multi_domain, trains_backbone, has_epochs, predicts_by_votes
):
    config = replace(MM_PT, scheme=scheme)
    assert config.scheme_title == title
    assert config.is_multi_domain is is_multi_domain
    assert config.trains_backbone is trains_backbone
    assert config.has_epochs is has_epochs
    assert config.predicts_by_votes is predicts_by_votes
