"""Attention roll-out on images of each dataset that a run of a ViT was trained on."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from baselines.mmpt.data import splits
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.model.normalization import DatasetStatistics
from baselines.mmpt.model.rollout import patch_size, patch_weights
from baselines.mmpt.studies.features import choose
from baselines.mmpt.studies.leave_one_out_tables import dataset_title
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training import train
from baselines.mmpt.training.config import ConfigError, TrainingConfig
from baselines.mmpt.training.device import choose_device
from baselines.mmpt.training.history import title
from baselines.mmpt.training.inference import load_model
from baselines.mmpt.training.learner import preprocess_for
from baselines.mmpt.training.starting import find_checkpoint
from challenge.figures.figure import Figure, as_text
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task

#: Errors that a user can fix; commands show their message.
ERRORS = train.ERRORS
#: Default number of images of each dataset; more than `MOST_IMAGES` do not fit next to each other.
N_IMAGES, MOST_IMAGES = 4, 8

_LABEL_WIDTH = 100  # characters over all images together


@dataclass(frozen=True, slots=True)
class RollOut:
    """Roll-out of one image.

    Attributes:
        number: number of the image in its split, from 0.
        label: classes of the image, in words.
        input: the image as the network gets it, with its padding: uint8 (size, size, 3).
        weights: (rows, columns), share of each patch; the sum is 1.
        patch: height and width of a patch in pixels. Pixels at the right and the bottom may belong to no patch.

    """

    number: int
    label: str
    input: np.ndarray
    weights: np.ndarray
    patch: int

    @property
    def relative(self) -> np.ndarray:
        """Weights in multiples of their mean: 1 is the weight of each patch if all have the same."""
        return self.weights * self.weights.size

    def inside(self, resolution: int) -> float:
        """Return the share of the roll-out that lies on the stored image, in the centre of the input."""
        size = len(self.input)
        pixels = self.weights.repeat(self.patch, axis=0).repeat(self.patch, axis=1)
        start = (size - resolution) // 2
        shown = pixels[start : start + resolution, start : start + resolution]
        return float(shown.sum() / pixels.sum())


@dataclass(frozen=True, slots=True)
class DatasetRollOuts:
    """Roll-outs of some images of a dataset, by a run."""

    title: str
    split: str
    dataset: str
    resolution: int
    images: Sequence[RollOut]


def roll_out(
    run: Path,
    folder: Path,
    *,
    split: splits.Split = "val",
    n_images: int = N_IMAGES,
    device: str = "auto",
    benchmark: Benchmark = MEDMNIST_PLUS,
) -> list[DatasetRollOuts]:
    """Compute the attention roll-out of some images of each dataset that a run was trained on.

    The run may have any scheme. Raises one of `ERRORS`.
    """
    if not 1 <= n_images <= MOST_IMAGES:
        raise ConfigError(f"images is {n_images}; it must be 1 to {MOST_IMAGES}")
    checkpoint = checkpoints.load(find_checkpoint(run))
    config, datasets = checkpoint.config, checkpoint.config.datasets(benchmark)
    splits.check_folder(folder, datasets, config.resolution, (split,))
    model = load_model(checkpoint, datasets if config.has_epochs else ()).to(choose_device(device))
    statistics = DatasetStatistics()
    statistics.load_state_dict(checkpoint.statistics)
    found = []
    for dataset in datasets:
        if checkpoint.statistics:
            statistics.apply(model, dataset.name)
        images = splits.load_split(folder, dataset, config.resolution, split)
        of_dataset = list(_roll_outs(model, config, images, choose(len(images), n_images)))
        found.append(DatasetRollOuts(title(config), split, dataset.name, config.resolution, of_dataset))
    return found


def _roll_outs(
    model: MultiHeadModel, config: TrainingConfig, images: splits.DatasetImages, chosen: np.ndarray
) -> Iterator[RollOut]:
    """Yield the roll-outs of chosen images, one at a time: attention of a large input takes much memory."""
    device = next(model.parameters()).device
    prepare, network = preprocess_for(config, model, device), model.backbone.network
    for number in chosen.tolist():
        prepared = prepare(torch.from_numpy(images.images[[number]]).to(device))
        weights = patch_weights(network, prepared).cpu().numpy()
        label = _label(images.dataset, images.labels[number])
        yield RollOut(number, label, _pixels(model, prepared), weights, patch_size(network))


def _pixels(model: MultiHeadModel, prepared: Tensor) -> np.ndarray:
    """Return the pixels of a prepared image (1, 3, size, size)."""
    mean, std = (np.array(values) for values in (model.backbone.mean, model.backbone.std))
    values = prepared[0].permute(1, 2, 0).cpu().numpy() * std + mean
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def _label(dataset: Dataset, label: np.ndarray) -> str:
    if dataset.task is Task.MULTILABEL:
        named = [name for name, has in zip(dataset.classes, label, strict=True) if has]
        return ", ".join(named) or "no label"
    name = dataset.classes[int(label)]
    return f"class {name}" if name.isdecimal() else name


def figure(found: DatasetRollOuts) -> Figure:
    """Draw the images of a dataset, and below them the same images with their roll-out."""
    n_images = len(found.images)
    return Figure(
        name=f"attention-{found.dataset}",
        title=f"Attention roll-out on {dataset_title(found.dataset)}: {found.title}, {found.split} split",
        data=[trace for place, image in enumerate(found.images) for trace in _traces(place, n_images, image)],
        layout={
            "coloraxis": {
                "colorscale": "Viridis",  # on images, so independent of the theme
                "colorbar": {
                    "title": {
                        "text": "Weight of a patch, in multiples of the mean",
                        "side": "bottom",
                        "font": {"size": 13},
                    },
                    "orientation": "h",
                    "y": 0,
                    "yanchor": "top",
                    "thickness": 12,
                    "nticks": 6,
                },
            },
            "annotations": [_heading(place, n_images, image) for place, image in enumerate(found.images)],
            "showlegend": False,
            "margin": {"l": 10, "r": 10, "t": 30, "b": 70},
        }
        | _axes(found.images),
        columns=["Image", "Class", "Row of patches", "Column of patches", "Weight (mean = 1)"],
        rows=[
            [image.number, image.label, row + 1, column + 1, float(weight)]
            for image in found.images
            for (row, column), weight in np.ndenumerate(image.relative)
        ],
        note="Top: the input of the network, with padding. Bottom: how much of each patch reaches the features by "
        "attention.",
        height=130 + round(2 * 640 / max(n_images, 2)),
    )


def _traces(place: int, n_images: int, image: RollOut) -> list[dict[str, Any]]:
    """Return the image, the image again below it, and its heat map."""
    drawn = {"type": "image", "source": _data_uri(image.input), "hoverinfo": "skip"}
    above, below = (
        {"xaxis": f"x{number + 1}", "yaxis": f"y{number + 1}"} for number in (place, place + n_images)
    )
    heat_map = {
        "type": "heatmap",
        "z": np.round(image.relative, 4).tolist(),
        **dict.fromkeys(("x0", "y0"), (image.patch - 1) / 2),
        **dict.fromkeys(("dx", "dy"), image.patch),
        "opacity": 0.6,
        "coloraxis": "coloraxis",
        "hovertemplate": "%{z:.2f} times the mean<extra></extra>",
    }
    return [drawn | above, drawn | below, heat_map | below]


def _axes(images: Sequence[RollOut]) -> dict[str, Any]:
    """Return the axes of two rows of images, in the order of the images."""
    n_images, gap = len(images), 0.02
    width = 1 / n_images
    axes: dict[str, Any] = {}
    for number in range(2 * n_images):
        row, place = divmod(number, n_images)
        size = len(images[place].input)
        common = {"visible": False, "constrain": "domain"}
        axes[f"xaxis{number + 1}"] = common | {
            "domain": [place * width + gap / 2, (place + 1) * width - gap / 2],
            "range": [-0.5, size - 0.5],
            "anchor": f"y{number + 1}",
        }
        axes[f"yaxis{number + 1}"] = common | {
            "domain": [0.49, 0.94] if row == 0 else [0.01, 0.46],
            "range": [size - 0.5, -0.5],
            "anchor": f"x{number + 1}",
            "scaleanchor": f"x{number + 1}",
        }
    return axes


def _heading(place: int, n_images: int, image: RollOut) -> dict[str, Any]:
    return {
        "text": as_text(image.label, _LABEL_WIDTH // n_images),
        "x": (place + 0.5) / n_images,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "top",
        "showarrow": False,
        "font": {"size": 11},
    }


def _data_uri(pixels: np.ndarray) -> str:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "png")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def line(found: DatasetRollOuts) -> str:
    """Return a line of text: the share of the roll-out on the images, and the share of the input that they fill."""
    share = np.mean([image.inside(found.resolution) for image in found.images])
    area = (found.resolution / len(found.images[0].input)) ** 2
    return (
        f"  {dataset_title(found.dataset):15} {share:6.1%} on the image, which fills {area:.1%} of the input"
    )
