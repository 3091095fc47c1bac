import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("challenge", "0026_official_labels"),
    ]
    operations = [
        migrations.RenameModel(old_name="OutcomeMail", new_name="Mail"),
        migrations.RenameIndex(
            model_name="mail",
            new_name="challenge_m_status_740a4a_idx",
            old_name="challenge_o_status_0efa90_idx",
        ),
        migrations.AlterField(
            model_name="mail",
            name="submission",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="challenge.submission",
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="team",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="mails",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="name",
            field=models.CharField(
                default="",
                help_text="Name of the text in templates/mails/.",
                max_length=60,
                verbose_name="text",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="mail",
            name="context",
            field=models.JSONField(default=dict, help_text="Values of the text, until it is sent."),
        ),
        migrations.AddField(
            model_name="mail",
            name="address",
            field=models.EmailField(
                blank=True,
                default="",
                help_text="Address until the mail is sent; empty for the team's address at that time.",
                max_length=254,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="mail",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Sending"),
                    ("sent", "Sent"),
                    ("failed", "Undeliverable"),
                    ("obsolete", "Not true any more, so not sent"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
    ]
