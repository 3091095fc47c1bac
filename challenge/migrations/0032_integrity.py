import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0031_privacy_of_news"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IntegrityFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("copy", "Copy of another team's predictions"),
                            ("mixture", "Mixture of other entries"),
                            ("labels", "Labels in disguise"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "evidence",
                    models.JSONField(
                        default=dict, editable=False, help_text="Values by name; other submissions by number."
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="found"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("asked", "Team was asked"),
                            ("confirmed", "Confirmed"),
                            ("disqualified", "Disqualified"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="open",
                        editable=False,
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="decided")),
                ("reason", models.TextField(blank=True, editable=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "others",
                    models.ManyToManyField(
                        blank=True,
                        editable=False,
                        related_name="integrity_flags_of_others",
                        to="challenge.submission",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="integrity_flags",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "flag of integrity",
                "verbose_name_plural": "flags of integrity",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "kind"), name="one_flag_per_submission_and_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IntegrityRecord",
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
                ("version", models.CharField(help_text="Mark that the job makes, or made.", max_length=40)),
                (
                    "results_version",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        help_text="Mark of the values below.",
                        max_length=40,
                    ),
                ),
                (
                    "values_hash",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        max_length=64,
                        verbose_name="SHA-256 of the probabilities",
                    ),
                ),
                ("sketch", models.BinaryField(default=b"")),
                ("right", models.BinaryField(default=b"")),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="integrity_record",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "queued_at"], name="challenge_i_status_8c4763_idx")
                ],
            },
        ),
    ]
