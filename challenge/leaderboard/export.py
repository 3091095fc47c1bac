"""Numbers of the leaderboard as plain values for CSV and JSON, and the parts that all exports share.

An export contains nothing that the pages do not show.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from bigsite.version import site_version
from challenge.formats.spreadsheets import to_csv
from challenge.formats.times import utc
from challenge.leaderboard.attempts import with_attempts_of_selection
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.store import Result
from challenge.leaderboard.uncertainty import with_rank_ranges
from challenge.models import (
    FACT_FIELDS,
    MethodGroup,
    Reference,
    Submission,
    Versions,
    benchmark_of,
    ranked_versions,
)
from challenge.results.evidence import step_of_row
from challenge.results.facts import facts_of_rows
from challenge.results.replicates import with_intervals
from challenge.results.rows import Kind, Row, with_dataset_scores
from challenge.results.score import Difference, Score
from challenge.results.scored_again import scored_again
from challenge.results.withheld import with_gaps
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, METRICS, SCORER_VERSION
from challenge.scoring.statistics.intervals import LEVEL, N_REPLICATES

BENCHMARK = "BIG: the Biomedical Image Generalization benchmark"
#: Bibliography key of the work that proposes the benchmark.
CITED = "bachmeier2024designing"

KINDS = {Kind.ENTRY: "entry", Kind.SEEDS: "seeds", Kind.PUBLISHED: "published"}
#: Keys of `row_facts`, and the first columns of the CSV; the columns of the metrics follow.
FACTS = (
    *("rank", "rank_low", "rank_high", "rank_low_over_datasets", "rank_high_over_datasets", "with_leader"),
    *("kind", "name", "team", "submitted_at", "resolution"),
    *("n_seeds", "standard", "baseline", "chosen_by_team", "attempts", "evidence", "study_url", "url"),
)
#: Suffixes of the columns of a metric, as in `auc_low`; the column of its value has no suffix.
PARTS = ("low", "high", "std")
#: Name of the differences between public and withheld means, as in `auc_public_minus_withheld`.
GAP = "public_minus_withheld"


def leaderboard_table(filters: Filters) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and all rows of the leaderboard, in the order of their ranks."""
    columns = [*FACTS]
    for metric in METRICS:
        columns += [metric, *(f"{metric}_{part}" for part in PARTS)]
    gaps = _gap_columns(benchmark_of(filters.phase))
    rows = _rows(filters, ranked_versions())
    if gaps:
        rows = with_gaps(with_dataset_scores(rows))
    lines = []
    for row, method in zip(rows, facts_of_rows(rows), strict=True):
        line = list(row_facts(row).values())
        for metric in METRICS:
            score = row.scores.get(metric)
            line += [getattr(score, part, None) for part in ("value", *PARTS)]
        of_gaps = gaps_dict(row.gaps)
        lines.append([*line, *(of_gaps.get(name) for name in gaps), *method.values()])
    return [*columns, *gaps, *FACT_FIELDS], lines


def _gap_columns(benchmark: Benchmark) -> list[str]:
    """Return the columns of the differences between public and withheld means; none without withheld datasets."""
    if not benchmark.has_withheld:
        return []
    return [f"{metric}_{GAP}{part}" for metric in METRICS for part in ("", "_low", "_high")]


def gaps_dict(gaps: Mapping[str, Difference]) -> dict[str, float | None]:
    """Return the differences between public and withheld means with their intervals; empty if there are none."""
    found: dict[str, float | None] = {}
    for metric, gap in gaps.items():
        name = f"{metric}_{GAP}"
        found |= {name: gap.value, f"{name}_low": gap.low, f"{name}_high": gap.high}
    return found


def leaderboard_document(filters: Filters) -> dict[str, Any]:
    """Return all rows of the leaderboard with their scores on each dataset, and a header."""
    versions = ranked_versions()
    rows = with_gaps(with_dataset_scores(_rows(filters, versions)))
    return {
        **head(versions, BOOTSTRAP_VERSION),
        "filters": filters.ranking_values,
        "rows": [row_document(row, method) for row, method in zip(rows, facts_of_rows(rows), strict=True)],
    }


def row_document(row: Row, method: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description, ranks and scores of a row with dataset scores; `method` has the facts of its method."""
    return row_facts(row) | {
        "result_url": result_address(row.submission or row.group),
        "external_data": row.external_data if row.evaluations else None,
        "special_methods": row.special_methods if row.evaluations else None,
        "facts": dict(method),
        "average": scores_dict(row.scores),
        "datasets": _of_datasets(row, "value"),
        "datasets_std": _of_datasets(row, "std"),
        **({GAP: gaps_dict(row.gaps)} if row.gaps else {}),
    }


def _of_datasets(row: Row, part: str) -> dict[str, dict[str, float]]:
    """Return one part of each known score by dataset and metric, as a plain number to keep the export small."""
    found = {}
    for dataset in row.benchmark:
        scores = row.by_dataset.get(dataset.name, {})
        parts = {m: getattr(scores[m], part) for m in METRICS if m in scores}
        if known := {metric: value for metric, value in parts.items() if value is not None}:
            found[dataset.name] = known
    return found


def _rows(filters: Filters, versions: Versions | None) -> list[Row]:
    rows = with_attempts_of_selection(leaderboard(filters, versions), filters)
    return with_intervals(with_rank_ranges(rows, filters.metric))


def row_facts(row: Row) -> dict[str, Any]:
    """Return the description and the rank of a row; None for an unknown value, such as a published method's team."""
    values = (
        row.rank,
        *(row.rank_range or (None, None)),
        *(row.rank_range_over_datasets or (None, None)),
        row.is_with_leader,
        KINDS[row.key.kind],
        str(row.method) if row.method else row.name,
        row.team_name,
        utc(row.submitted_at) if row.submitted_at else None,
        int(row.resolution),
        row.n_runs,
        row.is_standard if row.evaluations else None,
        row.is_baseline,
        row.is_chosen,
        row.attempts,
        step.value if (step := step_of_row(row)) else None,
        row.study_url or None,
        absolute(row.url),
    )
    return dict(zip(FACTS, values, strict=True))


def head(versions: Versions | None, bootstrap: str | None) -> dict[str, Any]:
    """Return the header of an export: the benchmark, the versions behind the numbers, and the citation."""
    cited = Reference.objects.filter(key=CITED).first()
    return {
        "benchmark": BENCHMARK,
        "site": settings.SITE_URL,
        "generated_at": utc(timezone.now()),
        "note": again.note if (again := scored_again(ranked_versions())) else None,
        "versions": {
            "site": site_version(),
            "scorer": versions.scorer if versions else SCORER_VERSION,
            "ground_truth": versions
            and {
                "name": versions.ground_truth.name,
                "sha256": versions.ground_truth.checksum,
                "is_demo": versions.ground_truth.is_demo,
            },
            "bootstrap": bootstrap and {"version": bootstrap, "replicates": N_REPLICATES, "level": LEVEL},
        },
        "how_to_cite": f"{absolute(reverse('challenge'))}#citing",
        "citation": cited.bibtex if cited else None,
    }


def scores_dict(scores: Mapping[str, Score]) -> dict[str, Any]:
    """Return the parts of each metric, as `auc`, `auc_low` and so on; a published score names its source."""
    found: dict[str, Any] = {}
    for metric in METRICS:
        if score := scores.get(metric):
            found |= {metric: score.value, f"{metric}_low": score.low, f"{metric}_high": score.high}
            found |= {f"{metric}_se": score.error, f"{metric}_std": score.std}
            if score.source:
                found |= {f"{metric}_source": score.source, f"{metric}_other_sources": score.others}
    return found


def datasets_dict(
    by_dataset: Mapping[str, Mapping[str, Score]], benchmark: Benchmark
) -> dict[str, dict[str, Any]]:
    """Return `scores_dict` for each dataset with scores, in the order of the benchmark."""
    return {d.name: scores_dict(by_dataset[d.name]) for d in benchmark if d.name in by_dataset}


def result_address(about: Submission | MethodGroup | None) -> str | None:
    """Return the address of the JSON export of a submission or a group."""
    if about is None:
        return None
    name = "submission_json" if isinstance(about, Submission) else "group_json"
    return absolute(reverse(name, args=[about.pk]))


def absolute(path: str) -> str:
    """Return the absolute address of a path on this site."""
    return f"{settings.SITE_URL}{path}"


def to_json(document: Mapping[str, Any]) -> str:
    """Return a document as JSON; it must not hold NaN."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def _csv(parameters: QueryDict) -> bytes:
    return to_csv(*leaderboard_table(Filters.from_query(parameters))).encode()


def _json(parameters: QueryDict) -> bytes:
    return to_json(leaderboard_document(Filters.from_query(parameters))).encode()


#: Files of megabytes: no process keeps them in memory.
CSV = Result("csv", _csv, is_remembered=False)
JSON = Result("json", _json, is_remembered=False)
