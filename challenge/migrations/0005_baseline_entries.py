from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0004_first_texts")]
    operations = [
        migrations.AddField(
            model_name="submission",
            name="training",
            field=models.JSONField(
                null=True,
                blank=True,
                editable=False,
                help_text="The training configuration, if it is a baseline of the organizers.",
            ),
        ),
        migrations.AlterField(
            model_name="publishedscore",
            name="source",
            field=models.CharField(
                max_length=20,
                choices=[
                    ("doerrich2024", "Doerrich et al. (2024)"),
                    ("thesis2024", "Bachmeier (2024)"),
                    ("reevaluated", "re-evaluated here"),
                ],
            ),
        ),
        migrations.AlterField(
            model_name="publishedscore",
            name="std",
            field=models.FloatField(
                null=True, help_text="Standard deviation over the seeds, where it was published."
            ),
        ),
    ]
