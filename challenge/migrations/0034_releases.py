import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0033_verifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
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
                    "name",
                    models.CharField(
                        help_text="A year and a number: 2027.1.",
                        max_length=7,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{4}\\.[1-9][0-9]?\\Z", "Enter a year and a number, such as 2027.1."
                            )
                        ],
                    ),
                ),
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
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="asked for"
                    ),
                ),
                ("frozen_at", models.DateTimeField(editable=False, null=True, verbose_name="frozen")),
                (
                    "format",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, help_text="Format of the rows."
                    ),
                ),
                (
                    "head",
                    models.JSONField(
                        default=dict,
                        editable=False,
                        help_text="Benchmark, versions behind the numbers, and numbers of rows.",
                    ),
                ),
                (
                    "archive_name",
                    models.CharField(blank=True, editable=False, max_length=60, verbose_name="archive"),
                ),
                (
                    "archive_sha256",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="SHA-256 of the archive"
                    ),
                ),
                (
                    "archive_size",
                    models.PositiveBigIntegerField(default=0, editable=False, verbose_name="size in bytes"),
                ),
                (
                    "doi",
                    models.CharField(
                        blank=True,
                        help_text="Of the deposited archive: 10.5281/zenodo.1234567.",
                        max_length=120,
                        verbose_name="DOI",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ReleaseMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(help_text="Key of the row.", max_length=12)),
                ("number", models.PositiveIntegerField(db_index=True)),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="challenge.release",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "number"), name="one_row_of_each_submission_in_a_release"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "resolution",
                    models.PositiveSmallIntegerField(
                        choices=[(28, "28 × 28"), (64, "64 × 64"), (128, "128 × 128"), (224, "224 × 224")]
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Kind and number of the row, as in addresses: s12.", max_length=12
                    ),
                ),
                ("values", models.JSONField(editable=False)),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="challenge.release",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["key"], name="challenge_r_key_85a800_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "key"), name="one_row_of_each_key_in_a_release"
                    )
                ],
            },
        ),
    ]
