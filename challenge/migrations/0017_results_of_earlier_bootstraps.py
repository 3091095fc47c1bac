"""The version of the results of each uncertainty, which stay in use while it is estimated again; standard errors."""

from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):
    done = apps.get_model("challenge", "Uncertainty").objects.filter(status="done")
    done.update(results_version=F("bootstrap_version"))


class Migration(migrations.Migration):
    dependencies = [("challenge", "0016_cause_of_failure")]

    operations = [
        migrations.AddField(
            model_name="uncertainty",
            name="results_version",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Version of the results, which stay until the job has replaced them. Empty without results.",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="uncertainty",
            name="standard_errors",
            field=models.JSONField(
                default=dict,
                editable=False,
                help_text="By dataset and for `average`: standard deviation of the replicates of each metric.",
            ),
        ),
        migrations.AlterField(
            model_name="uncertainty",
            name="bootstrap_version",
            field=models.CharField(
                help_text="Version of the bootstrap that the job runs, or ran.", max_length=20
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
