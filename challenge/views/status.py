"""Answers for monitors: whether the site lives, whether it can do its work, how long submissions take, and metrics."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from challenge.formats.times import seconds_of
from challenge.upkeep.health import health
from challenge.upkeep.throughput import throughput


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process lives; a process that does not answer should be restarted."""
    return HttpResponse("ok\n", "text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if submissions can be taken and scored, and otherwise 503; it names what fails."""
    checks = health()
    ready = all(checks.values())
    answer = {
        "ready": ready,
        "checks": {name: "ok" if passed else "failed" for name, passed in checks.items()},
    }
    return JsonResponse(answer, status=200 if ready else 503)


@never_cache
@require_safe
def status(request: HttpRequest) -> JsonResponse:
    """Number of submissions that wait, and the times that the last ones took, in seconds."""
    now = throughput()
    return JsonResponse(
        {
            "waiting": now.waiting,
            "longest_wait_seconds": seconds_of(now.longest_wait),
            "last_results": len(now.times),
            "median_seconds": seconds_of(now.typical),
            "longest_seconds": seconds_of(now.longest),
            "scoring_runs": now.worker_runs,
            "text": str(now),
        }
    )


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus, for holders of the token `METRICS_TOKEN`; without a token, there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    from challenge.upkeep.prometheus import exposition  # a site without metrics need not load it

    content, content_type = exposition()
    return HttpResponse(content, content_type)
