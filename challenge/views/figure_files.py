"""Downloads of all figures of a submission: the zip, and the data from which a browser makes the same zip."""

from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from challenge.access import get_submission_with_visible_scores
from challenge.entries.figures import all_figures
from challenge.entries.figures_zip import readme, zip_name
from challenge.files import open_file
from challenge.models import Evaluation, Submission, Versions, ranked_versions
from challenge.services.figure_files import figures_path


@require_safe
@cache_control(private=True, no_cache=True)
def submission_figures_zip(request: HttpRequest, pk: int) -> FileResponse:
    """The zip made by the worker; 404 until it exists."""
    submission, evaluation, _ = _scored(request, pk)
    try:
        file = open_file(figures_path(evaluation))
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file, as_attachment=True, filename=f"{zip_name(submission)}.zip", content_type="application/zip"
    )


@require_safe
@cache_control(private=True, no_cache=True)
def submission_figures_json(request: HttpRequest, pk: int) -> JsonResponse:
    """Data from which `static/js/figures.js` makes the zip if the worker has made none."""
    submission, evaluation, versions = _scored(request, pk)
    return JsonResponse(
        {
            "name": zip_name(submission),
            "readme": readme(submission, evaluation),
            "figures": [figure.spec() for figure in all_figures(submission, evaluation, versions)],
        }
    )


def _scored(request: HttpRequest, pk: int) -> tuple[Submission, Evaluation, Versions | None]:
    submission = get_submission_with_visible_scores(request.user, pk)
    versions = ranked_versions()
    evaluation = submission.latest_scores(versions)
    if evaluation is None:
        raise Http404
    return submission, evaluation, versions
