from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("challenge", "0028_texts_of_mails")]
    operations = [
        migrations.AlterModelOptions(
            name="submission",
            options={
                "ordering": ["-created_at", "-pk"],
                "permissions": [
                    ("download_files", "Can download the files of all teams"),
                    ("write_to_teams", "Can write to teams"),
                ],
            },
        ),
    ]
