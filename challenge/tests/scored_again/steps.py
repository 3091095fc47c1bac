"""Steps of scoring again, without the time that estimates of intervals take."""

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import Evaluation, GroundTruth, Submission, Uncertainty, ranked_versions
from challenge.services import evaluations, ground_truths
from challenge.services.versions import switch_if_complete

REASON = "One label was wrong."


def activate(labels: GroundTruth, by="manage.py") -> int:
    return ground_truths.activate_ground_truth(labels, by=by, reason=REASON)


def work(**which) -> None:
    """Score all queued evaluations, and give their intervals up; then let the ranking follow."""
    while (
        queued := Evaluation.objects.filter(status=Evaluation.Status.QUEUED, **which).order_by("pk").first()
    ):
        evaluations.evaluate(queued.pk)
    give_up_intervals()


def give_up_intervals() -> None:
    Uncertainty.objects.exclude(status=Uncertainty.Status.DONE).update(status=Uncertainty.Status.FAILED)
    switch_if_complete()


def ranked_submissions(resolution: int = 28) -> set[Submission]:
    rows = leaderboard(Filters(resolution, all_entries=True), ranked_versions())
    return {row.submission for row in rows if row.submission}


def evaluation_of(submission: Submission, labels: GroundTruth) -> Evaluation:
    return submission.evaluations.get(ground_truth=labels)


def break_file(submission: Submission) -> None:
    """Replace the stored file by a text that cannot be read."""
    with open(submission.file.path, "wb") as file:
        file.write(b"nonsense")
