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
    )
    family = models.CharField("family", max_length=10, choices=Family, blank=True)
    pretraining = models.CharField("pre-training", max_length=12, choices=Pretraining, blank=True)
    pretraining_name = models.CharField("name of the pre-training", max_length=100, blank=True)
    n_networks = models.PositiveSmallIntegerField(
        "networks in the prediction", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    sharing = models.CharField("models", max_length=5, choices=Sharing, blank=True)
    training_hours = models.FloatField(
        "training time in hours", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    hardware = models.CharField("hardware of the training", max_length=100, blank=True)
    code_licence = models.CharField("licence of the code", max_length=60, blank=True)

    class Meta:
        abstract = True


#: Names of the facts, in the order of forms, pages and exports.
FACT_FIELDS = tuple(field.name for field in MethodFacts._meta.local_fields)
