from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("challenge", "0015_life_of_entries")]

    operations = [
        migrations.AddField(
            model_name="uncertainty",
            name="resampled_dataset_means",
            field=models.BinaryField(default=b"", editable=False),
        ),
    ]
