"""Pages of text: the challenge, its design, and the pages that organizers write."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.content.bibliography import works_by_key
from challenge.content.datasets import ABOUT_DATASETS, ON_MEDMNIST_PLUS
from challenge.content.reference_standards import REFERENCE_STANDARDS
from challenge.content.timeline import State, phases_in_force, timeline
from challenge.entries.citation import REFERENCE_KEYS
from challenge.formats.markdown import to_html
from challenge.models import Metric, Phase, PublishedScore, SitePage, ranked_versions
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import SCORER_VERSION


@require_safe
def challenge(request: HttpRequest) -> HttpResponse:
    """Page of the challenge: question, rules, limits, timeline, citation, and frequent questions."""
    thesis = REFERENCE_KEYS[PublishedScore.Source.THESIS_2024]
    context = _context() | {"thesis": works_by_key([thesis])[thesis]}
    return render(request, "challenge/challenge.html", context)


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Design of the challenge, by the items of the BIAS guideline."""
    works = works_by_key(key for standard in REFERENCE_STANDARDS.values() for key in standard.works)
    standards = {
        name: (standard.text, [works[key] for key in standard.works])
        for name, standard in REFERENCE_STANDARDS.items()
    }
    about = {
        "datasets": [(about, *standards[name]) for name, about in ABOUT_DATASETS.items()],
        "made_by": ON_MEDMNIST_PLUS,
        "licences": sorted(ABOUT_DATASETS.values(), key=lambda about: about.licence),
    }
    return render(request, "challenge/design.html", _context() | about)


def _context() -> dict[str, Any]:
    spans = timeline(Phase.objects.all())
    smallest = min(MEDMNIST_PLUS, key=lambda dataset: dataset.n_test)
    return {
        "benchmark": MEDMNIST_PLUS,
        "tasks": dict(Counter(dataset.task for dataset in MEDMNIST_PLUS)),
        "smallest": smallest,
        "one_image": 100 / smallest.n_test,
        "largest": max(MEDMNIST_PLUS, key=lambda dataset: dataset.n_test),
        "metrics": Metric.labels,
        "scorer_version": versions.scorer if (versions := ranked_versions()) else SCORER_VERSION,
        "spans": spans,
        "phases": phases_in_force(spans),
        "current": next((span for span in spans if span.state == State.CURRENT), None),
        "upcoming": next((span for span in spans if span.state == State.UPCOMING), None),
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "site_url": settings.SITE_URL,
    }


@require_safe
def site_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that organizers write; an empty page says that it is not written yet."""
    page = SitePage.objects.filter(slug=slug).first()
    context = {
        "title": SitePage.Slug(slug).label,
        "page": page,
        "body": to_html(page.body) if page else "",
    }
    return render(request, "challenge/site_page.html", context)
