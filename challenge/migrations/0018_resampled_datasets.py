from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0017_results_of_earlier_bootstraps")]

    operations = [
        migrations.AddField(
            model_name="uncertainty",
            name="resampled_dataset_means",
            field=models.BinaryField(default=b"", editable=False),
        ),
    ]
