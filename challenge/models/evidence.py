"""Evidence behind entries: its steps, and what organizers found out about studies and code."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenge.models.submissions import Submission


class Evidence(models.TextChoices):
    """Steps of the evidence behind an entry, the lowest first; `results.evidence` says which one a row has reached."""

    PREDICTIONS = "predictions", "predictions only"
    CODE = "code", "code linked"
    STUDY = "study", "study linked"
    CONFIRMED = "confirmed", "study confirmed"
    REPRODUCED = "reproduced", "reproduced"
    TRAINED = "trained", "trained here"


class Finding(models.Model):
    """Finding of an organizer about an entry. The name is kept as a text, because accounts can be removed."""

    found_at = models.DateTimeField(default=timezone.now, editable=False)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    found_by_name = models.CharField(max_length=64, editable=False)
    reason = models.TextField(editable=False, help_text="In the words of the organizer; readers see it.")

    class Meta:
        abstract = True


class StudyConfirmation(Finding):
    """An organizer has seen that the study is peer-reviewed, and about this method.

    It holds as long as the entry links to this study: see `results.evidence.confirmation_of`.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="study_confirmation")
    study_url = models.URLField("confirmed study", max_length=300)

    def __str__(self) -> str:
        return f"{self.study_url} for {self.submission}"


def reproduction_path(reproduction: "Reproduction", kind: str, suffix: str) -> str:
    """Return the storage path of a file of a reproduction, without any text from its name."""
    return f"reproductions/{reproduction.submission_id}/{reproduction.found_at:%Y%m%d-%H%M%S}-{kind}{suffix}"


def log_path(reproduction: "Reproduction", filename: str) -> str:
    """Return the storage path of the log."""
    return reproduction_path(reproduction, "log", ".txt")


def predictions_path(reproduction: "Reproduction", filename: str) -> str:
    """Return the storage path of the reproduced predictions."""
    suffix = next((s for s in (".csv.gz", ".zip") if filename.lower().endswith(s)), ".csv")
    return reproduction_path(reproduction, "predictions", suffix)


class Reproduction(Finding):
    """An organizer trained the method again, or ran its code, and got these scores within a bound."""

    class How(models.TextChoices):
        """Part of the work that was repeated."""

        TRAINED = "trained", "Trained again"
        RAN = "ran", "Code run with the given weights"

    #: Names of the files in addresses of the admin.
    FILES = ("log", "predictions")

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="reproduction")
    how = models.CharField("part that was repeated", max_length=8, choices=How)
    bound = models.FloatField(
        "largest difference allowed", help_text="Of a mean over the datasets, for each of the four metrics."
    )
    largest_difference = models.FloatField(editable=False)
    code_url = models.URLField("code at that time", max_length=300, blank=True, editable=False)
    log = models.FileField(upload_to=log_path, max_length=200, editable=False)
    predictions = models.FileField(upload_to=predictions_path, max_length=200, editable=False)

    def __str__(self) -> str:
        return f"Reproduction of {self.submission}"
