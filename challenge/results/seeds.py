"""Summary of the seeds of one method: mean and standard deviation over the evaluations of a group.

The standard deviation is that of a sample, with n - 1 in the denominator.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean, stdev

from challenge.models import DatasetScore, Evaluation, MethodGroup, Metric, SubmissionQuerySet, Versions
from challenge.results.score import Score


def ranked_evaluations(group: MethodGroup, versions: Versions | None) -> list[Evaluation]:
    """Return the evaluations behind a group's public scores, the earliest member first."""
    return seed_evaluations(group.public_members(), versions)


def seed_evaluations(members: SubmissionQuerySet, versions: Versions | None) -> list[Evaluation]:
    """Return the evaluations of members of groups by the ranked versions, the earliest first, in two queries.

    While entries are being scored again, evaluations of some members may be missing.
    """
    return list(
        Evaluation.objects.by(versions)
        .scored()
        .filter(submission__in=members)
        .select_related("submission__team")
        .prefetch_related("dataset_scores")
        .order_by("submission__created_at", "submission__pk")
    )


def split_by_group(evaluations: Iterable[Evaluation]) -> list[tuple[MethodGroup | None, list[Evaluation]]]:
    """Gather the evaluations of each group, at the place of its first evaluation; others stay single.

    Single evaluations, also those that are alone in their group, become (None, [evaluation]). Select
    `submission__group` with the evaluations, because each evaluation's group is read.
    """
    evaluations = list(evaluations)
    sizes = Counter(e.submission.group_id for e in evaluations)
    split: list[tuple[MethodGroup | None, list[Evaluation]]] = []
    places: dict[int, int] = {}
    for evaluation in evaluations:
        group = evaluation.submission.group
        if group is None or sizes[group.pk] < MethodGroup.FEWEST:
            split.append((None, [evaluation]))
        elif group.pk in places:
            split[places[group.pk]][1].append(evaluation)
        else:
            places[group.pk] = len(split)
            split.append((group, [evaluation]))
    return split


def group_scores(evaluations: Sequence[Evaluation]) -> dict[str, Score]:
    """Return each metric of a group: the mean and standard deviation of its members' means over the datasets.

    At least one evaluation is needed; a single evaluation has no standard deviation.
    """
    return _scores(evaluations)


def group_dataset_scores(evaluations: Sequence[Evaluation]) -> dict[str, dict[str, Score]]:
    """Return mean and standard deviation on each dataset for which all evaluations have a score."""
    by_dataset: dict[str, list[DatasetScore]] = {}
    for evaluation in evaluations:
        for score in evaluation.dataset_scores.all():
            by_dataset.setdefault(score.dataset, []).append(score)
    return {name: _scores(rows) for name, rows in by_dataset.items() if len(rows) == len(evaluations)}


def _scores(rows: Sequence[Evaluation] | Sequence[DatasetScore]) -> dict[str, Score]:
    return {metric: _score([getattr(row, metric) for row in rows]) for metric in Metric.values}


def _score(values: Sequence[float]) -> Score:
    return Score(fmean(values), std=stdev(values) if len(values) > 1 else None)
