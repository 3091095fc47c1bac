"""States of submissions as organizers see them: one for each submission, in words and as queries."""

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from challenge.models.evaluations import Evaluation
from challenge.models.submissions import Submission, SubmissionQuerySet
from challenge.models.visibility import not_removed


class State(models.TextChoices):
    """State of a submission. The first that applies counts; a submission that was scored once has not failed."""

    DISQUALIFIED = "disqualified", "Disqualified"
    WITHDRAWN = "withdrawn", "Withdrawn"
    HELD = "held", "Held"
    SCORED = "scored", "Scored"
    SCORING = "scoring", "Scoring"
    QUEUED = "queued", "Queued"
    FAILED = "failed", "Failed"


def state_of(submission: Submission) -> State:
    """Return the state of a submission, from its evaluations, which should be prefetched."""
    if submission.is_disqualified:
        return State.DISQUALIFIED
    if submission.is_withdrawn:
        return State.WITHDRAWN
    if submission.is_held:
        return State.HELD
    if submission.is_scored:
        return State.SCORED
    statuses = {evaluation.status for evaluation in submission.evaluations.all()}
    pending = (state for state in (State.SCORING, State.QUEUED) if state in statuses)
    return next(pending, State.FAILED)


def in_state(submissions: SubmissionQuerySet, state: str) -> SubmissionQuerySet:
    """Keep the submissions in a state, as `state_of` gives it."""
    return submissions.filter(_conditions()[State(state)])


def failed_because_of(submissions: SubmissionQuerySet, cause: str) -> SubmissionQuerySet:
    """Keep submissions of which a scoring ended with this cause, and no later one changed it."""
    return submissions.filter(_has(failure=cause))


def same_file_in_several_teams(submissions: SubmissionQuerySet) -> SubmissionQuerySet:
    """Keep submissions whose file another team sent, too."""
    teams = Submission.objects.order_by().values("sha256").annotate(teams=Count("team", distinct=True))
    return submissions.filter(sha256__in=teams.filter(teams__gt=1).values("sha256"))


def _has(**about: object) -> Q:
    return Q(Exists(Evaluation.objects.filter(submission=OuterRef("pk"), **about)))


def _conditions() -> dict[State, Q]:
    in_force = not_removed()
    unscored = in_force & ~_has(scored_at__isnull=False)
    scoring, queued = _has(status=Evaluation.Status.SCORING), _has(status=Evaluation.Status.QUEUED)
    return {
        State.DISQUALIFIED: Q(disqualified_at__isnull=False),
        State.WITHDRAWN: Q(disqualified_at__isnull=True, withdrawn_at__isnull=False),
        State.HELD: Q(disqualified_at__isnull=True, withdrawn_at__isnull=True, held_at__isnull=False),
        State.SCORED: in_force & _has(scored_at__isnull=False),
        State.SCORING: unscored & scoring,
        State.QUEUED: unscored & ~scoring & queued,
        State.FAILED: unscored & ~scoring & ~queued,
    }
