"""Linear probing leaves the backbone unchanged; k-NN votes like scikit-learn, however the images are split."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.training import probing
from baselines.mmpt.training.probing import NearestNeighbours, extract_features, vote
from challenge.scoring.benchmark import MEDMNIST_PLUS

BLOOD, CHEST, RETINA = (MEDMNIST_PLUS[name] for name in ("bloodmnist", "chestmnist", "retinamnist"))


class Network(nn.Module):
    """Backbone with every kind of layer that would change in training mode."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.5))

    def forward_features(self, images):
        return self.layers(images)

    def forward_head(self, maps, pre_logits):
        assert pre_logits
        return maps.mean((2, 3))


@pytest.fixture
def backbone() -> Backbone:
    torch.manual_seed(0)
    return Backbone(Network(), 8)


def test_linear_probing_trains_the_head_and_nothing_else(backbone):
    backbone.freeze()
    model = MultiHeadModel(backbone, [BLOOD])
    model.train()
    assert not any(module.training for module in model.backbone.modules())
    assert model.heads["bloodmnist"].training
    before = {name: value.clone() for name, value in model.state_dict().items()}
    images = torch.randn(4, 3, 8, 8) + 3
    features = backbone(images)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.1)
    nn.functional.cross_entropy(model(images, "bloodmnist"), torch.tensor([0, 1, 2, 3])).backward()
    optimizer.step()
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"heads.bloodmnist.weight", "heads.bloodmnist.bias"}
    assert torch.equal(backbone(images), features)


def test_features_are_those_of_evaluation_mode(backbone):
    images = torch.randn(7, 3, 8, 8)
    backbone.train()
    features = extract_features(backbone, images.split(3), 7)
    assert backbone.training
    assert not features.requires_grad
    torch.testing.assert_close(features, backbone.eval()(images))


def random_case(n_classes: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    train, test = rng.normal(size=(300, 16)) + 5, rng.normal(size=(50, 16)) + 5
    return train.astype(np.float32), rng.integers(0, n_classes, 300), test.astype(np.float32)


def found_by(train, labels, test, dataset, k: int = 11, parts: int = 300) -> torch.Tensor:
    """Predict `test` from training features that come in parts of a given size."""
    neighbours = NearestNeighbours(torch.as_tensor(test), k)
    for part in torch.as_tensor(train).split(parts):
        neighbours.add(part)
    return neighbours.probabilities(torch.as_tensor(labels), dataset)


def test_votes_equal_those_of_scikit_learn():
    train, labels, test = random_case(8)
    expected = KNeighborsClassifier(11).fit(train, labels)
    found = found_by(train, labels, test, BLOOD)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), expected.predict_proba(test), atol=1e-6)
    np.testing.assert_array_equal(found.argmax(1).numpy(), expected.predict(test))
    np.testing.assert_allclose(found.sum(1).numpy(), 1, atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(parts=st.integers(1, 320), chunk=st.integers(1, 60), seed=st.integers(0, 5))
def test_votes_do_not_depend_on_the_parts_of_the_training_images(parts, chunk, seed):
    train, labels, test = random_case(8, seed)
    expected = KNeighborsClassifier(11).fit(train, labels).predict_proba(test)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probing, "CHUNK", chunk)
        found = found_by(train, labels, test, BLOOD, parts=parts)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_from_images_to_votes(backbone, monkeypatch):
    monkeypatch.setattr(probing, "CHUNK", 16)
    generator = torch.Generator().manual_seed(0)
    train, test = (torch.randn(n, 3, 8, 8, generator=generator) for n in (50, 20))
    labels = torch.arange(50) % 8
    backbone.eval()
    with torch.no_grad():
        expected = KNeighborsClassifier(11).fit(backbone(train).numpy(), labels.numpy())
        queries = backbone(test)
    found = vote(backbone, queries, train.split(7), labels, BLOOD)
    np.testing.assert_allclose(found.numpy(), expected.predict_proba(queries.numpy()), atol=1e-6)
    few = vote(backbone, queries, train[:4].split(3), labels[:4], BLOOD)  # all four vote
    np.testing.assert_allclose(few.numpy(), np.tile([0.25] * 4 + [0] * 4, (20, 1)))


def test_in_bfloat16_only_the_network_computes(backbone):
    train, labels, test = random_case(8)
    with torch.autocast("cpu", torch.bfloat16):
        found = found_by(train, labels, test, BLOOD)
    assert torch.equal(found, found_by(train, labels, test, BLOOD))


def test_a_multi_label_image_has_the_share_of_neighbours_with_each_label():
    train, _, test = random_case(2)
    labels = np.random.default_rng(1).integers(0, 2, (300, 14))
    expected = KNeighborsClassifier(11).fit(train, labels).predict_proba(test)
    found = found_by(train, labels.astype(np.float32), test, CHEST, parts=100).numpy()
    np.testing.assert_allclose(found, np.stack([p[:, 1] for p in expected], axis=1), atol=1e-6)


def test_distances_are_computed_in_chunks_of_bounded_size(monkeypatch):
    train, labels, test = random_case(8)
    expected = found_by(train, labels, test, BLOOD)
    cells = []
    cdist = torch.cdist

    def counted(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        cells.append(len(a) * len(b))
        return cdist(a, b)

    monkeypatch.setattr(torch, "cdist", counted)
    monkeypatch.setattr(probing, "CHUNK", 7)
    assert torch.equal(found_by(train, labels, test, BLOOD), expected)
    assert max(cells) == 7 * 7
    assert len(cells) == 8 * 43


def test_far_from_the_origin_neighbours_are_still_distinguished():
    rng = np.random.default_rng(2)
    train = (rng.normal(size=(200, 32)) + 1000).astype(np.float32)
    labels = rng.integers(0, 8, 200)
    found = found_by(train, labels, train, BLOOD, k=1)
    np.testing.assert_array_equal(found.argmax(1).numpy(), labels)


def test_equal_votes_give_the_class_of_the_lowest_number():
    features = torch.tensor([[0.0], [0.1], [0.2], [0.3], [9.0]])
    shares = found_by(features, [3, 1, 3, 1, 0], [[0.0]], RETINA, k=4)
    assert shares.tolist() == [[0, 0.5, 0, 0.5, 0]]
    assert shares.argmax(1).item() == 1


def test_there_must_be_as_many_images_as_neighbours():
    with pytest.raises(ValueError, match="bloodmnist: 5 training images are fewer than 11 neighbours"):
        found_by(torch.zeros(5, 2), [0] * 5, torch.zeros(1, 2), BLOOD)
