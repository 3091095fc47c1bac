"""Predictions of one's own PyTorch models on the official splits. torch and medmnist are imported only here."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.progress import track

from medbig.errors import MedbigError
from medbig.scoring.benchmark import MEDMNIST_PLUS, Task

if TYPE_CHECKING:
    import torch

#: Mean and deviation with which images are normalised by default, as in MedMNIST's examples.
MEAN = STD = 0.5


def predict(
    model_for: Callable[[str], "torch.nn.Module"],
    size: int = 224,
    *,
    root: str | os.PathLike[str] = "~/.medmnist",
    split: str = "test",
    datasets: Iterable[str] | None = None,
    transform: Callable[[Any], "torch.Tensor"] | None = None,
    batch_size: int = 128,
    device: str | None = None,
    logits: bool = True,
) -> dict[str, np.ndarray]:
    """Return the probabilities of models on the datasets, for `Evaluator.evaluate`.

    Args:
        model_for: gives the module for a dataset's name; it maps images (b, 3, size, size) to logits (b, n_classes).
        size: resolution of the images.
        root: folder with MedMNIST's npz files.
        split: `test` or `val`.
        datasets: names of the datasets; by default all.
        transform: from a PIL image to a tensor (3, size, size); by default values from -1 to 1.
        batch_size: number of images in a batch.
        device: such as `cuda`; by default the GPU, if there is one.
        logits: true if the modules give logits, false if they give probabilities.

    """
    try:
        import medmnist
        import torch
    except ImportError as error:
        raise MedbigError(
            f"{error.name} is not installed. Install it with: pip install torch medmnist"
        ) from error
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    chosen = [MEDMNIST_PLUS[name] for name in datasets] if datasets else list(MEDMNIST_PLUS)
    found = {}
    for dataset in chosen:
        images = getattr(medmnist, medmnist.INFO[dataset.name]["python_class"])(
            split=split,
            transform=transform or _as_tensor,
            as_rgb=True,
            size=size,
            root=Path(root).expanduser(),
        )
        loader = torch.utils.data.DataLoader(images, batch_size=batch_size)
        model = model_for(dataset.name).to(device).eval()
        outputs = []
        with torch.inference_mode():
            for batch, _ in track(loader, description=dataset.name):
                outputs.append(model(batch.to(device)).float().cpu())
        scores = torch.cat(outputs)
        if logits:
            scores = scores.sigmoid() if dataset.task is Task.MULTILABEL else scores.softmax(dim=1)
        found[dataset.name] = scores.numpy()
    return found


def _as_tensor(image: Any) -> "torch.Tensor":
    import torch

    values = torch.from_numpy(np.array(image, dtype=np.float32)).permute(2, 0, 1) / 255
    return (values - MEAN) / STD
