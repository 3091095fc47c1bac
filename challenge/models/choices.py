"""Choices: metrics and resolutions."""

from django.db import models

from challenge.scoring.metrics.ranked import RANKED


class Metric(models.TextChoices):
    """Metrics of the leaderboard, in display order."""

    AUC = "auc", RANKED["auc"].title
    BALANCED_ACCURACY = "balanced_accuracy", RANKED["balanced_accuracy"].title
    COHEN_KAPPA = "cohen_kappa", RANKED["cohen_kappa"].title
    ACCURACY = "accuracy", RANKED["accuracy"].title


class Resolution(models.IntegerChoices):
    """Resolutions of MedMNIST+, in pixels; each submission has one."""

    R28 = 28, "28 × 28"
    R64 = 64, "64 × 64"
    R128 = 128, "128 × 128"
    R224 = 224, "224 × 224"
