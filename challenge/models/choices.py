"""What scores and submissions are told apart by."""

from django.db import models


class Metric(models.TextChoices):
    """The metrics of the leaderboard, in the order in which they are shown."""

    AUC = "auc", "AUC"
    BALANCED_ACCURACY = "balanced_accuracy", "Balanced accuracy"
    COHEN_KAPPA = "cohen_kappa", "Cohen's kappa"
    ACCURACY = "accuracy", "Accuracy"


class Resolution(models.IntegerChoices):
    """The resolutions of MedMNIST+, in pixels; a submission is for one of them."""

    R28 = 28, "28 × 28"
    R64 = 64, "64 × 64"
    R128 = 128, "128 × 128"
    R224 = 224, "224 × 224"
