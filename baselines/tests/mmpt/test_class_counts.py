"""Official numbers of images of each class, and synthetic files with these numbers."""

from dataclasses import replace

import medmnist
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.mmpt.data import splits
from baselines.mmpt.data.synthetic import make_collection
from baselines.mmpt.data.synthetic_labels import FEWEST, counts_of, make_labels
from challenge.content.datasets import ABOUT_DATASETS
from challenge.medmnist.class_counts import CLASS_COUNTS
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task

#: Images of each class in the source datasets of the splits: of all splits, or of training and validation.
SOURCES = {
    ("pathmnist", "train", "val"): [10407, 10566, 11512, 11557, 8896, 13536, 8763, 10446, 14317],  # NCT-CRC-HE-100K
    ("dermamnist", "train", "val", "test"): [327, 514, 1099, 115, 1113, 6705, 142],  # HAM10000
    ("octmnist", "train", "val"): [37205, 11348, 8616, 51140],  # Kermany et al.
    ("pneumoniamnist", "train", "val"): [1349, 3883],  # Kermany et al.
    ("breastmnist", "train", "val", "test"): [210, 437 + 133],  # Al-Dhabyani et al.: malignant; benign and normal
    ("bloodmnist", "train", "val", "test"): [1218, 3117, 1551, 2895, 1214, 1420, 3329, 2348],  # Acevedo et al.
}  # fmt: skip
WHOLE = [name for name, counts in CLASS_COUNTS.items() if set(counts) == set(splits.SPLITS)]


def official_size(name: str, split: str) -> int:
    return medmnist.INFO[name]["n_samples"][split]


def labels_of(folder, dataset, split) -> np.ndarray:
    with np.load(folder / f"{dataset.name}.npz") as arrays:
        return arrays[f"{split}_labels"]


def test_the_numbers_add_up_to_the_official_sizes():
    assert len(WHOLE) == 7
    for name in WHOLE:
        for split, counts in CLASS_COUNTS[name].items():
            assert len(counts) == len(medmnist.INFO[name]["label"])
            assert sum(counts) == official_size(name, split), (name, split)


@pytest.mark.parametrize("place", SOURCES, ids=lambda place: place[0])
def test_the_splits_add_up_to_the_source_class_by_class(place):
    name, *names = place
    assert np.sum([CLASS_COUNTS[name][split] for split in names], axis=0).tolist() == SOURCES[place]


def test_labels_of_chest_images_are_no_more_than_those_of_the_source():
    # ChestX-ray14, of which 78,468 of 112,120 images are in the training split
    source = [11559, 2776, 13317, 19894, 5782, 6331, 1431, 5302, 4667, 2303, 2516, 1686, 3385, 227]
    shares = np.array(CLASS_COUNTS["chestmnist"]["train"]) / source
    assert (shares > 0.6).all()
    assert (shares < 0.75).all()


@pytest.mark.parametrize("dataset", MEDMNIST_PLUS.datasets, ids=lambda dataset: dataset.name)
def test_at_full_scale_each_class_has_the_official_number(dataset):
    for number, split in enumerate(splits.SPLITS):
        n_images = official_size(dataset.name, split)
        counts = counts_of(dataset, n_images, number)
        if split in CLASS_COUNTS.get(dataset.name, {}):
            assert counts.tolist() == list(CLASS_COUNTS[dataset.name][split])
        labels = make_labels(dataset, n_images, split=number)
        found = labels.sum(axis=0) if dataset.task is Task.MULTILABEL else np.bincount(labels[:, 0])
        assert found.tolist() == counts.tolist()


def test_files_of_the_official_sizes_have_the_official_classes(tmp_path):
    small = replace(MEDMNIST_PLUS, datasets=tuple(MEDMNIST_PLUS[n] for n in ("breastmnist", "retinamnist")))
    make_collection(tmp_path, benchmark=small)
    for dataset in small:
        for split in splits.SPLITS:
            found = np.bincount(labels_of(tmp_path, dataset, split)[:, 0])
            assert found.tolist() == list(CLASS_COUNTS[dataset.name][split])


def test_smaller_files_have_the_same_proportions(tmp_path):
    derma = MEDMNIST_PLUS["dermamnist"]
    make_collection(tmp_path, scale=0.1, benchmark=replace(MEDMNIST_PLUS, datasets=(derma,)))
    # a tenth of each class, rounded, but at least two: a tenth of 12 or 14 would be one
    assert np.bincount(labels_of(tmp_path, derma, "train")[:, 0]).tolist() == [23, 36, 77, 8, 78, 469, 10]
    assert np.bincount(labels_of(tmp_path, derma, "val")[:, 0]).tolist() == [3, 5, 11, 2, 11, 66, 2]


@settings(deadline=None)
@given(st.sampled_from(MEDMNIST_PLUS.datasets), st.integers(0, 3), st.integers(22, 5000))
def test_counts_are_in_proportion_whatever_the_size(dataset, split, n_images):
    counts = counts_of(dataset, n_images, split)
    assert counts.min() >= FEWEST
    if dataset.task is Task.MULTILABEL:
        assert counts.max() <= n_images - FEWEST
        shares = np.array(CLASS_COUNTS[dataset.name]["train"]) / ABOUT_DATASETS[dataset.name].n_train
        assert (np.abs(counts - shares * n_images) <= np.maximum(0.5, FEWEST - shares * n_images)).all()
        return
    assert counts.sum() == n_images
    official = CLASS_COUNTS.get(dataset.name, {})
    weights = np.array(official.get((*splits.SPLITS, "train")[split], 0.7 ** np.arange(dataset.n_classes)))
    exact = n_images * weights / weights.sum()
    if exact.min() >= FEWEST:
        assert np.abs(counts - exact).max() < 1
