"""Origin of labels: official or not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0025_held_submissions")]

    operations = [
        migrations.AddField(
            model_name="groundtruth",
            name="is_official",
            field=models.BooleanField(
                editable=False,
                help_text="Found when the labels were loaded; unknown for labels that an earlier version of the site loaded.",
                null=True,
                verbose_name="official labels",
            ),
        ),
        migrations.AddField(
            model_name="groundtruth",
            name="origin",
            field=models.TextField(
                blank=True,
                editable=False,
                help_text="Reasons for this finding, one a line.",
                verbose_name="origin",
            ),
        ),
    ]
