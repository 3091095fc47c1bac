"""The first outcomes and the mails about them, from the columns that said both; on their own, to be run again."""

from django.db import migrations
from django.db.models import F

BATCH = 500


def fill(apps, schema_editor):
    submissions = apps.get_model("challenge", "Submission").objects.filter(mail_due_at__isnull=False)
    mails = apps.get_model("challenge", "OutcomeMail").objects
    submissions.update(first_outcome_at=F("mail_due_at"))
    mails.bulk_create(
        map(mail_about, submissions.filter(outcome_mail__isnull=True).order_by("pk")), batch_size=BATCH
    )


def mail_about(submission):
    mail = submission._meta.apps.get_model("challenge", "OutcomeMail")(
        submission=submission,
        created_at=submission.mail_due_at,
        queued_at=submission.mail_due_at,
        claimed_at=submission.mail_claimed_at,
        attempts=1 if submission.mail_claimed_at else 0,
        sent_at=submission.mailed_at,
    )
    if submission.mailed_at:
        mail.status = "sent"
    elif submission.mail_claimed_at:
        mail.status = "sending"
    return mail


def take_back(apps, schema_editor):
    submissions = apps.get_model("challenge", "Submission").objects
    mails = apps.get_model("challenge", "OutcomeMail").objects
    submissions.update(mail_due_at=F("first_outcome_at"))
    for mail in mails.order_by("pk").iterator(BATCH):
        settled_at = mail.claimed_at if mail.status == "failed" else mail.sent_at
        submissions.filter(pk=mail.submission_id).update(
            mail_claimed_at=mail.claimed_at, mailed_at=settled_at
        )
    mails.all().delete()


class Migration(migrations.Migration):
    dependencies = [("challenge", "0009_outcome_mails")]
    operations = [migrations.RunPython(fill, take_back)]
