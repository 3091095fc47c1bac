"""Number of images of each class in the official splits, where it could be verified.

Public projects counted the labels of the official files and stated these numbers. For each split, they add up to its
size. Class by class, the sum over the splits equals the published number of the source dataset:

- PathMNIST: training and validation add up to NCT-CRC-HE-100K (Kather et al. 2019). Only one project states the
  numbers of the test split.
- DermaMNIST: all three splits add up to HAM10000 (Tschandl et al. 2018).
- OCTMNIST: computed, not counted. Kermany et al. (2018) have 37,205, 11,348, 8,616 and 51,140 training images. Nine
  tenths of each class, rounded down, are training images and the others validation images: this gives the official
  sizes. The test split has 250 images of each class.
- PneumoniaMNIST: training and validation add up to the 1,349 and 3,883 training images of Kermany et al. (2018). Their
  234 and 390 test images are the test split.
- RetinaMNIST: several projects state the same numbers; the source publishes no numbers by class.
- BreastMNIST: all three splits add up to the 210 malignant and 570 other images of Al-Dhabyani et al. (2020).
- BloodMNIST: all three splits add up to Acevedo et al. (2020).
- ChestMNIST: the number of training images with each label, from a test of a public project. The first number is also
  in MedMNIST's issue 46.

We found no numbers that could be verified for TissueMNIST, the three OrganMNISTs, and the validation and test splits
of ChestMNIST.
"""

from collections.abc import Mapping

#: By dataset and split, in the order of the classes; for ChestMNIST, the number of images with each label.
CLASS_COUNTS: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "pathmnist": {
        "train": (9366, 9509, 10360, 10401, 8006, 12182, 7886, 9401, 12885),
        "val": (1041, 1057, 1152, 1156, 890, 1354, 877, 1045, 1432),
        "test": (1338, 847, 339, 634, 1035, 592, 741, 421, 1233),
    },
    "chestmnist": {
        "train": (7996, 1950, 9261, 13914, 3988, 4375, 978, 3705, 3263, 1690, 1799, 1158, 2279, 144),
    },
    "dermamnist": {
        "train": (228, 359, 769, 80, 779, 4693, 99),
        "val": (33, 52, 110, 12, 111, 671, 14),
        "test": (66, 103, 220, 23, 223, 1341, 29),
    },
    "octmnist": {
        "train": (33484, 10213, 7754, 46026),
        "val": (3721, 1135, 862, 5114),
        "test": (250, 250, 250, 250),
    },
    "pneumoniamnist": {"train": (1214, 3494), "val": (135, 389), "test": (234, 390)},
    "retinamnist": {
        "train": (486, 128, 206, 194, 66),
        "val": (54, 12, 28, 20, 6),
        "test": (174, 46, 92, 68, 20),
    },
    "breastmnist": {"train": (147, 399), "val": (21, 57), "test": (42, 114)},
    "bloodmnist": {
        "train": (852, 2181, 1085, 2026, 849, 993, 2330, 1643),
        "val": (122, 312, 155, 290, 122, 143, 333, 235),
        "test": (244, 624, 311, 579, 243, 284, 666, 470),
    },
}
