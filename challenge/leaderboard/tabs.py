"""Template contexts of the leaderboard's other tabs; each tab shows the highest rows."""

from collections.abc import Mapping, Sequence
from itertools import islice
from statistics import fmean
from typing import Any, TypedDict

import numpy as np

from challenge.figures.agreement import kendall_violins
from challenge.figures.figure import Figure
from challenge.figures.paired_matrix import paired_differences
from challenge.figures.ranks import rank_blobs, rank_blobs_by_dataset, ranks_by_method
from challenge.leaderboard.alternatives import leave_one_out_ranges, ways_to_rank
from challenge.leaderboard.figures import leaderboard_figures
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.lines import Line, line_of
from challenge.leaderboard.rank_sets import rank_sets_of
from challenge.leaderboard.ranking import Board
from challenge.models import Metric, SecondaryMetrics, Versions
from challenge.results.replicates import metric_replicates
from challenge.results.rows import Row, shared_benchmark, with_dataset_scores
from challenge.results.secondary_metrics import SECONDARY_TITLES, reference_means, references
from challenge.scoring.metrics.ranked import METRICS
from challenge.scoring.metrics.secondary import AVERAGED
from challenge.scoring.statistics.all_pairs import compare_all_pairs
from challenge.scoring.statistics.rank_inference import kendall_taus, rank_replicates

#: Number of top rows ranked in other ways, or shown with secondary metrics.
MOST_ROWS = 60
#: Number of top entries in the figures of ranks, where all pairs are compared.
MOST_COMPARED = 30

#: Value of `colours` in the address for a heat map with colours within each dataset.
COLOURS_WITHIN = "within"


class SecondaryRow(TypedDict):
    """One row of the table of secondary metrics: an entry or a reference predictor."""

    line: Line | None
    title: str
    scores: list[float]
    secondary: list[float | None]


def tab_context(
    filters: Filters,
    boards: Mapping[int, Board],
    versions: Versions | None,
    *,
    colours_within: bool = False,
) -> dict[str, Any]:
    """Return the context of the chosen tab.

    The tab of figures needs the leaderboard at all resolutions. Its heat map has colours of the scores, or within each
    dataset.
    """
    ranked = [row for row in boards[filters.resolution].rows if row.rank is not None]
    match filters.tab:
        case Tab.RANKS:
            return ranks_context(ranked, filters.metric)
        case Tab.WAYS:
            return alternatives_context(ranked, filters)
        case Tab.SECONDARY:
            return secondary_context(ranked, filters.metric, versions)
        case _:
            return {"figures": leaderboard_figures(filters, boards, colours_within=colours_within)}


def ranks_context(ranked: Sequence[Row], metric: Metric) -> dict[str, Any]:
    """Return figures that show how the ranks of the highest entries vary over the replicates."""
    candidates = list(islice((row for row in ranked if row.evaluations), MOST_COMPARED))
    replicates = metric_replicates(candidates, metric)
    entries = [row for row in candidates if row.key in replicates]
    figures: list[Figure] = []
    if len(entries) > 1:
        stacked = np.stack([replicates[row.key] for row in entries], axis=1)  # (D, m, B)
        figures = rank_figures(entries, stacked, metric)
    return {
        "rank_figures": figures[:-1],
        "rank_figure_by_dataset": figures[-1] if figures else None,
        "n_compared": len(entries),
        "n_waiting": len(candidates) - len(entries),
    }


def rank_figures(entries: Sequence[Row], replicates: np.ndarray, metric: Metric) -> list[Figure]:
    """Return the figures of m entries with dataset replicates (D, m, B); the last figure is by dataset."""
    entries = with_dataset_scores(entries)
    labels, benchmark = [row.label for row in entries], shared_benchmark(entries)
    means = replicates.mean(axis=0)
    values = [row.scores[metric].value for row in entries]
    by_dataset = [[row.by_dataset[d.name][metric].value for row in entries] for d in benchmark]
    taus = {d.title: kendall_taus(v, r) for d, v, r in zip(benchmark, by_dataset, replicates, strict=True)}
    difference = np.subtract.outer(values, values)
    tests = compare_all_pairs([values], [means])
    margin = tests.critical * tests.std_errors[0]
    return [
        rank_blobs(labels, rank_replicates(means), values, metric),
        paired_differences(labels, difference, difference - margin, difference + margin, metric),
        kendall_violins({f"Mean of {benchmark.n_datasets}": kendall_taus(values, means)} | taus, metric),
        rank_blobs_by_dataset(labels, np.stack([rank_replicates(r) for r in replicates]), benchmark, metric),
    ]


def alternatives_context(ranked: Sequence[Row], filters: Filters) -> dict[str, Any]:
    """Return the ranks of the highest rows under each way to rank."""
    highest = with_dataset_scores(ranked[:MOST_ROWS])
    ways = ways_to_rank(highest, filters.metric, filters.resolution)
    figure = None
    if len(highest) > 1:
        figure = ranks_by_method(
            [row.label for row in highest],
            {way.title: [cell.rank for cell in way.cells] for way in ways},
            filters.metric,
        )
    return {
        "ways": ways,
        "lines": list(
            zip(
                map(line_of, highest),
                zip(*(way.cells for way in ways), strict=True),
                leave_one_out_ranges(highest, filters.metric),
                rank_sets_of(highest, filters.metric),
                strict=True,
            )
        ),
        "ways_figure": figure,
        "n_ranked": len(ranked),
    }


def secondary_context(ranked: Sequence[Row], metric: Metric, versions: Versions | None) -> dict[str, Any]:
    """Return the secondary metrics of the highest entries, of chance and of the majority class."""
    candidates = list(islice((row for row in ranked if row.evaluations), MOST_ROWS))
    found = dict(
        SecondaryMetrics.objects.filter(
            evaluation__in=[e.pk for row in candidates for e in row.evaluations]
        ).values_list("evaluation_id", "datasets")
    )
    rows = [_secondary_row(row, found) for row in candidates]
    for reference in reference_means(references(versions.ground_truth)) if versions else ():
        scores, secondary = ([reference.values[metric] for metric in of] for of in (METRICS, AVERAGED))
        rows.append(SecondaryRow(line=None, title=reference.name, scores=scores, secondary=secondary))
    return {
        "secondary_rows": rows,
        "secondary_titles": [SECONDARY_TITLES[metric] for metric in AVERAGED],
        "metric_titles": Metric.labels,
        "n_entries": sum(1 for row in ranked if row.evaluations),
    }


def _secondary_row(row: Row, found: dict[int, dict[str, dict[str, Any]]]) -> SecondaryRow:
    """Return the means over the datasets, and over the seeds of a group; None if a seed is not computed yet."""
    of_seeds = [found[e.pk] for e in row.evaluations if e.pk in found]
    is_there = len(of_seeds) == len(row.evaluations)
    return SecondaryRow(
        line=line_of(row),
        title=row.name,
        scores=[row.scores[metric].value for metric in METRICS],
        secondary=[
            fmean(one[metric] for datasets in of_seeds for one in datasets.values()) if is_there else None
            for metric in AVERAGED
        ],
    )
