"""Leaderboard as CSV and JSON: the numbers of the page, with the same rows in the same order."""

import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from challenge.models import Metric
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS, SCORER_VERSION
from challenge.services import groups
from challenge.tests.exports.documents import COLUMNS, FACTS, HEAD, get_csv, get_json, publish
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of


def range_in(words: str, over: str) -> tuple[int, int] | None:
    """Return the range of ranks over resamples of the images or the datasets, from the words of a cell."""
    ends = re.search(rf"{over} (\d+)(?:–(\d+))?", words)
    return (int(ends[1]), int(ends[2] or ends[1])) if ends else None


def page_rows(client: Client, query: str) -> dict[str, dict]:
    """Return rank, ranges of ranks and the four values of the page's rows, by their addresses."""
    rows = {}
    board = region(page_of(client, f"/leaderboard/{query}"), "Ranking")
    titles = [text_of(head).removesuffix(" ↓") for head in elements(board, "thead .number")]
    for row in elements(board, "tbody tr"):
        address, rank = attribute(row, "th > a", "href")[0], text_of(element(row, ".rank"))
        by_title = dict(zip(titles, map(text_of, elements(row, ".number")), strict=True))
        texts = [by_title[metric.label] for metric in Metric]
        number = re.match(r"(?:≈ )?\(?(\d+)", rank)
        rows[settings.SITE_URL + address] = {
            "rank": int(number[1]) if number else None,
            "range": range_in(rank, "images"),
            "range over datasets": range_in(rank, "datasets"),
            "with_leader": "≈" in rank,
            "values": [text.split()[0] for text in texts],
            "intervals": [re.search(r"interval (\S+)–(\S+)", text) for text in texts],
        }
    return rows


@pytest.mark.parametrize("query", ["", "?entries=all", "?metric=cohen_kappa&entries=all", "?baselines=off"])
def test_the_csv_has_the_numbers_of_the_page(client, board, query):
    table, page = get_csv(client, query), page_rows(client, query)
    assert list(table["url"]) == list(page), "the same rows in the same order"
    for line in table.itertuples():
        shown = page[line.url]
        assert (None if pd.isna(line.rank) else line.rank) == shown["rank"]
        assert (None if pd.isna(line.rank_low) else (line.rank_low, line.rank_high)) == shown["range"]
        over_datasets = (line.rank_low_over_datasets, line.rank_high_over_datasets)
        assert (None if pd.isna(over_datasets[0]) else over_datasets) == shown["range over datasets"]
        assert (not pd.isna(line.with_leader) and line.with_leader) == shown["with_leader"]
        for metric, value, interval in zip(METRICS, shown["values"], shown["intervals"], strict=True):
            number = getattr(line, metric)
            assert value == ("–" if pd.isna(number) else f"{number:.4f}")
            if interval:
                ends = [f"{getattr(line, f'{metric}_{end}'):.4f}" for end in ("low", "high")]
                assert ends == list(interval.groups())


def test_columns_and_kinds(client, board):
    table = get_csv(client, "?entries=all")
    parts = [metric + part for metric in METRICS for part in ("", "_low", "_high", "_std")]
    assert list(table.columns) == COLUMNS + parts + FACTS
    by_name = table.set_index("name")
    assert dict(by_name["kind"]) == {
        "Model 3": "entry",
        "ResNet-18, end-to-end": "published",
        "Three seeds": "seeds",
        "Waiting": "entry",
        "ResNet-18, k-NN": "published",
    }
    group, entry = by_name.loc["Three seeds"], by_name.loc["Model 3"]
    assert group["n_seeds"] == 3
    assert group["auc_std"] == pytest.approx(0.01)
    assert group["auc"] == pytest.approx(0.81)
    assert group["auc_low"] < group["auc"] < group["auc_high"]
    assert entry["study_url"] == "https://doi.org/10.1000/1"
    assert entry["submitted_at"] == "2026-01-01T00:03:00Z"
    assert entry["cohen_kappa"] == -0.05, "a number, whatever its sign"
    assert not entry["standard"]
    assert pd.isna(entry["auc_std"])
    waiting, published = by_name.loc["Waiting"], by_name.loc["ResNet-18, end-to-end"]
    assert pd.isna(waiting[["auc_low", "auc_high", "rank_low", "with_leader"]]).all()
    assert pd.isna(published[["team", "submitted_at", "n_seeds", "standard", "auc_low", "accuracy"]]).all()
    assert (published["auc"], published["auc_std"]) == (0.83, 0.0123)
    assert pd.isna(by_name.loc["ResNet-18, k-NN"]["rank"])


def test_the_json_has_the_csv_and_each_dataset(client, board):
    document, table = get_json(client, "/leaderboard.json?entries=all"), get_csv(client, "?entries=all")
    assert set(document) == HEAD | {"filters", "rows"}
    assert len(document["rows"]) == len(table)
    for row, line in zip(document["rows"], table.to_dict("records"), strict=True):
        for column in COLUMNS:
            assert row[column] == line[column] or (row[column] is None and pd.isna(line[column]))
        average = row["average"]
        scored = [metric for metric in METRICS if metric in average]
        for column in (metric + part for metric in scored for part in ("", "_low", "_high", "_std")):
            assert average[column] == line[column] or (average[column] is None and pd.isna(line[column]))
        if row["kind"] == "published":
            assert scored
            for metric in scored:
                assert row["datasets"]["pathmnist"][metric] == average[metric]
                assert row["datasets_std"]["pathmnist"][metric] == average[f"{metric}_std"] == 0.0123
                assert average[f"{metric}_source"] == "Bachmeier (2024)"
            assert row["result_url"] is None
        else:
            assert list(row["datasets"]) == [dataset.name for dataset in MEDMNIST_PLUS]
            mean = np.mean([scores["auc"] for scores in row["datasets"].values()])
            assert list(row["datasets_std"]) == (list(row["datasets"]) if row["kind"] == "seeds" else [])
            assert mean == pytest.approx(row["average"]["auc"] - 0.055)  # as made by the fixture
            path = row["result_url"].removeprefix(settings.SITE_URL)
            assert get_json(client, path)["url"] == row["url"]


def test_the_json_says_what_its_numbers_are(client, board, ground_truth):
    before = datetime.now(UTC).replace(microsecond=0)
    document = get_json(client, "/leaderboard.json?metric=accuracy&resolution=224&protocol=standard")
    assert document["site"] == settings.SITE_URL
    assert before <= datetime.fromisoformat(document["generated_at"]) <= datetime.now(UTC)
    assert document["versions"] == {
        "site": re.search(r'^version = "(.+)"', (settings.BASE_DIR / "pyproject.toml").read_text(), re.M)[1],  # type: ignore[index]
        "scorer": SCORER_VERSION,
        "ground_truth": {"name": "Demo labels", "sha256": ground_truth.checksum, "is_demo": True},
        "bootstrap": {"version": "2", "replicates": 1000, "level": 0.95},
    }
    assert document["filters"] == {
        "resolution": 224,
        "metric": "accuracy",
        "entries": "best",
        "baselines": "on",
        "protocol": "standard",
    }


@pytest.mark.parametrize(
    ("suffix", "kind"), [("csv", "text/csv; charset=utf-8"), ("json", "application/json")]
)
def test_names_and_types_of_the_files(client, board, suffix, kind):
    response = client.get(f"/leaderboard.{suffix}?resolution=64&metric=balanced_accuracy")
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    name = f"big-leaderboard-64-balanced-accuracy-{day}.{suffix}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == kind


def test_without_labels_and_without_entries(client, db):
    assert get_csv(client, "?baselines=off").empty
    document = get_json(client, "/leaderboard.json?baselines=off")
    assert document["rows"] == []
    assert document["versions"]["ground_truth"] is None


def test_queries_do_not_grow_with_the_rows(client, team, other_team, uncertain_entry):
    def queries() -> list[int]:
        counts = []
        for path in ("/leaderboard.csv?entries=all", "/leaderboard.json?entries=all"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            counts.append(len(captured))
        return counts

    def add() -> None:
        runs = [uncertain_entry(team, 0.8, sha256=f"{team.pk}-{n}") for n in range(2)]
        groups.create_group(team=team, name="Seeds", members=[run.pk for run in runs])
        uncertain_entry(other_team, 0.7)

    add()
    publish(auc=0.83)
    few = queries()
    add()
    publish("knn", accuracy=0.83)
    assert queries() == few
