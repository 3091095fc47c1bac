"""Kinds of images: each dataset has one, and the suggestions are choices of their own."""

from collections import Counter

from challenge.content.modalities import MODALITIES, SUGGESTIONS
from challenge.scoring.benchmark import MEDMNIST_PLUS


def test_each_dataset_has_one_kind():
    assert Counter(d.name for of in MODALITIES.values() for d in of) == Counter(d.name for d in MEDMNIST_PLUS)


def test_the_kinds_follow_the_modalities_of_the_datasets():
    titles = {kind: [dataset.title for dataset in of] for kind, of in MODALITIES.items()}
    assert titles == {
        "Microscopy": ["PathMNIST", "BloodMNIST", "TissueMNIST"],
        "X-ray": ["ChestMNIST", "PneumoniaMNIST"],
        "CT": ["OrganAMNIST", "OrganCMNIST", "OrganSMNIST"],
        "Retina": ["OCTMNIST", "RetinaMNIST"],
        "Skin": ["DermaMNIST"],
        "Ultrasound": ["BreastMNIST"],
    }


def test_the_suggestions_differ():
    assert list(SUGGESTIONS)[:2] == ["The three organ sets", "X-ray and CT"]
    assert len({frozenset(d.name for d in of) for of in SUGGESTIONS.values()}) == len(SUGGESTIONS)
