"""The loss of each task, CORN compared with its paper and its authors' code, and the weights of datasets."""

import math

import numpy as np
import pytest
import torch
from coral_pytorch.dataset import corn_label_from_logits  # type: ignore[import-untyped]
from coral_pytorch.losses import corn_loss as loss_of_its_authors  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.mmpt.model.losses import corn_loss, corn_probabilities, loss_for, loss_weights
from challenge.content.datasets import ABOUT_DATASETS
from challenge.scoring.benchmark import MEDMNIST_PLUS

#: Batches of 64 in an epoch, computed by hand from the sizes of the training splits.
N_BATCHES = {
    "pathmnist": 1407, "chestmnist": 1227, "dermamnist": 110, "octmnist": 1524, "pneumoniamnist": 74,
    "retinamnist": 17, "breastmnist": 9, "bloodmnist": 187, "tissuemnist": 2586, "organamnist": 541,
    "organcmnist": 203, "organsmnist": 218,
}  # fmt: skip


def naive_corn_loss(logits: np.ndarray, grades: np.ndarray) -> float:
    """Compute the definition term by term: subset S_j for each conditional probability f_j, mean over all terms."""
    n_terms, total = 0, 0.0
    for j in range(logits.shape[1]):
        subset = [i for i in range(len(grades)) if j == 0 or grades[i] > j - 1]
        n_terms += len(subset)
        for i in subset:
            f = 1 / (1 + math.exp(-logits[i, j]))
            total -= math.log(f) if grades[i] > j else math.log(1 - f)
    return total / n_terms


def test_corn_loss_by_hand():
    # Grade 1 of 0..3: the first logit is asked "more than 0?" (yes), the second "more than 1?" (no), the third nothing.
    logits = torch.tensor([[math.log(3), 0.0, 7.0]])  # sigmoids: 3/4, 1/2, whatever
    expected = (-math.log(3 / 4) - math.log(1 / 2)) / 2
    assert corn_loss(logits, torch.tensor([1])).item() == pytest.approx(expected, abs=1e-6)


def test_corn_loss_equals_its_definition():
    rng = np.random.default_rng(1)
    logits, grades = rng.normal(size=(40, 4)) * 3, rng.integers(0, 5, 40)
    found = corn_loss(torch.tensor(logits), torch.tensor(grades)).item()
    assert found == pytest.approx(naive_corn_loss(logits, grades), rel=1e-6)


@settings(deadline=None)
@given(st.data())
def test_corn_loss_equals_that_of_its_authors(data):
    """Compare batches of any size and number of grades; in most of them some grades are missing."""
    n_grades, n_images = data.draw(st.integers(2, 8)), data.draw(st.integers(1, 12))
    grades = torch.tensor(
        data.draw(st.lists(st.integers(0, n_grades - 1), min_size=n_images, max_size=n_images))
    )
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 1000)))
    logits = 5 * torch.randn(n_images, n_grades - 1, generator=generator)
    ours, theirs = (logits.clone().requires_grad_() for _ in range(2))
    loss, expected = corn_loss(ours, grades), loss_of_its_authors(theirs, grades, n_grades)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_corn_probabilities_agree_with_the_labels_of_its_authors():
    """Compare the median grade: the number of grades that are exceeded with a probability over 1/2."""
    logits = 3 * torch.randn(500, 4, generator=torch.Generator().manual_seed(0))
    at_most = corn_probabilities(logits).double().cumsum(dim=1)
    median = (at_most < 0.5).sum(dim=1)
    assert median.unique().tolist() == [0, 1, 2, 3, 4]
    assert torch.equal(median, corn_label_from_logits(logits))


def test_corn_loss_where_no_image_takes_part_in_the_later_thresholds():
    logits = torch.zeros(3, 4, requires_grad=True)
    loss = corn_loss(logits, torch.zeros(3, dtype=torch.int64))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert loss.item() == pytest.approx(math.log(2))
    assert gradient[:, 0].ne(0).all()
    assert gradient[:, 1:].eq(0).all()


def test_corn_probabilities_by_hand():
    logits = torch.tensor([[math.log(3), 0.0, 0.0]])  # P(>0) = 3/4, P(>1) = 3/8, P(>2) = 3/16
    expected = torch.tensor([[1 / 4, 3 / 8, 3 / 16, 3 / 16]])
    torch.testing.assert_close(corn_probabilities(logits), expected)


def test_corn_learns_grades():
    torch.manual_seed(0)
    grades = torch.arange(5).repeat(20)
    inputs = torch.nn.functional.one_hot(grades, 5).float()
    layer = torch.nn.Linear(5, 4)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.5)
    for _ in range(50):
        optimizer.zero_grad()
        corn_loss(layer(inputs), grades).backward()
        optimizer.step()
    assert corn_probabilities(layer(inputs)).argmax(1).equal(grades)


def test_the_loss_of_each_task():
    rng = np.random.default_rng(0)
    logits = torch.tensor(rng.normal(size=(6, 14)))
    classes = torch.tensor(rng.integers(0, 5, 6))
    labels = torch.tensor(rng.integers(0, 2, (6, 14))).float()
    p = torch.sigmoid(logits)

    five = logits[:, :5]
    expected = -torch.log_softmax(five, 1)[torch.arange(6), classes].mean().item()
    for name, ordinal_loss in (("octmnist", True), ("retinamnist", False)):
        loss = loss_for(MEDMNIST_PLUS[name], ordinal_loss)
        assert loss(five, classes).item() == pytest.approx(expected, rel=1e-6)
    expected = -(labels * p.log() + (1 - labels) * (1 - p).log()).mean().item()
    found = loss_for(MEDMNIST_PLUS["chestmnist"], True)(logits, labels).item()
    assert found == pytest.approx(expected, rel=1e-6)
    found = loss_for(MEDMNIST_PLUS["retinamnist"], True)(logits[:, :4], classes).item()
    assert found == pytest.approx(naive_corn_loss(logits[:, :4].numpy(), classes.numpy()), rel=1e-6)


@pytest.mark.parametrize(("name", "n_logits"), [("octmnist", 4), ("chestmnist", 14), ("retinamnist", 4)])
def test_losses_are_of_float32_whatever_the_network_gives(name, n_logits):
    labels = torch.zeros(2, 14) if name == "chestmnist" else torch.zeros(2, dtype=torch.int64)
    loss = loss_for(MEDMNIST_PLUS[name], True)(torch.zeros(2, n_logits, dtype=torch.bfloat16), labels)
    assert loss.dtype == torch.float32


def test_weights_of_the_twelve_datasets():
    assert {name: math.ceil(about.n_train / 64) for name, about in ABOUT_DATASETS.items()} == N_BATCHES
    weights = loss_weights(N_BATCHES)
    assert weights["breastmnist"] == 1
    assert weights["retinamnist"] == 9 / 17
    assert weights["pathmnist"] == 9 / 1407
    assert weights["tissuemnist"] == 9 / 2586
    # so over an epoch every dataset has the same weight
    assert [weights[name] * n for name, n in N_BATCHES.items()] == pytest.approx([9] * 12)


def test_excluded_datasets_keep_the_weight_1():
    weights = loss_weights(N_BATCHES, ["breastmnist", "retinamnist"])
    assert (weights["breastmnist"], weights["retinamnist"]) == (1, 1)
    assert weights["pneumoniamnist"] == 1  # the smallest of the others
    assert weights["pathmnist"] == 74 / 1407


def test_weights_need_datasets():
    with pytest.raises(ValueError, match="not among the datasets of this training: mnist"):
        loss_weights(N_BATCHES, ["mnist"])
    with pytest.raises(ValueError, match="every dataset is left out"):
        loss_weights({"a": 3}, ["a"])
