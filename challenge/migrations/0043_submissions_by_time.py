from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0042_privacy_of_accounts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["created_at"], name="challenge_s_created_9cb5ab_idx"),
        ),
    ]
