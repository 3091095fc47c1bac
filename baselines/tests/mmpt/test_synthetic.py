"""The synthetic collection: sizes, layout, domains, and classes that can be learned."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from torch import nn
from torch.nn import functional

from baselines.mmpt.data import splits
from baselines.mmpt.data.splits import DataError, check_folder, load_split
from baselines.mmpt.data.synthetic import make_collection, split_sizes
from baselines.mmpt.data.synthetic_images import CHUNK, DOMAINS, make_images
from baselines.mmpt.data.synthetic_labels import make_labels
from challenge.content.datasets import ABOUT_DATASETS
from challenge.medmnist.class_counts import CLASS_COUNTS
from challenge.medmnist.labels import read_labels
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.metrics.ranked import mean_auc

SOME = replace(
    MEDMNIST_PLUS, datasets=tuple(d for d in MEDMNIST_PLUS if d.name in ("bloodmnist", "chestmnist"))
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic")
    make_collection(folder, scale=0.02)
    return folder


def test_has_the_official_layout(collection):
    check_folder(collection, MEDMNIST_PLUS.datasets, 28)
    for dataset in MEDMNIST_PLUS:
        about = ABOUT_DATASETS[dataset.name]
        with np.load(collection / f"{dataset.name}.npz") as arrays:
            assert sorted(arrays) == sorted(
                f"{s}_{kind}" for s in splits.SPLITS for kind in ("images", "labels")
            )
            for split, n_official in zip(
                splits.SPLITS, (about.n_train, about.n_val, dataset.n_test), strict=True
            ):
                images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
                assert len(images) == len(labels) == max(round(n_official * 0.02), 2 * dataset.n_classes)
                assert images.shape[1:] == ((28, 28, 3) if about.n_channels == 3 else (28, 28))
                assert images.dtype == labels.dtype == np.uint8
                assert labels.shape[1] == (dataset.n_classes if dataset.task is Task.MULTILABEL else 1)


def test_no_split_is_smaller_than_asked_for(tmp_path):
    make_collection(tmp_path, scale=0.01, benchmark=SOME, at_least=100)
    chest, blood = (SOME[name] for name in ("chestmnist", "bloodmnist"))
    assert [len(load_split(tmp_path, chest, 28, split)) for split in splits.SPLITS] == [785, 112, 224]
    assert [len(load_split(tmp_path, blood, 28, split)) for split in splits.SPLITS] == [120, 100, 100]


def test_every_class_occurs_in_every_split(collection):
    for dataset in MEDMNIST_PLUS:
        for split in splits.SPLITS:
            labels = load_split(collection, dataset, 28, split).labels
            if dataset.task is Task.MULTILABEL:
                counts = np.concatenate([labels.sum(axis=0), (1 - labels).sum(axis=0)])
            else:
                counts = np.bincount(labels, minlength=dataset.n_classes)
                if dataset.name not in CLASS_COUNTS:
                    assert counts[0] == counts.max()
            assert counts.min() >= 2


def test_at_full_scale_sizes_are_the_official_ones():
    for dataset in MEDMNIST_PLUS:
        about = ABOUT_DATASETS[dataset.name]
        assert list(split_sizes(dataset).values()) == [about.n_train, about.n_val, dataset.n_test]


def test_labels_serve_as_a_ground_truth(collection):
    scaled = splits.benchmark_of(collection, 28)
    assert scaled["pathmnist"].n_test == 144
    truth = read_labels(collection, scaled)
    for dataset in scaled:
        labels = load_split(collection, dataset, 28, "test").labels
        np.testing.assert_array_equal(truth.labels[dataset.name], labels)


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_domains_have_the_mean_and_contrast_of_the_real_ones(dataset):
    labels = make_labels(dataset, 500)
    images = np.concatenate(list(make_images(dataset, labels, 28))) / 255
    mean, deviation = DOMAINS[dataset.name]
    pixels = images.reshape(-1, len(mean))
    assert pixels.mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert pixels.std(axis=0) == pytest.approx(deviation, abs=0.03)


def test_the_images_depend_on_the_seed(collection, tmp_path):
    make_collection(tmp_path / "same", scale=0.02, benchmark=SOME)
    make_collection(tmp_path / "other", scale=0.02, seed=1, benchmark=SOME)
    for dataset in SOME:
        file = f"{dataset.name}.npz"
        assert (tmp_path / "same" / file).read_bytes() == (collection / file).read_bytes()
        assert (tmp_path / "other" / file).read_bytes() != (collection / file).read_bytes()


def test_splits_differ(collection):
    train, val = (
        load_split(collection, MEDMNIST_PLUS["octmnist"], 28, split).images for split in ("train", "val")
    )
    assert not (train[: len(val)] == val).all(axis=(1, 2)).any()


def test_other_sizes_show_the_same_patterns():
    dataset = MEDMNIST_PLUS["bloodmnist"]
    labels = make_labels(dataset, 50)
    small, large = (np.concatenate(list(make_images(dataset, labels, size))) for size in (28, 84))
    shrunk = large.reshape(50, 28, 3, 28, 3, 3).mean(axis=(2, 4))
    for one, other in zip(small, shrunk, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.7


def test_a_chunk_does_not_depend_on_the_others():
    dataset = MEDMNIST_PLUS["octmnist"]
    labels = make_labels(dataset, CHUNK + 10)
    first = next(make_images(dataset, labels, 28))
    np.testing.assert_array_equal(first, next(make_images(dataset, labels[:CHUNK], 28)))


def test_two_resolutions_fit_in_one_folder(tmp_path):
    make_collection(tmp_path, scale=0.001, benchmark=SOME)
    make_collection(tmp_path, size=64, scale=0.002, seed=5, benchmark=SOME)
    for resolution in (28, 64):
        check_folder(tmp_path, SOME.datasets, resolution)
    marker = json.loads((tmp_path / "synthetic.json").read_text())
    assert [(marker[size]["scale"], marker[size]["seed"]) for size in ("28", "64")] == [
        (0.001, 0),
        (0.002, 5),
    ]
    assert len(list(tmp_path.iterdir())) == 5


def test_may_be_made_again(tmp_path):
    for scale in (0.002, 0.001):
        make_collection(tmp_path, scale=scale, benchmark=SOME)
    check_folder(tmp_path, SOME.datasets, 28)


def test_files_of_another_origin_are_kept(tmp_path):
    (tmp_path / "bloodmnist.npz").write_bytes(b"precious")
    with pytest.raises(DataError, match=r"contains files of another origin \(bloodmnist.npz\)"):
        make_collection(tmp_path, scale=0.001, benchmark=SOME)
    assert [file.name for file in tmp_path.iterdir()] == ["bloodmnist.npz"]
    assert (tmp_path / "bloodmnist.npz").read_bytes() == b"precious"


def small_cnn(n_channels: int, n_classes: int) -> nn.Module:
    def block(n_in: int, n_out: int, width: int) -> list[nn.Module]:
        convolution = nn.Conv2d(n_in, n_out, width, padding=width // 2)
        return [convolution, nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(n_channels, 16, 5), *block(16, 32, 3), *block(32, 32, 3),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, n_classes),
    )  # fmt: skip


def balanced_sample(dataset, n_images, split):
    """Make equal numbers of images of each class; for a multi-label dataset, each label on a fifth of the images."""
    if dataset.task is Task.MULTILABEL:
        labels = (np.random.default_rng(split).random((n_images, dataset.n_classes)) < 0.2).astype(np.uint8)
    else:
        labels = (np.arange(n_images) % dataset.n_classes).astype(np.uint8)[:, None]
    images = torch.from_numpy(np.concatenate(list(make_images(dataset, labels, 28, split=split)))).float()
    images = images.unsqueeze(1) if images.ndim == 3 else images.permute(0, 3, 1, 2)
    return (images - images.mean()) / images.std(), torch.from_numpy(labels)


def loss_of(logits, labels):
    if labels.shape[1] > 1:
        return functional.binary_cross_entropy_with_logits(logits, labels.float())
    return functional.cross_entropy(logits, labels[:, 0].long())


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_a_small_network_learns_the_classes_in_two_epochs(dataset):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    images, labels = balanced_sample(dataset, 800, split=0)
    network = small_cnn(images.shape[1], dataset.n_classes)
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3)
    for _ in range(2):
        for batch in torch.randperm(len(images)).split(20):
            optimizer.zero_grad()
            loss_of(network(images[batch]), labels[batch]).backward()
            optimizer.step()
    images, labels = balanced_sample(dataset, 400, split=2)
    with torch.no_grad():
        logits = network.eval()(images)
    if dataset.task is Task.MULTILABEL:
        assert mean_auc(labels.numpy(), torch.sigmoid(logits).numpy()) > 0.75
    else:
        accuracy = (logits.argmax(1) == labels[:, 0]).double().mean().item()
        assert accuracy > 1 / dataset.n_classes + 0.25


def test_the_command(tmp_path, capsys):
    call_command("make_synthetic_medmnist", str(tmp_path / "new"), "--scale", "0.0001", "--seed", "7")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "pathmnist.npz: 54 images"
    assert len(lines) == 13
    check_folder(tmp_path / "new", MEDMNIST_PLUS.datasets, 28)


def test_the_command_refuses_a_folder_of_other_files(tmp_path):
    (tmp_path / "pathmnist.npz").touch()
    with pytest.raises(
        CommandError, match=r"(?s)Nothing was made\..*of another origin \(pathmnist.npz\): give another"
    ):
        call_command("make_synthetic_medmnist", str(tmp_path))


@pytest.mark.parametrize(
    "option", [("--scale", "0"), ("--scale", "much"), ("--seed", "-1"), ("--size", "29")]
)
def test_the_command_refuses_invalid_options(tmp_path, option):
    with pytest.raises(CommandError, match=option[0]):
        call_command("make_synthetic_medmnist", str(tmp_path), *option)
