"""Numbers in the descriptions of the datasets that follow from class counts or from the published tables."""

from baselines.published import read_published_results
from challenge.content.datasets import ABOUT_DATASETS
from challenge.medmnist.class_counts import CLASS_COUNTS


def cautions_of(name: str) -> str:
    return " ".join(caution.text for caution in ABOUT_DATASETS[name].cautions)


#: Validation and test images of ChestMNIST with each label. Tests have no files to count them in. A test adds these
#: numbers to the training images; the sums are the images of ChestX-ray14 as first published.
CHEST_VALIDATION = [1119, 240, 1292, 2018, 625, 613, 133, 504, 447, 200, 208, 166, 372, 41]
CHEST_TEST = [2420, 582, 2754, 3938, 1133, 1335, 242, 1089, 957, 413, 509, 362, 734, 42]
CHEST_SOURCE = [11535, 2772, 13307, 19870, 5746, 6323, 1353, 5298, 4667, 2303, 2516, 1686, 3385, 227]


def test_the_accuracy_of_always_absent_follows_from_the_counts():
    by_split = zip(CLASS_COUNTS["chestmnist"]["train"], CHEST_VALIDATION, CHEST_TEST, strict=True)
    assert [sum(counts) for counts in by_split] == CHEST_SOURCE
    chest = ABOUT_DATASETS["chestmnist"].dataset
    accuracy = 1 - sum(CHEST_TEST) / (chest.n_test * chest.n_classes)
    assert f"an accuracy of {accuracy:.4f}" in cautions_of("chestmnist")
    assert f"of the {chest.n_test:,} test images" in cautions_of("chestmnist")
    assert chest.classes[13] == "hernia"
    assert f"hernia has {CHEST_TEST[13]} images" in cautions_of("chestmnist")


def test_the_range_of_published_accuracies_on_chestmnist_is_correct():
    values = [
        result.mean
        for result in read_published_results()
        if (result.source, result.dataset, result.metric) == ("doerrich2024", "chestmnist", "accuracy")
    ]
    assert len(values) == 120
    assert f"between {min(values):.4f} and {max(values):.4f}" in cautions_of("chestmnist")


def test_octmnist_is_balanced_in_the_test_split_only():
    counts = CLASS_COUNTS["octmnist"]
    assert set(counts["test"]) == {250}
    assert "250 images of each class" in cautions_of("octmnist")
    assert round(max(counts["train"]) / min(counts["train"])) == 6
