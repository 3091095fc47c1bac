"""Choices: metrics, resolutions, licences."""

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


class Licence(models.TextChoices):
    """Licences under which teams publish predictions, by their SPDX identifiers; the first is the default."""

    CC_BY = "CC-BY-4.0", "CC BY 4.0: use with attribution"
    CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0: use with attribution, changed versions under the same licence"
    CC0 = "CC0-1.0", "CC0 1.0: use without conditions"

    @property
    def short(self) -> str:
        """Name of the licence without its explanation."""
        return str(self.label).partition(":")[0]

    @property
    def url(self) -> str:
        """Address of the text of the licence."""
        return _LICENCE_TEXTS[self.value]


_LICENCE_TEXTS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
