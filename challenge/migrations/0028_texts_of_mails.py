"""Team and text of the mails about first outcomes; on their own, to be run again."""

from django.db import migrations

BATCH = 500
OUTCOMES = {
    "file": "errors_in_file",
    "time": "too_slow",
    "site": "fault_of_ours",
    "deleted": "fault_of_ours",
}


def fill(apps, schema_editor):
    Mail = apps.get_model("challenge", "Mail")
    unnamed = (
        Mail.objects.filter(name="").select_related("submission").prefetch_related("submission__evaluations")
    )
    while mails := list(unnamed.order_by("pk")[:BATCH]):
        for mail in mails:
            name_text(mail)
        Mail.objects.bulk_update(mails, ["team", "name", "context"])


def name_text(mail):
    """Tell the outcome of the earliest evaluation, as the mail did when it was due."""
    first = min(mail.submission.evaluations.all(), key=lambda one: (one.created_at, one.pk))
    mail.team_id = mail.submission.team_id
    mail.name = "scored" if first.scored_at else OUTCOMES.get(first.failure, "errors_in_file")
    if mail.status in ("queued", "sending"):
        mail.context = {"evaluation": first.pk}


def take_back(apps, schema_editor):
    """Keep the first mail about the outcome of each submission: earlier versions know no other mails."""
    mails = apps.get_model("challenge", "Mail").objects
    firsts = {}
    for pk, submission in (
        mails.filter(name__in=["scored", *OUTCOMES.values()]).order_by("pk").values_list("pk", "submission")
    ):
        firsts.setdefault(submission, pk)
    mails.exclude(pk__in=[*firsts.values()]).delete()
    mails.filter(status="obsolete").update(status="failed")
    mails.update(name="")


class Migration(migrations.Migration):
    dependencies = [("challenge", "0027_mails_to_teams")]
    operations = [migrations.RunPython(fill, take_back)]
