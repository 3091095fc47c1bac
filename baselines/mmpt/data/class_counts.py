"""How many images of each class the official splits have, where that could be verified.

The numbers are those that public projects state after counting the labels of the official files. They add up to the
sizes of the splits, and over the splits, class by class, to what is published of the source datasets:

- PathMNIST: training and validation to NCT-CRC-HE-100K (Kather et al. 2019); the test split is stated once.
- DermaMNIST: all three to HAM10000 (Tschandl et al. 2018).
- OCTMNIST: computed, not counted. Of the 37,205, 11,348, 8,616 and 51,140 training images of Kermany et al. (2018),
  nine tenths of each class, rounded down, are for training and the others for validation: that gives the official
  sizes. The test split has 250 of each class.
- PneumoniaMNIST: training and validation to the 1,349 and 3,883 training images of Kermany et al. (2018), whose 234
  and 390 test images are the test split.
- RetinaMNIST: several projects state the same numbers; the source has none by class to compare with.
- BreastMNIST: all three to the 210 malignant and 570 other images of Al-Dhabyani et al. (2020).
- BloodMNIST: all three to Acevedo et al. (2020).
- ChestMNIST: how many training images have each label, as a project's test states it; the first one is also in
  MedMNIST's issue 46.

Nothing that could be verified was found for TissueMNIST, the three OrganMNISTs, and the validation and test splits
of ChestMNIST.
"""

from collections.abc import Mapping

from baselines.mmpt.data.splits import Split

#: By dataset and split, in the order of the classes; of ChestMNIST, how many images have each label.
CLASS_COUNTS: Mapping[str, Mapping[Split, tuple[int, ...]]] = {
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
