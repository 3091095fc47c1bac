"""Citations on permanent pages: `{% cite_submission %}`, `{% cite_group %}` or `{% cite_published %}`, once a page.

`{% show_submission %}` offers texts that show an entry elsewhere. `{% releases_of %}` shows the releases that an entry
or a group is in, `{% in_releases %}` returns them.
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.urls import reverse

from challenge.entries import citation, showing
from challenge.entries.export import bootstrap_version
from challenge.leaderboard.export import absolute, result_address
from challenge.models import Evaluation, MethodGroup, PublishedMethod, Submission
from challenge.releases import of_entry
from challenge.results.rows import Row

register = template.Library()

TEMPLATE = "challenge/_citation.html"


@register.inclusion_tag(TEMPLATE)
def cite_submission(
    submission: Submission, evaluation: Evaluation | None, swapped: bool = False
) -> dict[str, Any]:
    """Show the citation of a submission whose scores are public; what could name a hidden team is left out.

    Without scores the block is empty; `swapped` fills it later, on an open page.
    """
    if evaluation is None or not submission.is_ranked:
        return {"swapped": swapped}
    return {
        "swapped": swapped,
        "entries": [citation.cite_submission(submission, evaluation)],
        "study_url": Row(submission, {}).study_url,
        "address": absolute(submission.get_absolute_url()),
        "result_url": result_address(submission),
        "files": [] if submission.is_anonymous else [submission],
        **_scored_by([evaluation]),
    }


@register.inclusion_tag("challenge/_showing.html")
def show_submission(
    submission: Submission, evaluation: Evaluation | None, swapped: bool = False
) -> dict[str, Any]:
    """Offer texts that show a submission elsewhere, if its scores are public; otherwise the block is empty."""
    if evaluation is None or not submission.is_ranked:
        return {"swapped": swapped}
    return {
        "swapped": swapped,
        "badge_url": reverse("submission_badge", args=[submission.pk]),
        "snippets": showing.snippets_of(submission, evaluation),
    }


@register.simple_tag
def in_releases(own: Submission) -> list[of_entry.InRelease]:
    """Return the releases with a row of an entry, for its team."""
    return of_entry.releases_of(own, is_insider=True)


@register.inclusion_tag("challenge/_releases_of.html")
def releases_of(owner: Submission | MethodGroup, is_insider: bool) -> dict[str, Any]:
    """Show the releases with a row of an entry or a group that the reader may see."""
    return {"found": of_entry.releases_of(owner, is_insider=is_insider)}


@register.inclusion_tag(TEMPLATE)
def cite_group(group: MethodGroup, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Show the citation of a group with enough scored seeds whose scores are public."""
    row = Row(group, {}, evaluations)
    if len(evaluations) < MethodGroup.FEWEST or row.is_hidden:
        return {}
    return {
        "entries": [citation.cite_group(group, evaluations)],
        "study_url": row.study_url,
        "address": absolute(group.get_absolute_url()),
        "result_url": result_address(group),
        "files": [] if row.is_anonymous else row.members,
        **_scored_by(evaluations),
    }


@register.inclusion_tag(TEMPLATE)
def cite_published(method: PublishedMethod) -> dict[str, Any]:
    """Show the citations of the sources of a published method."""
    return {
        "entries": citation.cite_published(method),
        "is_published": True,
        "address": absolute(method.get_absolute_url()),
    }


def _scored_by(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the versions, which all evaluations of a group share."""
    return {
        "scorer_version": evaluations[0].scorer_version,
        "labels": evaluations[0].ground_truth,
        "bootstrap_version": bootstrap_version(evaluations),
    }
