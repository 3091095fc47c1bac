"""Predictions of one's own modules on MedMNIST's images: order, probabilities, and what can be changed."""

import numpy as np
import pytest

from challenge.tests.bad_files.short_splits import ROWS

pytest.importorskip("torch", reason="torch is not installed (make test installs it)")
import torch

medmnist = pytest.importorskip("medmnist", reason="medmnist is not installed (make test installs it)")

SIZE = 28


class Brightness(torch.nn.Module):
    """A module whose outputs for an image are its mean, twice its mean and so on."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.factors = torch.arange(1.0, n_classes + 1)

    def forward(self, images):
        assert not self.training
        assert images.shape[1:] == (3, SIZE, SIZE)
        return images.mean(dim=(1, 2, 3))[:, None] * self.factors


def model_for(dataset: str) -> Brightness:
    return Brightness(len(medmnist.INFO[dataset]["label"]))


@pytest.fixture
def means(tmp_path, monkeypatch) -> np.ndarray:
    """Files of two datasets with images of one colour; their values from 0 to 1."""
    shades = np.linspace(0, 255, ROWS).astype(np.uint8)
    for name, n_labels in (("octmnist", 1), ("chestmnist", 14)):
        images = np.tile(shades[:, None, None], (1, SIZE, SIZE))
        np.savez(
            tmp_path / f"{name}.npz", test_images=images, test_labels=np.zeros((ROWS, n_labels), np.uint8)
        )
        monkeypatch.setitem(medmnist.INFO[name]["n_samples"], "test", ROWS)
    return shades / 255


def run(tmp_path, **options):
    from medbig import predict

    return predict(
        model_for, SIZE, root=tmp_path, datasets=["octmnist", "chestmnist"], batch_size=7, **options
    )


def test_logits_become_probabilities_in_the_order_of_the_split(means, tmp_path):
    found = run(tmp_path, device="cpu")
    logits = 2 * means - 1
    assert list(found) == ["octmnist", "chestmnist"]
    odds = np.exp(logits[:, None] * np.arange(1, 5))
    np.testing.assert_allclose(found["octmnist"], odds / odds.sum(axis=1, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(
        found["chestmnist"], 1 / (1 + np.exp(-logits[:, None] * np.arange(1, 15))), rtol=1e-5
    )


def test_probabilities_and_other_images_are_taken(means, tmp_path):
    def halved(image):
        return torch.from_numpy(np.array(image, dtype=np.float32)).permute(2, 0, 1) / 510

    found = run(tmp_path, logits=False, transform=halved)
    np.testing.assert_allclose(found["octmnist"], means[:, None] / 2 * np.arange(1, 5), rtol=1e-5)
