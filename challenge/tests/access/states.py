"""States of a submission, kinds of viewers, and texts that not all of them may see."""

from django.utils import timezone

from challenge.models import Evaluation, Metric, Submission
from challenge.services import history, submissions

STATES = ["queued", "scoring", "failed", "scored", "disqualified", "held"]
VIEWERS = ["stranger", "another team", "owner", "organizer"]

REASON = "canary-of-the-failure"
VERDICT = "canary-of-the-disqualification"
DOUBT = "canary-of-the-hold"
FILE_NAME = "canary-of-the-file.csv"
MODEL = "canary-of-the-model"


def fail(evaluation: Evaluation) -> None:
    evaluation.status = Evaluation.Status.FAILED
    evaluation.failure = Evaluation.Failure.FILE
    evaluation.problems = [REASON]


def bring_into(state: str, submission: Submission) -> None:
    """Change the rows as the services would."""
    now = timezone.now()
    evaluation = submission.evaluations.get()
    if state == "scoring":
        evaluation.status, evaluation.claimed_at = Evaluation.Status.SCORING, now
    elif state == "failed":
        fail(evaluation)
    elif state in ("scored", "disqualified", "held"):
        evaluation.status, evaluation.scored_at = Evaluation.Status.SCORED, now
        for metric in Metric.values:
            setattr(evaluation, metric, 0.5)
    evaluation.save()
    if state == "disqualified":
        submissions.disqualify(submission, VERDICT, by=history.COMMAND)
    elif state == "held":
        submissions.hold(submission, DOUBT, by=history.COMMAND)
