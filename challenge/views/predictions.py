"""Downloads of the predictions that teams publish."""

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from challenge.access import get_submission_with_visible_scores
from challenge.entries.predictions import archive
from challenge.files import open_file
from challenge.models import today
from challenge.services.predictions import predictions_name, predictions_path, write_again


@require_safe
@cache_control(private=True, no_cache=True)
def submission_predictions(request: HttpRequest, pk: int) -> FileResponse:
    """The published file of an entry; 404 while it is not published, for everybody."""
    submission = get_submission_with_visible_scores(request.user, pk)
    if not submission.publishes_predictions:
        raise Http404
    try:
        file = open_file(predictions_path(pk))
    except FileNotFoundError:
        write_again(pk)
        raise Http404 from None
    return FileResponse(
        file, as_attachment=True, filename=predictions_name(pk), content_type="application/gzip"
    )


@require_safe
@cache_control(private=True, no_cache=True)
def all_predictions(request: HttpRequest) -> StreamingHttpResponse:
    """The archive of all published files, sent while it is made."""
    headers = {"Content-Disposition": f'attachment; filename="big-predictions-{today():%Y-%m-%d}.zip"'}
    content = () if request.method == "HEAD" else archive()
    return StreamingHttpResponse(content, content_type="application/zip", headers=headers)
