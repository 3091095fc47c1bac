import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0008_references_for_intervals")]
    operations = [
        migrations.AddField(
            model_name="submission",
            name="first_outcome_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="first outcome"),
        ),
        migrations.CreateModel(
            name="OutcomeMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Undeliverable"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("claimed_at", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="due"
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="sent")),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcome_mail",
                        to="challenge.submission",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "queued_at"], name="challenge_o_status_0efa90_idx")
                ],
            },
        ),
    ]
