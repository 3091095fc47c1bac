import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0011_submissions_without_mails")]
    operations = [
        migrations.RenameModel(old_name="FurtherMetrics", new_name="SecondaryMetrics"),
        migrations.AlterField(
            model_name="secondarymetrics",
            name="evaluation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="secondary_metrics",
                to="challenge.evaluation",
            ),
        ),
    ]
