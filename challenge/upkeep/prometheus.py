"""Metrics of the site for Prometheus, from the database, with those of requests that django-prometheus counts."""

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta

import prometheus_client
from django.db.models import Count
from django.utils import timezone
from prometheus_client import multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from challenge.models import Evaluation
from challenge.upkeep import work
from challenge.upkeep.storage import space
from challenge.upkeep.throughput import throughput


class SiteCollector(Collector):
    """Collector that reads the state of the site at each request of Prometheus."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the metrics of the site."""
        now = timezone.now()
        uploads, mails = throughput(now), work.mails_to_teams(now)
        yield _gauge("big_uploads_waiting", "Submissions without a first result", uploads.waiting)
        wait = uploads.longest_wait
        yield _gauge(
            "big_oldest_upload_seconds", "Age of the oldest of them", wait.total_seconds() if wait else 0
        )
        yield from _times(uploads.typical, uploads.longest)
        yield from _evaluations()
        yield _gauge("big_mails_unsent", "Mails to teams that wait", mails.unsent)
        yield _gauge("big_free_bytes", "Free space on the disk of the data", space().free)
        if swept_at := work.last_sweep():
            yield _gauge(
                "big_sweep_age_seconds", "Time since the last sweep", (now - swept_at).total_seconds()
            )


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _times(typical: timedelta | None, longest: timedelta | None) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily(
        "big_result_seconds", "Time from upload to result of the last submissions", labels=["quantile"]
    )
    for quantile, span in (("0.5", typical), ("1", longest)):
        if span is not None:
            family.add_metric([quantile], span.total_seconds())
    yield family


def _evaluations() -> Iterator[GaugeMetricFamily]:
    by_status = GaugeMetricFamily("big_evaluations", "Evaluations by state", labels=["status"])
    counts = dict(Evaluation.objects.order_by().values_list("status").annotate(Count("pk")))
    for status in Evaluation.Status.values:
        by_status.add_metric([status], counts.get(status, 0))
    yield by_status
    by_cause = GaugeMetricFamily("big_failures", "Failed evaluations by cause", labels=["cause"])
    failed = Evaluation.objects.order_by().filter(status=Evaluation.Status.FAILED)
    causes = dict(failed.values_list("failure").annotate(Count("pk")))
    for cause in Evaluation.Failure.values:
        by_cause.add_metric([cause], causes.get(cause, 0))
    yield by_cause


def exposition() -> tuple[bytes, str]:
    """Return the metrics in Prometheus' format, and its content type.

    With several processes, `PROMETHEUS_MULTIPROC_DIR` is the folder in which each leaves its counts of requests.
    """
    site = prometheus_client.CollectorRegistry()
    site.register(SiteCollector())
    requests: prometheus_client.CollectorRegistry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(requests)
    content = prometheus_client.generate_latest(site) + prometheus_client.generate_latest(requests)
    return content, prometheus_client.CONTENT_TYPE_LATEST
