"""How to cite a permanent page: `{% cite_submission %}`, `{% cite_group %}` or `{% cite_published %}` on it, once."""

from collections.abc import Sequence
from typing import Any

from django import template

from challenge.entries import citation
from challenge.entries.export import bootstrap_version
from challenge.leaderboard.export import absolute, result_address
from challenge.models import Evaluation, MethodGroup, PublishedMethod, Submission

register = template.Library()

TEMPLATE = "challenge/_citation.html"


@register.inclusion_tag(TEMPLATE)
def cite_submission(
    submission: Submission, evaluation: Evaluation | None, swapped: bool = False
) -> dict[str, Any]:
    """Tell how a public submission is cited, once it has scores.

    Until then the place is empty; `swapped` fills it on a page that is open.
    """
    if evaluation is None or not submission.is_public:
        return {"swapped": swapped}
    return {
        "swapped": swapped,
        "entries": [citation.cite_submission(submission, evaluation)],
        "study_url": submission.study_url,
        "address": absolute(submission.get_absolute_url()),
        "result_url": result_address(submission),
        "files": [submission],
        **_scored_by([evaluation]),
    }


@register.inclusion_tag(TEMPLATE)
def cite_group(group: MethodGroup, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Tell how a group is cited, once it has figures."""
    if len(evaluations) < MethodGroup.FEWEST:
        return {}
    members = [evaluation.submission for evaluation in evaluations]
    return {
        "entries": [citation.cite_group(group, evaluations)],
        "study_url": next((member.study_url for member in members if member.study_url), ""),
        "address": absolute(group.get_absolute_url()),
        "result_url": result_address(group),
        "files": members,
        **_scored_by(evaluations),
    }


@register.inclusion_tag(TEMPLATE)
def cite_published(method: PublishedMethod) -> dict[str, Any]:
    """Tell how the sources of a published method are cited."""
    return {
        "entries": citation.cite_published(method),
        "is_published": True,
        "address": absolute(method.get_absolute_url()),
    }


def _scored_by(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the versions, which evaluations of a group have in common."""
    return {
        "scorer_version": evaluations[0].scorer_version,
        "labels": evaluations[0].ground_truth,
        "bootstrap_version": bootstrap_version(evaluations),
    }
