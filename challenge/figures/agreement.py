"""Agreement of the rankings of all resamples: Kendall's tau."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from challenge.figures.figure import METRIC_TITLES, Figure, as_text
from challenge.figures.labels import SHORT_LABEL_LENGTH
from challenge.figures.rank_panels import crosses, lines, slug


def kendall_violins(taus_by_dataset: Mapping[str, ArrayLike], metric: str) -> Figure:
    """Draw the agreement (Kendall's tau) of each replicate's ranking with the ranking on all test images.

    Args:
        taus_by_dataset: taus by title, (B,), from -1 to 1; NaN if tau is not defined.
        metric: name of the metric.

    """
    titles = list(taus_by_dataset)
    given = [np.asarray(values, dtype=float) for values in taus_by_dataset.values()]
    taus = [values[~np.isnan(values)] for values in given]
    summaries = [_summary(values) for values in taus]
    violins = _violins(taus)
    lowest = min((x for x in violins["x"] if x is not None), default=-1)
    known = [(place, summary) for place, summary in enumerate(summaries) if len(taus[place])]
    return Figure(
        name=f"{slug(metric)}-kendall-tau",
        title=f"{METRIC_TITLES[metric]}: Kendall's tau between the ranking of each bootstrap replicate and the ranking "
        "on all test images, with medians (×) and the middle 95 % of the replicates (lines)",
        data=[violins, crosses([(summary["Median"], place) for place, summary in known])],
        layout={
            "xaxis": {"title": {"text": "Kendall's tau"}, "range": [lowest - 0.04, 1.04], "zeroline": False},
            "yaxis": {
                "tickvals": list(range(len(titles))),
                "ticktext": [as_text(title, SHORT_LABEL_LENGTH) for title in titles],
                "range": [len(titles) - 0.4, -0.6],
                "zeroline": False,
            },
            "shapes": [
                lines((summary["2.5 %"], place, summary["97.5 %"], place) for place, summary in known)
            ],
            "showlegend": False,
            "margin": {"t": 8},
        },
        columns=["Ranking", "Replicates", *_SUMMARY],
        rows=[
            [title, len(values), *(summary.get(name) for name in _SUMMARY)]
            for title, values, summary in zip(titles, taus, summaries, strict=True)
        ],
        note="At 1, a replicate has the same ranking as all test images; at 0, it agrees no more than by chance. "
        "The thicker a violin, the more replicates have that tau. All violins are drawn equally thick.",
        height=100 + 38 * len(titles),
    )


_SUMMARY = {"Lowest": 0, "2.5 %": 0.025, "Median": 0.5, "97.5 %": 0.975, "Highest": 1}


def _summary(taus: NDArray[np.float64]) -> dict[str, float]:
    """Return quantiles of taus; empty if there are no taus."""
    return {name: float(np.quantile(taus, share)) for name, share in _SUMMARY.items()} if len(taus) else {}


def _violins(taus: Sequence[NDArray[np.float64]]) -> dict[str, Any]:
    """Draw the densities as one trace; violins of plotly.js would share one scale."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, values in enumerate(taus):
        if len(values):
            at, density = _density(values)
            x += [*at.tolist(), *at[::-1].tolist(), None]
            y += [
                *(place - 0.42 * density).round(3).tolist(),
                *(place + 0.42 * density[::-1]).round(3).tolist(),
                None,
            ]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": x,
        "y": y,
        "line": {"width": 1},
        "hoverinfo": "skip",
    }


def _density(taus: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 61 points between the extreme taus, and a Gaussian kernel density with a maximum of 1.

    The bandwidth follows Silverman's rule of thumb (1986, equation 3.31).
    """
    lower, upper = np.quantile(taus, [0.25, 0.75])
    deviation = min(taus.std(), (upper - lower) / 1.34) or taus.std()
    bandwidth = max(0.9 * deviation * len(taus) ** -0.2, 0.005)
    at = np.linspace(max(taus.min() - bandwidth, -1), min(taus.max() + bandwidth, 1), 61).round(4)
    values, counts = np.unique(taus, return_counts=True)
    density = np.exp(-0.5 * ((at[:, None] - values) / bandwidth) ** 2) @ counts
    return at, density / density.max()
