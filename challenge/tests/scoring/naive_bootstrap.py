"""Simple bootstrap with scikit-learn: metrics of weighted images, one replicate at a time."""

import numpy as np
from sklearn import metrics as sklearn_metrics

from challenge.scoring.benchmark import Task


def metrics_by_sklearn(y_true, y_score, task, counts):
    """Return the four metrics if image i counts `counts[i]` times; absent labels are left out."""
    if task is Task.MULTILABEL:
        columns = [
            metrics_by_sklearn(truth, np.column_stack([score, score]), Task.BINARY, counts)
            for truth, score in zip(y_true.T, y_score.T, strict=True)
            if 0 < truth @ counts < counts.sum()
        ]
        return np.mean(columns, axis=0) if columns else np.full(4, np.nan)
    if task is Task.BINARY:
        area = sklearn_metrics.roc_auc_score(y_true, y_score[:, 1], sample_weight=counts)
        y_pred = (y_score[:, 1] > 0.5).astype(int)
    else:
        area = np.mean(
            [
                sklearn_metrics.roc_auc_score(y_true == c, y_score[:, c], sample_weight=counts)
                for c in range(y_score.shape[1])
            ]
        )
        y_pred = y_score.argmax(axis=1)
    classes = np.arange(y_score.shape[1])
    return np.array(
        [
            area,
            sklearn_metrics.balanced_accuracy_score(y_true, y_pred, sample_weight=counts),
            sklearn_metrics.cohen_kappa_score(y_true, y_pred, sample_weight=counts, labels=classes),
            sklearn_metrics.accuracy_score(y_true, y_pred, sample_weight=counts),
        ]
    )
