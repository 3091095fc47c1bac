"""Facts about the datasets on the pages, compared with MedMNIST's own metadata."""

import runpy

import pytest

from challenge.content.bibliography import shipped_works
from challenge.content.datasets import ABOUT_DATASETS, LICENCES, AboutDataset
from challenge.scoring.benchmark import MEDMNIST_PLUS

each_dataset = pytest.mark.parametrize("about", ABOUT_DATASETS.values(), ids=lambda about: about.name)


def cautions_of(name: str) -> str:
    return " ".join(caution.text for caution in ABOUT_DATASETS[name].cautions)


@pytest.fixture
def official(medmnist_package):
    """`medmnist.INFO`, loaded without the package, which would import torch."""
    return runpy.run_path(str(medmnist_package / "info.py"))["INFO"]


def test_all_datasets_in_the_order_of_the_benchmark():
    assert list(ABOUT_DATASETS) == [dataset.name for dataset in MEDMNIST_PLUS]


@each_dataset
def test_sizes_channels_and_licence_are_the_official_ones(about: AboutDataset, official):
    info = official[about.name]
    assert {
        "train": about.n_train,
        "val": about.n_val,
        "test": about.dataset.n_test,
    } == info["n_samples"]
    assert about.n_images == sum(info["n_samples"].values())
    assert about.n_channels == info["n_channels"]
    assert about.licence == info["license"]
    assert about.licence_url == LICENCES[info["license"]]


@each_dataset
def test_classes_are_the_official_ones_in_their_order(about: AboutDataset, official):
    shown = {column.removeprefix("p"): name for column, name, _ in about.classes}
    assert shown == official[about.name]["label"]


@each_dataset
def test_downloads_are_the_official_ones(about: AboutDataset, official):
    info = official[about.name]
    for download in about.downloads:
        suffix = "" if download.resolution == 28 else f"_{download.resolution}"
        assert (download.url, download.md5) == (info[f"url{suffix}"], info[f"MD5{suffix}"])
        assert download.file_name == f"{about.name}{suffix}.npz"
    assert [download.resolution for download in about.downloads] == list(MEDMNIST_PLUS.resolutions)


#: Numbers in our descriptions that `INFO` also has in its description of the dataset.
FACTS = {
    "pathmnist": ["100,000", "7,180", "CRC-VAL-HE-7K", "NCT-CRC-HE-100K"],
    "chestmnist": ["112,120", "30,805"],
    "dermamnist": ["10,015", "HAM10000"],
    "octmnist": ["109,309", "1,536"],
    "pneumoniamnist": ["5,856", "2,916", "2,713"],
    "retinamnist": ["1,600", "1,736", "1,824", "DeepDRiD"],
    "breastmnist": ["780", "500"],
    "bloodmnist": ["17,092", "360", "363", "200"],
    "tissuemnist": ["236,386", "BBBC051", "32"],
    "organamnist": ["115", "16", "70", "LiTS"],
    "organcmnist": ["115", "16", "70", "LiTS"],
    "organsmnist": ["115", "16", "70", "LiTS"],
}


@each_dataset
def test_facts_about_the_source_agree_with_medmnist(about: AboutDataset, official):
    text = f"{about.images} {about.splits} {about.resizing} {about.source}"
    for fact in FACTS[about.name]:
        assert fact in text
        assert fact in official[about.name]["description"]
    for ratio, words in {"9:1": "9 : 1", "7:1:2": "7 : 1 : 2"}.items():
        assert (ratio in official[about.name]["description"]) == (words in about.splits)


def test_sizes_in_descriptions_agree_with_the_sizes():
    about = ABOUT_DATASETS
    assert "1,000 of 109,309" in cautions_of("octmnist")
    assert about["octmnist"].dataset.n_test == 1000
    assert about["octmnist"].n_images == 109_309
    assert min(MEDMNIST_PLUS, key=lambda d: d.n_test).name == "breastmnist"
    assert about["breastmnist"].dataset.n_test == 156
    assert max(MEDMNIST_PLUS, key=lambda d: d.n_test).name == "tissuemnist"
    assert about["tissuemnist"].dataset.n_test / MEDMNIST_PLUS.n_rows == pytest.approx(0.4, abs=0.005)
    assert [name for name in about if about[name].licence != "CC BY 4.0"] == ["dermamnist"]


@each_dataset
def test_everything_is_there(about: AboutDataset):
    for text in (about.summary, about.images, about.splits, about.resizing, about.source):
        assert text
        assert text == text.strip()
    assert about.cautions
    assert len(about.meanings) == about.dataset.n_classes
    assert all(about.meanings)
    for caution in about.cautions:
        assert caution.text.endswith(".")
        assert set(caution.works) <= set(shipped_works())
    assert about.works
    assert set(about.works) <= set(shipped_works())
    for link in (*about.records, *(link for caution in about.cautions for link in caution.links)):
        assert link.text
        assert link.url.startswith("https://")


def test_the_sizes_of_older_documents_are_named_where_they_differ():
    for name in ("organamnist", "organcmnist", "organsmnist"):
        assert cautions_of(name).count("Release 2.2.4") == 1
    assert "13,000, 2,392 and 8,268" in cautions_of("organcmnist")
    assert "13,940, 2,452 and 8,829" in cautions_of("organsmnist")


def test_several_organ_images_come_from_one_box(official):
    scans = sum(map(int, ("115", "16", "70")))
    boxes = official["organmnist3d"]["n_samples"]
    for name, images_a_box in {"organamnist": 29, "organcmnist": 13, "organsmnist": 14}.items():
        about = ABOUT_DATASETS[name]
        assert round(about.dataset.n_test / boxes["test"]) == images_a_box
        assert f"about {images_a_box} test images come from one box" in cautions_of(name)
        assert f"at most {scans * 11:,} boxes, and this dataset has {about.n_images:,} images" in cautions_of(
            name
        )
    assert f"counts {boxes['test']} test boxes" in cautions_of("organamnist")
    assert sum(boxes.values()) <= scans * 11
    assert list(official["organmnist3d"]["label"].values()) != list(official["organamnist"]["label"].values())
    assert sorted(official["organmnist3d"]["label"].values()) == sorted(
        official["organamnist"]["label"].values()
    )


def test_single_numbers_in_descriptions_agree_with_the_sizes():
    assert ABOUT_DATASETS["retinamnist"].dataset.n_test == 400
    assert "So the 400 test images come from about 100 patients" in cautions_of("retinamnist")
    assert 1 - 450 / 600 == 0.25  # DermaMNIST: "a quarter narrower"
