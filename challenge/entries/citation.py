"""Citations of permanent pages: BibTeX entries of the page itself, or of the sources of its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.defaultfilters import date

from challenge.content.bibliography import works_by_key
from challenge.formats.bibtex import escape, write_entry
from challenge.leaderboard.export import absolute
from challenge.models import (
    Evaluation,
    GroundTruth,
    MethodGroup,
    PublishedMethod,
    PublishedScore,
    Reference,
    Submission,
)

#: Bibliography keys of the works in which scores were published.
REFERENCE_KEYS = {
    PublishedScore.Source.DOERRICH_2024: "doerrich2025rethinking",
    PublishedScore.Source.THESIS_2024: "bachmeier2024designing",
}


@dataclass(frozen=True)
class BibtexEntry:
    """A complete BibTeX entry and its key."""

    key: str
    text: str


def cite_submission(submission: Submission, evaluation: Evaluation) -> BibtexEntry:
    """Return the BibTeX entry of a scored submission, as the challenge page asks, with the versions that scored it."""
    return _cite(
        f"big_entry_{submission.pk}",
        author=submission.public_team_name,
        name=submission.model_name,
        what=f"entry {submission.pk}",
        path=submission.get_absolute_url(),
        of=submission,
        evaluation=evaluation,
    )


def cite_group(group: MethodGroup, evaluations: Sequence[Evaluation]) -> BibtexEntry:
    """Return the BibTeX entry of a group of seeds, from the evaluations behind its means; at least one is needed."""
    return _cite(
        f"big_seeds_{group.pk}",
        author=group.public_team_name,
        name=group.name,
        what=f"mean of {len(evaluations)} seeds, group {group.pk}",
        path=group.get_absolute_url(),
        of=evaluations[-1].submission,
        evaluation=evaluations[0],
    )


def _cite(
    key: str, *, author: str, name: str, what: str, path: str, of: Submission, evaluation: Evaluation
) -> BibtexEntry:
    """Braces keep a team's name in one piece, and a model's name in its own case, in every bibliography style."""
    title = f"{{{escape(name)}}}: {what} of the {{Biomedical Image Generalization}} benchmark"
    sent = date(of.created_at, "j F Y")
    fields = {
        "author": f"{{{escape(author)}}}",
        "title": title,
        "year": f"{of.created_at:%Y}",
        "url": absolute(path),
        "note": f"{of.resolution} pixels, submitted {sent}, scorer version {evaluation.scorer_version}, "
        f"labels {_labels(evaluation.ground_truth)}",
    }
    return BibtexEntry(key, write_entry("misc", key, fields))


def _labels(ground_truth: GroundTruth) -> str:
    return f"{ground_truth.version}{' (demo data, not to be cited)' if ground_truth.is_demo else ''}"


def cite_published(method: PublishedMethod) -> list[BibtexEntry]:
    """Return the BibTeX entries of the sources of a method's scores, as in the bibliography.

    The source of scores that the organizers computed is the page of the method.
    """
    sources = _sources_of(method)
    keys = [key for source, key in REFERENCE_KEYS.items() if source in sources]
    works = {work.key: work for work in Reference.objects.filter(key__in=keys)}
    entries = [BibtexEntry(key, works[key].bibtex.strip()) for key in keys if key in works]
    if PublishedScore.Source.REEVALUATED in sources:
        entries.append(_cite_reevaluation(method))
    return entries


def published_works(method: PublishedMethod) -> list[Reference]:
    """Return the works in which scores of the method were published."""
    sources = _sources_of(method)
    return list(works_by_key(key for source, key in REFERENCE_KEYS.items() if source in sources).values())


def _sources_of(method: PublishedMethod) -> set[str]:
    return set(PublishedScore.objects.filter(method=method).order_by().values_list("source", flat=True))


def _cite_reevaluation(method: PublishedMethod) -> BibtexEntry:
    key = f"big_published_{method.pk}"
    fields = {
        "author": "{Organizers of the BIG benchmark}",
        "title": f"{{{escape(str(method))}}}: weights evaluated for the {{Biomedical Image Generalization}} benchmark",
        "url": absolute(method.get_absolute_url()),
        "note": f"{method.resolution} pixels",
    }
    return BibtexEntry(key, write_entry("misc", key, fields))
