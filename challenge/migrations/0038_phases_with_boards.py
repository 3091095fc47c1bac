"""A board for each phase, and results that become public after a phase has closed."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("challenge", "0037_privacy_of_checks")]

    operations = [
        migrations.AddField(
            model_name="phase",
            name="publishes_at_once",
            field=models.BooleanField(
                default=True,
                help_text="Clear this to keep the results of others from teams until the phase has closed. Until then, "
                "a team sees the scores of its own entries.",
                verbose_name="results at once",
            ),
        ),
        migrations.AddField(
            model_name="phase",
            name="published_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="results published"),
        ),
        migrations.AddConstraint(
            model_name="phase",
            constraint=models.CheckConstraint(
                condition=Q(("publishes_at_once", True), ("closes_at__isnull", False), _connector="OR"),
                name="results_after_closing_need_a_closing_time",
                violation_error_message="Results after closing need a closing time.",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="awaits_publication",
            field=models.BooleanField(
                default=False, editable=False, help_text="True until the results of its phase are public."
            ),
        ),
        migrations.AddField(
            model_name="boardline",
            name="board",
            field=models.PositiveBigIntegerField(
                default=0, help_text="Number of the phase; 0 for the first phase."
            ),
        ),
        migrations.RemoveConstraint(model_name="boardline", name="one_line_of_each_row_by_versions"),
        migrations.AddConstraint(
            model_name="boardline",
            constraint=models.UniqueConstraint(
                fields=("resolution", "board", "scored_by", "key"), name="one_line_of_each_row_by_versions"
            ),
        ),
    ]
