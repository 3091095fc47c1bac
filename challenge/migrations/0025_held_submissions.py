"""Submissions that organizers hold while they check them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0024_ranked_versions")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="held_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="held"),
        ),
        migrations.AddField(
            model_name="submission",
            name="held_reason",
            field=models.TextField(blank=True, editable=False, verbose_name="reason of the hold"),
        ),
    ]
