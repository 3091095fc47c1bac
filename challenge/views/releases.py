"""Releases: the list, the page of each, and its archive."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from challenge.files import open_file
from challenge.formats.parameters import parameters
from challenge.leaderboard.filters import Filters
from challenge.models import Metric, Release, Resolution
from challenge.releases.citation import bibtex_key, cite_release
from challenge.releases.page import release_page
from challenge.releases.texts import LICENCE, LICENCE_URL, folder_of


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """List of all releases, the newest first."""
    return render(request, "challenge/releases.html", {"releases": Release.objects.frozen()})


@require_safe
def release(request: HttpRequest, name: str) -> HttpResponse:
    """Page of a release: its board at one resolution by one metric, its citation, and its archive."""
    shown = get_object_or_404(Release.objects.frozen(), name=name)
    filters = Filters.from_query(request.GET)
    names = ("resolution", "metric", "entries")
    context = {
        "release": shown,
        "filters": filters,
        "parameters": parameters({name: filters.ranking_values[name] for name in names}),
        "metric_label": filters.metric.label,
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "board": release_page(shown, filters),
        "bibtex": cite_release(shown),
        "bibtex_key": bibtex_key(shown),
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }
    return render(request, "challenge/release.html", context)


@require_safe
def release_archive(request: HttpRequest, name: str) -> HttpResponseBase:
    """The archive of a release, byte for byte as it was frozen."""
    shown = get_object_or_404(Release.objects.frozen(), name=name)
    try:
        file = open_file(shown.archive_path)
    except FileNotFoundError:
        raise Http404("The archive is lost; `manage.py check_site` tells the organizers.") from None
    return FileResponse(
        file, as_attachment=True, filename=f"{folder_of(shown)}.zip", content_type="application/zip"
    )
