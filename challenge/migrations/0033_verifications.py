import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0032_integrity"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
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
                ("scikit_learn_version", models.CharField(blank=True, editable=False, max_length=20)),
                (
                    "medmnist_version",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Empty where medmnist is not installed.",
                        max_length=20,
                    ),
                ),
                (
                    "largest_difference",
                    models.FloatField(
                        editable=False,
                        help_text="Of all metrics of all datasets, and their means.",
                        null=True,
                    ),
                ),
                (
                    "differences",
                    models.JSONField(
                        default=list,
                        editable=False,
                        help_text="Dataset, metric, library, stored and found value of each difference above the tolerance.",
                    ),
                ),
                ("verified_at", models.DateTimeField(editable=False, null=True)),
                (
                    "evaluation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verification",
                        to="challenge.evaluation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "queued_at"], name="challenge_v_status_f5431c_idx")
                ],
            },
        ),
    ]
