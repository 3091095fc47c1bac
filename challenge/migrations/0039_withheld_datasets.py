"""Datasets that a phase scores in addition to those of MedMNIST+."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0038_phases_with_boards"),
    ]

    operations = [
        migrations.CreateModel(
            name="WithheldDataset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As in the column “dataset” of files: 3 to 30 lower-case letters, for example “skinmnist”.",
                        max_length=30,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z]{3,30}\\Z", "Use 3 to 30 lower-case letters from a to z."
                            )
                        ],
                    ),
                ),
                ("title", models.CharField(help_text="Shown on pages and in figures.", max_length=60)),
                (
                    "task",
                    models.CharField(
                        choices=[
                            ("binary", "binary"),
                            ("multi-class", "multi-class"),
                            ("ordinal", "ordinal"),
                            ("multi-label", "multi-label"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "class_names",
                    models.TextField(
                        help_text="Names of the classes (or labels, if multi-label), one a line, in the order of the probabilities.",
                        verbose_name="classes",
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        help_text="Shown on the page of the format: images, origin, how to get them."
                    ),
                ),
                (
                    "licence",
                    models.CharField(
                        help_text="Licence of the images, shown with the description.", max_length=200
                    ),
                ),
                ("n_images", models.PositiveIntegerField(editable=False, verbose_name="test images")),
                ("class_counts", models.JSONField(editable=False, verbose_name="images of each class")),
                (
                    "checksum",
                    models.CharField(
                        editable=False,
                        help_text="Names the file of the labels.",
                        max_length=64,
                        verbose_name="keyed hash of the labels",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                (
                    "phase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withheld_datasets",
                        to="challenge.phase",
                    ),
                ),
            ],
            options={
                "ordering": ["phase", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("phase", "name"),
                        name="one_withheld_dataset_of_a_name",
                        violation_error_message="This phase has a dataset of this name already.",
                    )
                ],
            },
        ),
    ]
