import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import challenge.models.evidence


def forget_kept_results(apps, schema_editor):
    """Forget the kept boards, which have no evidence: they are computed again from the rows of entries."""
    for name in ("BoardResult", "BoardLine"):
        apps.get_model("challenge", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0035_privacy_of_releases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="phase",
            name="holds_flagged",
            field=models.BooleanField(
                default=False,
                help_text="A new entry is ranked and public only when the checks of integrity have ended without an open flag, usually within a minute, or when an organizer releases it.",
                verbose_name="hold new entries until they are checked",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="awaits_checks",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Held until the checks of integrity have ended: see `Phase`.",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="predictions_licence",
            field=models.CharField(
                blank=True,
                choices=[
                    ("CC-BY-4.0", "CC BY 4.0: use with attribution"),
                    (
                        "CC-BY-SA-4.0",
                        "CC BY-SA 4.0: use with attribution, changed versions under the same licence",
                    ),
                    ("CC0-1.0", "CC0 1.0: use without conditions"),
                ],
                help_text="The team publishes the predictions under this licence. Empty: it does not publish them.",
                max_length=20,
                verbose_name="licence of the predictions",
            ),
        ),
        migrations.AlterField(
            model_name="integrityflag",
            name="kind",
            field=models.CharField(
                choices=[
                    ("copy", "Copy of another team's predictions"),
                    ("mixture", "Mixture of other entries"),
                    ("labels", "Labels in disguise"),
                    ("account", "Second account of a team"),
                ],
                editable=False,
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Reproduction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("found_by_name", models.CharField(editable=False, max_length=64)),
                (
                    "reason",
                    models.TextField(
                        editable=False, help_text="In the words of the organizer; readers see it."
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("trained", "Trained again"), ("ran", "Code run with the given weights")],
                        max_length=8,
                        verbose_name="part that was repeated",
                    ),
                ),
                (
                    "bound",
                    models.FloatField(
                        help_text="Of a mean over the datasets, for each of the four metrics.",
                        verbose_name="largest difference allowed",
                    ),
                ),
                ("largest_difference", models.FloatField(editable=False)),
                (
                    "code_url",
                    models.URLField(
                        blank=True, editable=False, max_length=300, verbose_name="code at that time"
                    ),
                ),
                (
                    "log",
                    models.FileField(
                        editable=False, max_length=200, upload_to=challenge.models.evidence.log_path
                    ),
                ),
                (
                    "predictions",
                    models.FileField(
                        editable=False, max_length=200, upload_to=challenge.models.evidence.predictions_path
                    ),
                ),
                (
                    "found_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reproduction",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StudyConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("found_by_name", models.CharField(editable=False, max_length=64)),
                (
                    "reason",
                    models.TextField(
                        editable=False, help_text="In the words of the organizer; readers see it."
                    ),
                ),
                ("study_url", models.URLField(max_length=300, verbose_name="confirmed study")),
                (
                    "found_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="study_confirmation",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IntegrityAccountCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("claimed_at", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_check",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "queued_at"], name="challenge_i_status_1017e5_idx")
                ],
            },
        ),
        migrations.CreateModel(
            name="PredictionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("claimed_at", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256"),
                ),
                (
                    "size",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="size in bytes"),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prediction_file",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "queued_at"], name="challenge_p_status_9fe805_idx")
                ],
            },
        ),
        migrations.RunPython(forget_kept_results, forget_kept_results),
    ]
