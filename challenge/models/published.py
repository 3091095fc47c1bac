"""Published results."""

from django.db import models
from django.urls import reverse

from challenge.models.choices import Metric, Resolution
from challenge.models.facts import MethodFacts

#: Titles of the architectures of published methods, by the timm names that the rows store.
ARCHITECTURE_TITLES = {
    "vgg16": "VGG16",
    "alexnet": "AlexNet",
    "resnet18": "ResNet-18",
    "densenet121": "DenseNet-121",
    "efficientnet_b4": "EfficientNet-B4",
    "vit_base_patch16_224": "ViT-B/16",
    "vit_base_patch16_clip_224": "CLIP ViT-B/16",
    "eva02_base_patch16_clip_224": "EVA-02 ViT-B/16",
    "vit_base_patch16_224.dino": "DINO ViT-B/16",
    "samvit_base_patch16": "SAM ViT-B/16",
}


class PublishedMethod(MethodFacts):
    """A published method at one resolution, shown with the entries and marked as published."""

    class Scheme(models.TextChoices):
        """Training schemes."""

        END_TO_END = "end-to-end", "end-to-end"
        LINEAR_PROBING = "linear-probing", "linear probing"
        KNN = "knn", "k-NN"
        MM_PT = "mm-pt", "mm-PT"

    scheme = models.CharField(max_length=20, choices=Scheme)
    architecture = models.CharField(max_length=60, help_text="timm name.")
    weighted_loss = models.BooleanField(default=False)
    resolution = models.PositiveSmallIntegerField(choices=Resolution)

    class Meta:
        ordering = ["scheme", "architecture", "weighted_loss", "resolution"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "architecture", "weighted_loss", "resolution"],
                name="one_row_per_published_method",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.get_scheme_display()}{', weighted loss' if self.weighted_loss else ''}"

    def get_absolute_url(self) -> str:
        """Return the URL of the method's page."""
        return reverse("published_method", args=[self.pk])

    @property
    def title(self) -> str:
        """Title of the architecture."""
        return ARCHITECTURE_TITLES.get(self.architecture, self.architecture)


class PublishedScore(models.Model):
    """A score as printed in its source, scaled to [0, 1] (kappa: [-1, 1])."""

    AVERAGE = "average"

    class Source(models.TextChoices):
        """Sources, by precedence: if several sources give a score, the first is shown."""

        DOERRICH_2024 = "doerrich2024", "Doerrich et al. (2025)"
        THESIS_2024 = "thesis2024", "Bachmeier (2024)"
        REEVALUATED = "reevaluated", "re-evaluated here"

    method = models.ForeignKey(PublishedMethod, models.CASCADE, related_name="scores")
    source = models.CharField(max_length=20, choices=Source)
    dataset = models.CharField(
        max_length=30, help_text="Name of a dataset, or `average` for the mean over the 12 datasets."
    )
    metric = models.CharField(max_length=20, choices=Metric)
    mean = models.FloatField()
    std = models.FloatField(null=True, help_text="Standard deviation over the seeds, if it was published.")

    class Meta:
        ordering = ["source"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "source", "dataset", "metric"], name="one_row_per_published_score"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method}, {self.dataset}: {self.get_metric_display()} {self.mean} ({self.get_source_display()})"
