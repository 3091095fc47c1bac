"""Replicates of invented entries, with a common error or with independent errors."""

import numpy as np


def correlated_entries(seed: int, m: int = 9, n_replicates: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Return values (m,) and replicates (m, B) of entries with a common error and individual errors."""
    rng = np.random.default_rng(seed)
    values = np.sort(rng.normal(0, 2.2, m)).round(1)
    common = rng.uniform(0.3, 2, m)[:, None] * rng.normal(size=(1, n_replicates))
    errors = common + rng.uniform(0.4, 1, m)[:, None] * rng.normal(size=(m, n_replicates))
    return values, values[:, None] + errors


def independent_entries(
    values: np.ndarray, errors: np.ndarray, seed: int = 0, n_replicates: int = 5000
) -> np.ndarray:
    """Return normal replicates whose covariance is exactly diagonal, with the given standard errors."""
    draws = np.random.default_rng(seed).normal(size=(len(values), n_replicates))
    draws -= draws.mean(axis=1, keepdims=True)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(draws)), draws)
    return values[:, None] + errors[:, None] * white
