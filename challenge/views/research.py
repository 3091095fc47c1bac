"""Related work and the bibliography."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.models import Phase, Reference
from challenge.scoring.benchmark import MEDMNIST_PLUS


@require_safe
def research(request: HttpRequest) -> HttpResponse:
    """Related benchmarks, differences to them, and further reading."""
    references = list(Reference.objects.all())
    topics = [
        (topic, [reference for reference in references if reference.topic == topic])
        for topic in Reference.Topic
    ]
    context = {
        "topics": [(topic, works) for topic, works in topics if works],
        "datasets": MEDMNIST_PLUS.datasets,
        "phase": Phase.objects.current() or Phase.objects.latest_opened(),
    }
    return render(request, "challenge/research.html", context)


@require_safe
def references_bib(request: HttpRequest) -> HttpResponse:
    """Complete bibliography as one BibTeX file."""
    entries = "\n\n".join(reference.bibtex.strip() for reference in Reference.objects.all())
    headers = {"Content-Disposition": 'attachment; filename="big-benchmark-references.bib"'}
    return HttpResponse(f"{entries}\n" if entries else "", "text/x-bibtex; charset=utf-8", headers=headers)
