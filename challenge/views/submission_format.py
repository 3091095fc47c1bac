"""Submission format: definition, files to start from, and a checker."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import condition, require_safe

from challenge.content.downloads import EXAMPLE, TEMPLATE, Download
from challenge.content.format_rules import format_rules
from challenge.content.submission_format import (
    EVALUATOR_RULES,
    FROM_EVALUATOR,
    IN_THE_ORDER_OF_MEDMNIST,
    THESIS_RULES,
    canonical_rules,
    from_arrays,
)
from challenge.forms import ACCEPT
from challenge.leaderboard.filters import Filters
from challenge.models import Phase, benchmark_of
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.scoring.metrics.warnings import ACCURACY_MARGIN, LEAST_AUC
from challenge.scoring.reading.files import MOST_LINE_BYTES, most_lines
from challenge.scoring.reading.layouts import canonical_columns


@require_safe
def submission_format(request: HttpRequest) -> HttpResponse:
    """Page of the format: rules with their errors, code that writes a file, and the checker.

    For a phase with withheld datasets, its number is in the query.
    """
    phase = _phase(request)
    benchmark = _benchmark(phase)
    context = {
        "is_open": Phase.objects.open_now().exists(),
        "phase": phase if benchmark.has_withheld else None,
        "with_withheld": [other for other in Phase.objects.with_withheld() if other != phase],
        "withheld": phase.withheld_datasets.all() if phase else (),
        "benchmark": benchmark,
        "public": MEDMNIST_PLUS,
        "columns": canonical_columns(benchmark),
        "blanks": "," * (benchmark.max_classes - MEDMNIST_PLUS.max_classes),
        "last_column": benchmark.max_classes - 1,
        "canonical_rules": canonical_rules(benchmark),
        "thesis_rules": THESIS_RULES,
        "evaluator_rules": EVALUATOR_RULES,
        "from_arrays": from_arrays(benchmark),
        "from_evaluator": FROM_EVALUATOR,
        "accept": ACCEPT,
        "least_auc": LEAST_AUC,
        "accuracy_margin": ACCURACY_MARGIN,
        "in_the_order_of_medmnist": IN_THE_ORDER_OF_MEDMNIST,
        "most_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "most_line_bytes": MOST_LINE_BYTES,
        "most_lines": most_lines(benchmark.n_rows),
        "format_rules": format_rules(benchmark),
    }
    return render(request, "challenge/submission_format.html", context)


def _phase(request: HttpRequest) -> Phase | None:
    """Return the phase of the query, if it names one that has opened.

    Raises:
        Http404: there is no such phase.

    """
    number = Filters.from_query(request.GET).phase
    if number is None:
        return None
    return get_object_or_404(Phase, pk=number, opens_at__lte=timezone.now())


def _benchmark(phase: Phase | None) -> Benchmark:
    return benchmark_of(phase.pk) if phase else MEDMNIST_PLUS


def _etag(download: Download, request: HttpRequest) -> str:
    return f'"{download.version(_benchmark(_phase(request)))}"'


@require_safe
@condition(etag_func=lambda request: _etag(TEMPLATE, request))
def format_template(request: HttpRequest) -> FileResponse:
    """Template to fill in: every dataset and index, with blank probabilities."""
    return _send(TEMPLATE, _phase(request))


@require_safe
@condition(etag_func=lambda request: _etag(EXAMPLE, request))
def format_example(request: HttpRequest) -> FileResponse:
    """Example: a valid, complete file with random probabilities."""
    return _send(EXAMPLE, _phase(request))


def _send(download: Download, phase: Phase | None) -> FileResponse:
    benchmark = _benchmark(phase)
    of_phase = f"phase-{phase.pk}-" if phase and benchmark.has_withheld else ""
    return FileResponse(
        download.file(benchmark).open("rb"),
        as_attachment=True,
        filename=f"{of_phase}{download.name}",
        content_type=download.content_type,
    )
