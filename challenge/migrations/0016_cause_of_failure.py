"""Cause of a failure, from the words of its problems, and whether a submission was anonymous when it was sent."""

from django.db import migrations, models

#: Beginnings of the problems that earlier versions stored for failures with a cause other than the file.
BEGINNINGS = {
    "We could not score this submission because of a fault on our side": "site",
    "The submission could not be scored because of a fault on our side": "site",
    "Scoring took longer than the time limit of": "time",
    "Your team withdrew this entry and deleted its file": "deleted",
}
BATCH = 500


def fill_causes(apps, schema_editor):
    evaluations = apps.get_model("challenge", "Evaluation").objects
    failed = evaluations.filter(status="failed").only("pk", "problems").order_by("pk")
    causes = {}
    for evaluation in failed.iterator(BATCH):
        causes.setdefault(cause_of(evaluation.problems), []).append(evaluation.pk)
    for cause, pks in causes.items():
        for start in range(0, len(pks), BATCH):
            evaluations.filter(pk__in=pks[start : start + BATCH]).update(failure=cause)


def cause_of(problems):
    stated = (cause for words, cause in BEGINNINGS.items() for p in problems if p.startswith(words))
    return next(stated, "file")


def fill_sent_anonymous(apps, schema_editor):
    """No earlier visibility is known, so the current one counts."""
    submissions = apps.get_model("challenge", "Submission").objects
    submissions.filter(visibility="anonymous").update(sent_anonymous=True)


class Migration(migrations.Migration):
    dependencies = [("challenge", "0015_life_of_entries")]
    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="failure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("file", "errors in the file"),
                    ("time", "scoring took too long"),
                    ("site", "a fault on our side"),
                    ("deleted", "the team deleted the file"),
                ],
                editable=False,
                help_text="Cause of the last outcome, until there is another. Blank if it has scores.",
                max_length=10,
                verbose_name="failed because of",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="sent_anonymous",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Anonymous when it was sent: see `leaderboard.attempts`.",
            ),
        ),
        migrations.RunPython(fill_causes, migrations.RunPython.noop),
        migrations.RunPython(fill_sent_anonymous, migrations.RunPython.noop),
    ]
