"""Rule that derives predicted classes from probabilities."""

import numpy as np

from challenge.scoring.benchmark import Dataset, Task
from challenge.scoring.metrics.predicted import confusion_matrices, predicted_classes, predicted_confidences


def dataset(task: Task, n_classes: int) -> Dataset:
    return Dataset("d", "D", "", task, tuple(map(str, range(n_classes))), 3)


def test_a_binary_image_is_of_class_1_above_one_half_only():
    y_score = np.array([[0.5, 0.5], [0.49, 0.51], [0.3, 0.5]])
    y_pred = predicted_classes(y_score, dataset(Task.BINARY, 2))
    assert y_pred.tolist() == [0, 1, 0]
    assert predicted_confidences(y_score, y_pred).tolist() == [0.5, 0.51, 0.3]


def test_of_equal_probabilities_the_first_class_counts():
    y_score = np.array([[0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3], [0.0, 0.0, 1.0]])
    for task in (Task.MULTICLASS, Task.ORDINAL):
        y_pred = predicted_classes(y_score, dataset(task, 3))
        assert y_pred.tolist() == [1, 0, 2]
        assert predicted_confidences(y_score, y_pred).tolist() == [0.4, 1 / 3, 1.0]


def test_each_label_is_predicted_by_itself():
    y_score = np.array([[0.5, 0.6], [0.9, 0.1], [0.2, 0.3]])
    labels = dataset(Task.MULTILABEL, 2)
    y_pred = predicted_classes(y_score, labels)
    assert y_pred.tolist() == [[False, True], [True, False], [False, False]]
    found = confusion_matrices(np.array([[0, 1], [0, 0], [1, 0]]), y_pred, labels)
    assert [confusion.tolist() for confusion in found] == [[[1, 1], [1, 0]], [[2, 0], [0, 1]]]
