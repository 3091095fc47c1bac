"""Score intervals by solving their equation with SciPy, and losses of a miss with scikit-learn: slow and plain."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import accuracy_score, balanced_accuracy_score, cohen_kappa_score

from challenge.scoring.benchmark import Dataset, Task


def naive_interval(
    value: float, replicates: np.ndarray, losses: np.ndarray, lowest: float = 0.0
) -> tuple[float, float]:
    """Return the two shares, on the metric's scale, that are a quantile away: (p - q)^2 = z^2 q (1 - q) / n."""
    width = 1 - lowest
    p = (value - lowest) / width
    share = p * (1 - p) + losses.sum() / width
    n = share / (replicates.astype(float).var(ddof=1) / width**2 + len(losses) * np.mean(losses / width) ** 2)

    def equation(q: float) -> float:
        return (p - q) ** 2 - norm.ppf(0.975) ** 2 * q * (1 - q) / n

    low = brentq(equation, 0, min(p, 1 - 1e-9), xtol=1e-14) if p > 0 else 0  # 1 is a solution, too, if p = 1
    high = brentq(equation, max(p, 1e-9), 1, xtol=1e-14) if p < 1 else 1
    return lowest + width * low, lowest + width * high


def naive_losses(y_true: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Return the losses if one image of a class is missed, (n_missed, 4), from perfect predictions."""
    if dataset.task is Task.MULTILABEL:
        of_labels = [_losses(column) for column in y_true.T]
        return np.concatenate(of_labels) / len(of_labels)
    return _losses(y_true)


def _losses(y_true: np.ndarray) -> np.ndarray:
    sizes = np.bincount(y_true)
    losses = []
    for c, size in enumerate(sizes):
        others = sizes.copy()
        others[c] = 0
        y_pred = y_true.copy()
        y_pred[np.flatnonzero(y_true == c)[0]] = others.argmax()
        losses.append(
            [
                0.5 / size if len(sizes) == 2 else 0.3 / size / len(sizes),
                1 - balanced_accuracy_score(y_true, y_pred),
                1 - cohen_kappa_score(y_true, y_pred),
                1 - accuracy_score(y_true, y_pred),
            ]
        )
    return np.array(losses)
