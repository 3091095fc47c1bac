from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("challenge", "0010_fill_outcome_mails")]
    operations = [
        migrations.RemoveField(model_name="submission", name="mail_due_at"),
        migrations.RemoveField(model_name="submission", name="mail_claimed_at"),
        migrations.RemoveField(model_name="submission", name="mailed_at"),
    ]
