"""Facts of a baseline, from its training configuration."""

import pytest

from baselines.facts import training_facts
from challenge.models import Submission

CONFIG = {"scheme": "mm-pt", "architecture": "resnet18", "pretrained": True, "weights": None}


def test_a_configuration_of_the_published_protocol():
    assert training_facts(CONFIG, 11_176_512) == {
        "parameters_millions": 11.1765,
        "family": "cnn",
        "pretraining": "natural",
        "pretraining_name": "ImageNet-1k",
        "n_networks": 1,
        "sharing": "one",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"architecture": "samvit_base_patch16"}, {"family": "vit", "pretraining_name": "SAM on SA-1B"}),
        ({"architecture": "test_resnet"}, {"family": None, "pretraining": None, "pretraining_name": None}),
        ({"pretrained": False}, {"family": "cnn", "pretraining": "none", "pretraining_name": None}),
        ({"weights": "resnet18.pth"}, {"pretraining": None, "pretraining_name": None}),
        ({"weights": "resnet18.pth", "pretrained": False}, {"pretraining": None}),
        ({"scheme": "end-to-end"}, {"sharing": "each", "n_networks": 1, "code_licence": None}),
        ({"scheme": "linear-probing"}, {"sharing": "each"}),
        ({"scheme": "knn"}, {"sharing": "each"}),
        ({"scheme": "a new scheme"}, {"sharing": None, "n_networks": None, "family": "cnn"}),
        ({"scheme": ["mm-pt"], "architecture": {}}, {"sharing": None, "family": None}),
    ],
)
def test_only_what_the_configuration_tells_is_stated(changes, expected):
    facts = training_facts(CONFIG | changes)
    assert {name: facts.get(name) for name in expected} == expected
    assert "parameters_millions" not in facts, "nobody counted"


def test_a_configuration_without_known_settings_tells_nothing():
    assert training_facts({"learning_rate": 0.1}) == {}


def test_the_facts_are_valid_values_of_a_submission():
    facts = training_facts(CONFIG, 11_176_512)
    others = [field.name for field in Submission._meta.fields if field.name not in facts]
    Submission(**facts).clean_fields(exclude=others)
