"""Images of synthetic datasets.

The datasets differ in brightness and contrast as the real datasets do. Classes differ in texture (a grating), shape
(blob, ring or bar) and colour. Grades differ in the number of small spots, and the labels of a multi-label dataset in
superposed patterns. Position, phase, size, a distracting grating and noise vary from image to image.

The signal of an image is a sum of patterns around 0; a sigmoid scales it to the brightness of the dataset.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from baselines.mmpt.data.synthetic_labels import key_of, make_labels
from challenge.scoring.benchmark import Dataset, Task

#: Mean and standard deviation of the pixels of each channel, in [0, 1], measured in published montages.
DOMAINS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "pathmnist": ((0.79, 0.60, 0.75), (0.07, 0.11, 0.08)),
    "chestmnist": ((0.54,), (0.22,)),
    "dermamnist": ((0.79, 0.54, 0.56), (0.10, 0.13, 0.14)),
    "octmnist": ((0.17,), (0.14,)),
    "pneumoniamnist": ((0.60,), (0.13,)),
    "retinamnist": ((0.39, 0.24, 0.16), (0.26, 0.19, 0.14)),
    "breastmnist": ((0.34,), (0.20,)),
    "bloodmnist": ((0.79, 0.66, 0.70), (0.20, 0.22, 0.12)),
    "tissuemnist": ((0.12,), (0.13,)),
    "organamnist": ((0.47,), (0.24,)),
    "organcmnist": ((0.55,), (0.25,)),
    "organsmnist": ((0.48,), (0.25,)),
}

#: Number of images that are made at a time, from separate random numbers.
CHUNK = 256

#: Size and split number of the images that calibrate brightness and contrast; no file contains this split.
_CALIBRATION_SIZE = 28
_CALIBRATION = 3

#: Amplitudes of the parts of an image; noise is the standard deviation of a pixel.
_TEXTURE, _SHAPE, _DISTRACTOR, _NOISE, _TINT, _TINT_JITTER = 0.8, 1.5, 0.4, 0.4, 0.5, 0.15


@dataclass(frozen=True, slots=True)
class _Grid:
    """Coordinates of pixel centres in [-1, 1]: x (1, 1, size) and y (1, size, 1)."""

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def of(cls, size: int) -> "_Grid":
        centres = ((np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1).astype(np.float32)
        return cls(centres.reshape(1, 1, size), centres.reshape(1, size, 1))

    @property
    def size(self) -> int:
        return self.x.shape[2]


def make_images(
    dataset: Dataset, labels: np.ndarray, size: int, seed: int = 0, split: int = 0
) -> Iterator[np.ndarray]:
    """Yield the images of these labels in chunks: uint8, (n, size, size) or (n, size, size, 3)."""
    grid = _Grid.of(size)
    slopes, offsets = _calibration(dataset, seed)
    for number, first in enumerate(range(0, len(labels), CHUNK)):
        key = key_of(dataset, seed, split, number)
        signals = _signal(dataset, labels[first : first + CHUNK], grid, key)
        yield _to_bytes(signals, slopes, offsets)


def _signal(dataset: Dataset, labels: np.ndarray, grid: _Grid, key: list[int]) -> list[np.ndarray]:
    """Return the patterns of up to a chunk of images: (n, size, size) float32 for each channel.

    The random numbers of the patterns come from another stream than the noise, so they do not depend on the size.
    """
    drawn, noise = (np.random.default_rng(sequence) for sequence in np.random.SeedSequence(key).spawn(2))
    n_images = len(labels)
    random_angle, random_cycles = drawn.uniform(0, np.pi, n_images), drawn.uniform(1, 7, n_images)
    signal = _DISTRACTOR * _grating(grid, drawn, random_angle, random_cycles)
    if dataset.task is Task.MULTILABEL:
        _add_findings(signal, labels, grid, drawn)
    elif dataset.task is Task.ORDINAL:
        _add_spots(signal, labels[:, 0], grid, drawn)
    else:
        _add_class(signal, labels[:, 0], dataset, grid, drawn)
    tints = _tints(dataset, labels, drawn)
    signal += _NOISE * noise.standard_normal(signal.shape, dtype=np.float32)
    return [signal + _column(tint) for tint in tints.T]


def _add_class(
    signal: np.ndarray, labels: np.ndarray, dataset: Dataset, grid: _Grid, drawn: np.random.Generator
) -> None:
    """Add the grating and the shape of each image's class; direction and frequency differ between classes."""
    n_images, n_classes, turn = len(labels), dataset.n_classes, zlib.crc32(dataset.name.encode()) % 100
    classes = np.arange(n_classes)
    angles = np.pi * (classes / n_classes + turn / 100)
    cycles = 2.5 + 4 * (classes * 2 % n_classes) / n_classes
    angle = angles[labels] + drawn.normal(0, 0.06, n_images)
    frequency = cycles[labels] * drawn.uniform(0.93, 1.07, n_images)
    signal += _TEXTURE * _grating(grid, drawn, angle, frequency)
    kinds, polarity = (classes + turn) % 3, np.where((classes + turn) // 3 % 2, -1.0, 1.0)
    signal += _SHAPE * _column(polarity[labels]) * _shape(grid, drawn, kinds[labels], angle)


def _add_findings(signal: np.ndarray, labels: np.ndarray, grid: _Grid, drawn: np.random.Generator) -> None:
    """Add a patch of a grating for each label of an image: 7 directions, and at least 2 frequencies."""
    n_images = len(labels)
    for label in range(labels.shape[1]):
        centres, phases = drawn.uniform(-0.5, 0.5, (2, n_images)), drawn.uniform(0, 2 * np.pi, n_images)
        jitter = drawn.normal(0, 0.05, n_images)
        shown = np.flatnonzero(labels[:, label])
        if not len(shown):
            continue
        angle = np.pi * (label % 7) / 7 + jitter[shown]
        frequency = np.full(len(shown), 3.0 * (1 + label // 7))
        waves = _waves(grid, angle, frequency, phases[shown])
        distance = _square_distance(grid, centres[0, shown], centres[1, shown])
        signal[shown] += 1.5 * waves * np.exp(-distance / np.float32(0.5))


def _add_spots(signal: np.ndarray, grades: np.ndarray, grid: _Grid, drawn: np.random.Generator) -> None:
    """Add small bright spots: two for each grade, and at random one more."""
    n_images = len(grades)
    n_spots = 2 * grades.astype(int) + drawn.integers(0, 2, n_images)
    for number in range(2 * int(grades.max(initial=0)) + 2):
        x, y = drawn.uniform(-0.85, 0.85, (2, n_images))
        radius = drawn.uniform(0.09, 0.13, n_images)
        shown = np.flatnonzero(n_spots > number)
        distance = _square_distance(grid, x[shown], y[shown])
        signal[shown] += 3 * np.exp(-distance / _column(radius[shown] ** 2))


def _grating(grid: _Grid, drawn: np.random.Generator, angle: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Return gratings of random phase and amplitude, with `frequency` waves across the image."""
    phase, strength = drawn.uniform(0, 2 * np.pi, len(angle)), drawn.uniform(0.75, 1.25, len(angle))
    waves = _waves(grid, angle, frequency, phase)
    waves *= _column(strength)
    return waves


def _waves(grid: _Grid, angle: np.ndarray, frequency: np.ndarray, phase: np.ndarray) -> np.ndarray:
    along_x, along_y = np.pi * frequency * np.cos(angle), np.pi * frequency * np.sin(angle)
    waves = _column(along_x) * grid.x + (_column(along_y) * grid.y + _column(phase))
    return np.sin(waves, out=waves)


def _shape(grid: _Grid, drawn: np.random.Generator, kind: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Return a blob (kind 0), a ring (1) or a bar across the waves (2) of random place and size, in [0, 1]."""
    n_images = len(kind)
    x, y = drawn.uniform(-0.35, 0.35, (2, n_images))
    radius = drawn.uniform(0.4, 0.55, n_images)
    distance = np.sqrt(_square_distance(grid, x, y))
    bars = np.flatnonzero(kind == 2)
    across_x, across_y = np.sin(angle[bars]), -np.cos(angle[bars])
    distance[bars] = _column(across_x) * (grid.x - _column(x[bars])) + _column(across_y) * (
        grid.y - _column(y[bars])
    )
    distance -= _column(np.where(kind == 1, radius, 0))
    distance /= _column(np.select([kind == 0, kind == 1], [radius, radius / 3], radius / 2.5))
    distance *= distance
    return np.exp(-distance, out=distance)


def _square_distance(grid: _Grid, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (grid.x - _column(x)) ** 2 + (grid.y - _column(y)) ** 2


def _column(values: np.ndarray) -> np.ndarray:
    """Shape one value per image for broadcasting over (n, size, size)."""
    return np.asarray(values, np.float32).reshape(-1, 1, 1)


def _tints(dataset: Dataset, labels: np.ndarray, drawn: np.random.Generator) -> np.ndarray:
    """Return the offset of each channel of an image: (n, channels). In colour images each class has its hue."""
    n_channels = len(DOMAINS[dataset.name][0])
    tints = drawn.normal(0, _TINT_JITTER, (len(labels), n_channels))
    if n_channels == 3 and dataset.task is not Task.ORDINAL:
        hue = 2 * np.pi * labels / dataset.n_classes
        tints += _TINT * np.cos(hue + 2 * np.pi * np.arange(3) / 3)
    return tints.astype(np.float32)


@cache
def _calibration(dataset: Dataset, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit the slope and offset of each channel's sigmoid to the mean and standard deviation of the domain."""
    labels = make_labels(dataset, 2 * CHUNK, seed, _CALIBRATION)[:CHUNK]
    signals = _signal(dataset, labels, _Grid.of(_CALIBRATION_SIZE), key_of(dataset, seed, _CALIBRATION, 0))
    fitted = [
        _fit_sigmoid(signal.ravel()[::5].astype(np.float64), mean, deviation)
        for signal, mean, deviation in zip(signals, *DOMAINS[dataset.name], strict=True)
    ]
    slopes, offsets = np.array(fitted, np.float32).T
    return slopes, offsets


def _fit_sigmoid(values: np.ndarray, mean: float, deviation: float) -> tuple[float, float]:
    """Find slope a and offset b such that sigmoid(a x + b) has this mean and deviation over `values`."""
    slope, offset = 1.0, 0.0
    for _ in range(50):
        found = 1 / (1 + np.exp(-(slope * values + offset)))
        offset += np.log(mean / (1 - mean)) - np.log(found.mean() / (1 - found.mean()))
        slope *= deviation / found.std()
    return slope, offset


def _to_bytes(signals: list[np.ndarray], slopes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    images = np.empty((*signals[0].shape, len(signals)), np.uint8)
    for channel, signal in enumerate(signals):
        signal *= -slopes[channel]
        signal -= offsets[channel]
        np.exp(signal, out=signal)
        signal += 1
        np.divide(np.float32(255), signal, out=signal)
        images[..., channel] = np.rint(signal, out=signal)
    return images if len(signals) == 3 else images[..., 0]
