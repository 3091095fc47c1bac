"""Numbers of the benchmark in templates; the settings load these tags in every template, without `{% load %}`."""

from django import template
from django.contrib.humanize.templatetags.humanize import apnumber
from django.template import Context

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.evaluator import METRICS
from challenge.scoring.statistics.bayesian import ROPE
from challenge.scoring.statistics.intervals import LEVEL, N_REPLICATES
from challenge.scoring.statistics.power import POWER

register = template.Library()


@register.simple_tag(takes_context=True)
def n_datasets(context: Context) -> str:
    """Return the number of datasets: those of the page's `benchmark`, if it is about a phase, or of MedMNIST+."""
    return str((context.get("benchmark") or MEDMNIST_PLUS).n_datasets)


@register.simple_tag
def n_blocks() -> str:
    """Return the number of independent blocks of datasets: the three organ sets are one."""
    return str(len(MEDMNIST_PLUS.blocks))


@register.simple_tag
def rope() -> str:
    """Return the largest difference that counts as practically equal."""
    return f"{ROPE:g}"


@register.simple_tag
def n_resolutions() -> str:
    """Return the number of resolutions, in words."""
    return str(apnumber(len(MEDMNIST_PLUS.resolutions)))


@register.simple_tag
def n_metrics() -> str:
    """Return the number of ranked metrics, in words."""
    return str(apnumber(len(METRICS)))


@register.simple_tag
def n_replicates() -> str:
    """Return the number of bootstrap replicates."""
    return f"{N_REPLICATES:,}"


@register.simple_tag
def level() -> str:
    """Return the confidence level in percent, without the sign."""
    return f"{100 * LEVEL:g}"


@register.simple_tag
def error_rate() -> str:
    """Return the error rate at the confidence level in percent, without the sign."""
    return f"{100 * (1 - LEVEL):g}"


@register.simple_tag
def power() -> str:
    """Return the power of a detectable difference in percent, without the sign."""
    return f"{100 * POWER:g}"
