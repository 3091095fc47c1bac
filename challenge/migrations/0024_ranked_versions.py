"""Versions that are ranked, failures of scoring again, and the acts behind new scores."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def rank_as_before(apps, schema_editor):
    """Rank by the labels that are active, with the scorer that scored the most entries against them."""
    labels = apps.get_model("challenge", "GroundTruth").objects
    active = labels.filter(activated_at__isnull=False).order_by("-activated_at", "-pk").first()
    if active is None:
        return
    scored = apps.get_model("challenge", "Evaluation").objects.filter(
        ground_truth=active, scored_at__isnull=False
    )
    by_version = scored.order_by().values_list("scorer_version").annotate(models.Count("pk"))
    version = max(by_version, key=lambda row: row[1], default=("1", 0))[0]
    ranked = apps.get_model("challenge", "RankedVersions").objects
    ranked.update_or_create(pk=1, defaults={"ground_truth": active, "scorer_version": version})


def mark_failures_of_scoring_again(apps, schema_editor):
    """Mark the failures of submissions that other versions have scored: they are for the organizers to look at."""
    evaluations = apps.get_model("challenge", "Evaluation").objects
    failed = evaluations.filter(status="failed", submission__evaluations__scored_at__isnull=False)
    for evaluation in failed.exclude(failure="deleted").distinct():
        evaluation.broke_again_at = evaluation.claimed_at or evaluation.queued_at
        evaluation.save(update_fields=["broke_again_at"])


class Migration(migrations.Migration):
    dependencies = [("challenge", "0022_downloads_of_organizers")]

    operations = [
        migrations.CreateModel(
            name="RankedVersions",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scorer_version", models.CharField(max_length=20)),
                (
                    "ground_truth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="challenge.groundtruth",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="Time of the switch to these versions."
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "ranked versions",
            },
        ),
        migrations.RemoveConstraint(
            model_name="boardline",
            name="one_line_of_each_row",
        ),
        migrations.AddField(
            model_name="boardline",
            name="scored_by",
            field=models.CharField(
                default="",
                help_text="Versions behind its scores: see `versions.mark_of`.",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="asked_in",
            field=models.ForeignKey(
                editable=False,
                help_text="Act of an organizer who had it scored again.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="challenge.historyline",
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="broke_again_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Time of a failure after the submission was scored: its scores stay. Empty after a success.",
                null=True,
                verbose_name="scoring again failed",
            ),
        ),
        migrations.AddField(
            model_name="uncertainty",
            name="seconds",
            field=models.FloatField(editable=False, help_text="Time that the estimate took.", null=True),
        ),
        migrations.AlterField(
            model_name="evaluation",
            name="failure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("file", "errors in the file"),
                    ("time", "scoring took too long"),
                    ("site", "a fault on our side"),
                    ("deleted", "the team deleted the file"),
                ],
                editable=False,
                help_text="Cause of the last failure, until a scoring succeeds.",
                max_length=10,
                verbose_name="failed because of",
            ),
        ),
        migrations.AddConstraint(
            model_name="boardline",
            constraint=models.UniqueConstraint(
                fields=("resolution", "scored_by", "key"), name="one_line_of_each_row_by_versions"
            ),
        ),
        migrations.AddField(
            model_name="groundtruth",
            name="activation",
            field=models.ForeignKey(
                editable=False,
                help_text="Line of the history about the last activation.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="challenge.historyline",
            ),
        ),
        migrations.RunPython(rank_as_before, migrations.RunPython.noop),
        migrations.RunPython(mark_failures_of_scoring_again, migrations.RunPython.noop),
    ]
