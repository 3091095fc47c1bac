"""Separation of the datasets in the features of a backbone: a projection, and silhouettes.

The silhouette of an image compares its mean distance to the images of its own dataset with that to the nearest other
dataset: 1 is far apart, 0 is mixed, below 0 is nearer to the other dataset. Distances are Euclidean, between features
that are standardised over all images. BatchNorm has the statistics of each dataset, as in an evaluation, which removes
the differences of the datasets' means and deviations; or pooled statistics, which keep them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import silhouette_samples

from baselines.mmpt.data import splits
from baselines.mmpt.model.normalization import DatasetStatistics
from baselines.mmpt.studies.leave_one_out_tables import dataset_title
from baselines.mmpt.training import train
from baselines.mmpt.training.config import ConfigError
from baselines.mmpt.training.device import autocast, choose_device
from baselines.mmpt.training.history import title
from baselines.mmpt.training.inference import load_model
from baselines.mmpt.training.learner import preprocess_for
from baselines.mmpt.training.probing import extract_features
from baselines.mmpt.training.starting import POOLED, read_backbone, start_from
from challenge.figures.figure import Figure, as_text
from challenge.figures.themes import MARKERS, theme
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark

#: Errors that a user can fix; commands show their message.
ERRORS = train.ERRORS
#: Number of images of each dataset, drawn with this seed.
N_IMAGES, SEED = 200, 0
BATCH_SIZE = 64

_COLOURS = theme("file")["layout"]["colorway"]


@dataclass(frozen=True, slots=True)
class Features:
    """Features (n, n_features) of a run's backbone, with the name of each image's dataset (n,)."""

    title: str
    split: str
    values: np.ndarray
    datasets: np.ndarray

    @property
    def names(self) -> list[str]:
        """Names of the datasets, in their order."""
        return list(dict.fromkeys(self.datasets.tolist()))


def extract(
    run: Path,
    folder: Path,
    *,
    split: splits.Split = "val",
    n_images: int = N_IMAGES,
    statistics: str = "own",
    device: str = "auto",
    benchmark: Benchmark = MEDMNIST_PLUS,
) -> Features:
    """Compute features of some images of each dataset that a run was trained on, with "own" or "pooled" statistics.

    Raises one of `ERRORS`.
    """
    if n_images < 2:
        raise ConfigError(f"images is {n_images}; it must be 2 or more")
    checkpoint = read_backbone(run).checkpoint
    config, datasets = checkpoint.config, checkpoint.config.datasets(benchmark)
    if len(datasets) < 2:
        raise ConfigError(
            f"{run} was trained on one dataset, so there is nothing to separate: give a run of mm-pt"
        )
    splits.check_folder(folder, datasets, config.resolution, (split,))
    where = choose_device(device)
    model = load_model(checkpoint, datasets).to(where)
    prepare = preprocess_for(config, model, where)
    by_dataset = DatasetStatistics()
    by_dataset.load_state_dict(checkpoint.statistics)
    if statistics == POOLED:
        start_from(model.backbone, replace(config, from_run=run, from_statistics=POOLED))
    values, names = [], []
    for dataset in datasets:
        if checkpoint.statistics and statistics == "own":
            by_dataset.apply(model, dataset.name)
        images = splits.load_split(folder, dataset, config.resolution, split).images
        kept = choose(len(images), n_images)
        batches = (
            prepare(torch.from_numpy(images[kept[at : at + BATCH_SIZE]]).to(where))
            for at in range(0, len(kept), BATCH_SIZE)
        )
        with autocast(where, config.precision):
            values.append(extract_features(model.backbone, batches, len(kept)).cpu().numpy())
        names += [dataset.name] * len(kept)
    return Features(title(config), split, np.concatenate(values), np.array(names))


def choose(n_images: int, n_chosen: int) -> np.ndarray:
    """Return the sorted numbers of some images of a split: the same at each call, and at most all."""
    return np.sort(np.random.default_rng(SEED).permutation(n_images)[:n_chosen])


def silhouettes(features: Features) -> dict[str, float]:
    """Return the mean silhouette of each dataset's images."""
    found = silhouette_samples(_standardised(features.values), features.datasets)
    return {name: float(found[features.datasets == name].mean()) for name in features.names}


def project(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first two principal components (n, 2) of features, and the shares of the variance that they have."""
    left, singular, _ = np.linalg.svd(_standardised(values), full_matrices=False)
    shares = singular**2 / max(float((singular**2).sum()), np.finfo(float).tiny)
    return left[:, :2] * singular[:2], shares[:2]


def _standardised(values: np.ndarray) -> np.ndarray:
    """Centre features and scale them to a deviation of 1; a constant feature becomes 0."""
    values = values.astype(np.float64)
    deviations = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(deviations > 0, deviations, 1)


def figures(features: Features) -> list[Figure]:
    """Draw the projection, and the silhouette of each dataset."""
    return [projection(features), separation(features)]


def projection(features: Features) -> Figure:
    """Draw the first two principal components of each image, by dataset."""
    points, shares = project(features.values)
    return Figure(
        name="features",
        title=f"Backbone features by dataset: {features.title}, {features.split} split",
        data=[
            {
                "type": "scatter",
                "mode": "markers",
                "name": as_text(dataset_title(name)),
                "x": points[mine, 0].tolist(),
                "y": points[mine, 1].tolist(),
                "marker": _marker(number) | {"size": 5, "opacity": 0.7},
            }
            for number, name in enumerate(features.names)
            for mine in [features.datasets == name]
        ],
        layout={
            f"{axis}axis": {"title": {"text": f"Component {number} ({100 * share:.0f} % of the variance)"}}
            for number, (axis, share) in enumerate(zip("xy", shares, strict=True), start=1)
        }
        | {"margin": {"b": 150}},
        columns=["Dataset", "Component 1", "Component 2"],
        rows=[
            [dataset_title(name), *map(float, point)]
            for name, point in zip(features.datasets.tolist(), points, strict=True)
        ],
        note="Principal components of features that are standardised over all images.",
        height=600,
    )


def separation(features: Features) -> Figure:
    """Draw the mean silhouette of each dataset."""
    found = silhouettes(features)
    titles = [dataset_title(name) for name in found]
    return Figure(
        name="features-separation",
        title=f"Separation of the datasets in the features: {features.title}, {features.split} split",
        data=[{"type": "bar", "orientation": "h", "x": list(found.values()), "y": titles}],
        layout={
            "xaxis": {"title": {"text": "Mean silhouette"}, "nticks": 6},
            "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": titles[::-1]},
            "showlegend": False,
        },
        columns=["Dataset", "Mean silhouette"],
        rows=[list(line) for line in zip(titles, found.values(), strict=True)],
        note="1: far from all other datasets; 0: mixed with another dataset; below 0: nearer to another dataset.",
        height=150 + 26 * len(titles),
    )


def overall(found: dict[str, float]) -> float:
    """Return the mean silhouette over the datasets, which all count the same."""
    return float(np.mean(list(found.values())))


def _marker(number: int) -> dict[str, str]:
    """Return a combination of colour and shape; there are fewer colours than datasets."""
    return {
        "color": _COLOURS[number % len(_COLOURS)],
        "symbol": MARKERS[number // len(_COLOURS) % len(MARKERS)],
    }


def lines(found: dict[str, float]) -> Sequence[str]:
    """Return the silhouettes as lines of text."""
    return [
        *(f"  {dataset_title(name):15} {value:+.3f}" for name, value in found.items()),
        f"  {'mean':15} {overall(found):+.3f}",
    ]
