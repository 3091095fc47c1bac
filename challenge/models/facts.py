"""Facts of a method: optional, structured statements that entries and published methods share."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class MethodFacts(models.Model):
    """Facts of a method; a blank fact is not stated."""

    class Family(models.TextChoices):
        """Families of architectures."""

        CNN = "cnn", "CNN"
        VIT = "vit", "ViT"
        HYBRID = "hybrid", "hybrid of CNN and ViT"
        OTHER = "other", "other"

    class Pretraining(models.TextChoices):
        """Data of the pre-training."""

        NONE = "none", "none"
        NATURAL = "natural", "natural images"
        BIOMEDICAL = "biomedical", "biomedical images"

    class Sharing(models.TextChoices):
        """Number of models for the datasets."""

        ONE = "one", "one model for all datasets"
        EACH = "each", "a model for each dataset"

    parameters_millions = models.FloatField(
        "parameters in millions",
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0001), MaxValueValidator(1_000_000)],
        help_text="Of one network, without its classification heads: 11.2 for a ResNet-18.",
    )
    family = models.CharField("family of the architecture", max_length=10, choices=Family, blank=True)
    pretraining = models.CharField(
        "pre-training",
        max_length=12,
        choices=Pretraining,
        blank=True,
        help_text="Images on which the initial weights were trained.",
    )
    pretraining_name = models.CharField(
        "name of the pre-training",
        max_length=100,
        blank=True,
        help_text="For example ImageNet-21k, or CLIP on LAION-2B.",
    )
    n_networks = models.PositiveSmallIntegerField(
        "networks in a prediction",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Networks that predict the same image: 1, or more in an ensemble.",
    )
    sharing = models.CharField(
        "models for the datasets",
        max_length=5,
        choices=Sharing,
        blank=True,
        help_text="One model was trained on all datasets together. It may have a head for each dataset.",
    )
    training_hours = models.FloatField(
        "training time in hours",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="For all datasets together, without the pre-training.",
    )
    hardware = models.CharField(
        "hardware of the training", max_length=100, blank=True, help_text="For example 1 NVIDIA A100, 80 GB."
    )
    code_licence = models.CharField(
        "licence of the code", max_length=60, blank=True, help_text="For example Apache-2.0."
    )

    class Meta:
        abstract = True


#: Names of the facts, in the order of forms, pages and exports.
FACT_FIELDS = tuple(field.name for field in MethodFacts._meta.local_fields)
