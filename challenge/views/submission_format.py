"""Submission format: definition, files to start from, and a checker."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import condition, require_safe

from challenge.content.downloads import EXAMPLE, TEMPLATE, Download
from challenge.content.format_rules import format_rules
from challenge.content.submission_format import (
    CANONICAL_RULES,
    EVALUATOR_RULES,
    FROM_ARRAYS,
    FROM_EVALUATOR,
    IN_THE_ORDER_OF_MEDMNIST,
    THESIS_RULES,
)
from challenge.forms import ACCEPT
from challenge.models import Phase
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.warnings import ACCURACY_MARGIN, LEAST_AUC
from challenge.scoring.reading.files import MOST_LINE_BYTES, most_lines


@require_safe
def submission_format(request: HttpRequest) -> HttpResponse:
    """Page of the format: rules with their errors, code that writes a file, and the checker."""
    context = {
        "phase": Phase.objects.current(),
        "benchmark": MEDMNIST_PLUS,
        "last_column": MEDMNIST_PLUS.max_classes - 1,
        "canonical_rules": CANONICAL_RULES,
        "thesis_rules": THESIS_RULES,
        "evaluator_rules": EVALUATOR_RULES,
        "from_arrays": FROM_ARRAYS,
        "from_evaluator": FROM_EVALUATOR,
        "accept": ACCEPT,
        "least_auc": LEAST_AUC,
        "accuracy_margin": ACCURACY_MARGIN,
        "in_the_order_of_medmnist": IN_THE_ORDER_OF_MEDMNIST,
        "most_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "most_line_bytes": MOST_LINE_BYTES,
        "most_lines": most_lines(MEDMNIST_PLUS.n_rows),
        "format_rules": format_rules(MEDMNIST_PLUS),
    }
    return render(request, "challenge/submission_format.html", context)


def _etag(download: Download) -> str:
    return f'"{download.version(MEDMNIST_PLUS)}"'


@require_safe
@condition(etag_func=lambda request: _etag(TEMPLATE))
def format_template(request: HttpRequest) -> FileResponse:
    """Template to fill in: every dataset and index, with blank probabilities."""
    return _send(TEMPLATE)


@require_safe
@condition(etag_func=lambda request: _etag(EXAMPLE))
def format_example(request: HttpRequest) -> FileResponse:
    """Example: a valid, complete file with random probabilities."""
    return _send(EXAMPLE)


def _send(download: Download) -> FileResponse:
    return FileResponse(
        download.file(MEDMNIST_PLUS).open("rb"),
        as_attachment=True,
        filename=download.name,
        content_type=download.content_type,
    )
