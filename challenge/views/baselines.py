"""Page of the published baselines and of the four experiments on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenge.content.architectures import ARCHITECTURE_BY_NAME, ARCHITECTURES
from challenge.content.bibliography import works_by_key
from challenge.entries.citation import REFERENCE_KEYS
from challenge.experiments import findings
from challenge.experiments.claims import claims
from challenge.experiments.results import METRICS, Model, Results
from challenge.figures import experiments as drawn
from challenge.figures.figure import Figure
from challenge.figures.over_parameters import SizedScore, score_over_parameters
from challenge.figures.themes import MARKERS
from challenge.formats.parameters import parameters
from challenge.models import Metric, PublishedMethod, PublishedScore, Resolution
from challenge.results.merged_sources import merge_sources
from challenge.results.score import Score

Scheme = PublishedMethod.Scheme
ScoresByMethod = Mapping[PublishedMethod, Mapping[str, Score]]


@dataclass(frozen=True)
class Choice:
    """Choices of a reader. An invalid value in the address means the default."""

    resolution: int = Resolution.R224
    metric: Metric = Metric.AUC
    scheme: Scheme = Scheme.END_TO_END

    @classmethod
    def from_query(cls, query: Any) -> "Choice":
        """Read the choices from a request's query."""
        resolution, metric, scheme = query.get("resolution"), query.get("metric"), query.get("scheme")
        return cls(
            resolution=int(resolution) if resolution in map(str, Resolution.values) else cls.resolution,
            metric=Metric(metric) if metric in Metric.values else cls.metric,
            scheme=Scheme(scheme) if scheme in Scheme.values else cls.scheme,
        )

    @property
    def parameters(self) -> QueryDict:
        """Query parameters of the choices, for the template tag `querystring`."""
        return parameters({"resolution": self.resolution, "metric": self.metric, "scheme": self.scheme})


@require_safe
def baselines(request: HttpRequest) -> HttpResponse:
    """Description of the baselines, table of their means, and the four experiments.

    The table includes means that the organizers re-evaluated; the experiments use only means printed in the sources.
    """
    choice = Choice.from_query(request.GET)
    averages = PublishedScore.objects.filter(dataset=PublishedScore.AVERAGE).select_related("method")
    scores: ScoresByMethod = merge_sources(averages, by="method")
    printed = merge_sources(
        (s for s in averages if s.source != PublishedScore.Source.REEVALUATED), by="method"
    )
    results = Results({(_model(method), method.resolution): of for method, of in printed.items()})
    context = {
        "choice": choice,
        "metric_name": METRICS[choice.metric],
        "scheme_name": drawn.SCHEME_TITLES[choice.scheme],
        "metrics": Metric.choices,
        "resolutions": Resolution.values,
        "schemes": Scheme.choices,
        "architectures": ARCHITECTURES,
        "table": _table(scores, choice),
        "over_parameters": _over_parameters(scores, choice),
        "claims": claims(results),
        "works": list(works_by_key(REFERENCE_KEYS.values()).values()),
        "published_metrics": [Metric(metric).label for metric in results.metrics(choice.scheme)],
        "mm_pt_metrics": [Metric(metric).label for metric in results.metrics(Scheme.MM_PT)],
        **_experiments(results, choice),
    }
    return render(request, "challenge/baselines.html", context)


def _model(method: PublishedMethod) -> Model:
    return Model(method.scheme, method.architecture, method.weighted_loss)


def _table(scores: ScoresByMethod, choice: Choice) -> dict[str, Any]:
    """Return the means at the chosen metric and resolution: a row for each architecture, a column for each scheme."""
    columns = [*((scheme, False) for scheme in Scheme), (Scheme.MM_PT, True)]
    methods = {
        (method.architecture, method.scheme, method.weighted_loss): method
        for method in scores
        if method.resolution == choice.resolution
    }
    rows = []
    for architecture in ARCHITECTURES:
        there = [methods.get((architecture.name, scheme, weighted)) for scheme, weighted in columns]
        cells = [(m, scores[m].get(choice.metric)) if m else (None, None) for m in there]
        rows.append((architecture, cells))
    heads = [f"{scheme.label}{', weighted loss' if weighted else ''}" for scheme, weighted in columns]
    return {"heads": heads, "rows": rows} if scores else {}


def _over_parameters(scores: ScoresByMethod, choice: Choice) -> Figure | None:
    """Draw the means at the chosen metric and resolution by parameters; None if no method states its parameters."""
    shown = [
        (method, of[choice.metric])
        for method, of in scores.items()
        if method.resolution == choice.resolution and choice.metric in of
    ]
    sized = [
        SizedScore(
            str(method), method.parameters_millions, score, method.get_scheme_display(), _gmacs(method)
        )
        for method, score in sorted(shown, key=lambda one: -one[1].value)
        if method.parameters_millions is not None
    ]
    if not sized:
        return None
    return score_over_parameters(
        sized,
        choice.metric,
        len(shown) - len(sized),
        groups=dict(zip(Scheme.labels, MARKERS, strict=False)),
        of_what=f" of the published methods at {choice.resolution} × {choice.resolution}",
        head="Method",
    )


def _gmacs(method: PublishedMethod) -> float | None:
    about = ARCHITECTURE_BY_NAME.get(method.architecture)
    return about.gmacs if about else None


def _experiments(results: Results, choice: Choice) -> dict[str, Any]:
    """Return the findings and figures of each experiment; no figures if the metric was not published."""
    scheme, metric, resolution = choice.scheme, choice.metric, choice.resolution
    families = findings.compare_families(results, scheme, resolution, metric)
    gains = findings.gains_by_resolution(results, scheme, metric)
    weighting = findings.weighting_pairs(results, metric)
    single = findings.single_and_mm_pt_pairs(results, metric)
    figures: dict[str, list[Figure]] = {
        "families": [drawn.families(families, scheme, resolution, metric)] if families else [],
        "resolution": (
            [
                drawn.over_resolutions(results, scheme, metric),
                drawn.gains_over_lowest(results, scheme, metric),
            ]
            if gains
            else []
        ),
        "weighting": [drawn.weighting(weighting, metric)] if weighting else [],
        "mm_pt": [drawn.single_and_mm_pt(single, metric)] if single else [],
    }
    return {
        "figures": figures,
        "families": families,
        "gains": gains,
        "weighting": findings.by_architecture(weighting),
        "single": findings.by_architecture(single),
        "placings": findings.place_among_single(results, resolution, metric),
    }
