"""Exports: the leaderboard as CSV and JSON, submissions and groups as JSON."""

import io
import json
import re
import subprocess
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from challenge.formats.spreadsheets import without_formulas
from challenge.models import (
    Evaluation,
    GroundTruth,
    MethodGroup,
    Metric,
    PublishedMethod,
    PublishedScore,
    SecondaryMetrics,
    Submission,
    Uncertainty,
)
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS, SCORER_VERSION
from challenge.services import groups, submissions
from challenge.services import uncertainty as uncertainties
from challenge.tests import needs
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of
from challenge.tests.scoring.naive_intervals import naive_interval, naive_losses

COLUMNS = [
    *("rank", "rank_low", "rank_high", "rank_low_over_datasets", "rank_high_over_datasets", "with_leader"),
    *("kind", "name", "team", "submitted_at", "resolution"),
    *("n_seeds", "standard", "baseline", "chosen_by_team", "attempts", "study_url", "url"),
]
FACTS = [
    *("parameters_millions", "family", "pretraining", "pretraining_name", "n_networks", "sharing"),
    *("training_hours", "hardware", "code_licence"),
]
HEAD = {"benchmark", "site", "generated_at", "versions", "how_to_cite", "citation"}
ABOUT = {
    *("kind", "url", "name", "team", "submitted_at", "resolution", "study_url"),
    *("external_data", "special_methods", "standard", "baseline", "chosen_by_team", "attempts", "facts"),
}
ENTRY = ABOUT | {
    *("description", "code_url", "sha256", "group", "disqualified", "withdrawn", "status", "scored_at"),
    *("ranks", "average", "datasets", "further_metrics"),
}
GROUP = {
    *("kind", "url", "name", "team", "resolution", "standard", "n_seeds", "facts"),
    *("chosen_by_team", "attempts", "ranks", "average", "datasets", "members"),
}


def get_csv(client: Client, query: str = "") -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(client.get(f"/leaderboard.csv{query}").content))


def get_json(client: Client, path: str) -> dict:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content, parse_constant=refuse)


def publish(scheme: str = "end-to-end", resolution: int = 224, **means: float) -> PublishedMethod:
    method = PublishedMethod.objects.create(scheme=scheme, architecture="resnet18", resolution=resolution)
    for metric, mean in means.items():
        about = {"metric": metric, "mean": mean, "std": 0.0123}
        for dataset in ("average", "pathmnist"):
            PublishedScore.objects.create(method=method, source="thesis2024", dataset=dataset, **about)
    return method


@pytest.fixture
def seeds(team, uncertain_entry) -> MethodGroup:
    runs = [
        uncertain_entry(team, auc, sha256=f"{number:064}", model_name=f"Seed {number}")
        for number, auc in enumerate((0.80, 0.82, 0.81))
    ]
    return groups.create_group(team=team, name="Three seeds", members=[run.pk for run in runs])


@pytest.fixture
def board(team, other_team, uncertain_entry, seeds) -> None:
    """An entry of each kind, and an entry without intervals yet."""
    uncertain_entry(other_team, 0.84, kappa=-0.05, study_url="https://doi.org/10.1000/1", external_data=True)
    waiting = uncertain_entry(other_team, 0.7, model_name="Waiting")
    Uncertainty.objects.filter(evaluation__submission=waiting).update(
        status=Uncertainty.Status.QUEUED, results_version=""
    )
    publish(auc=0.83)
    publish("knn", accuracy=0.75)


# --- The leaderboard ------------------------------------------------------------------------------


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


# --- Facts of the methods ------------------------------------------------------------------------

STATED = {
    "parameters_millions": 11.1765,
    "family": "cnn",
    "pretraining": "natural",
    "pretraining_name": "ImageNet-1k",
    "n_networks": 3,
    "sharing": "one",
    "training_hours": 0.0,
    "hardware": "=1+1 NVIDIA A100",
    "code_licence": "Apache-2.0",
}


def test_facts_are_exported_by_the_names_of_their_fields(client, team, other_team, uncertain_entry):
    full, blank = uncertain_entry(team, 0.9, **STATED), uncertain_entry(other_team, 0.8)
    method = publish(auc=0.7)
    PublishedMethod.objects.update(**STATED)
    table = get_csv(client).set_index("url")
    rows = {row["url"]: row["facts"] for row in get_json(client, "/leaderboard.json")["rows"]}
    for one in (full, method):
        address = f"{settings.SITE_URL}{one.get_absolute_url()}"
        assert rows[address] == STATED
        assert dict(table.loc[address, FACTS]) == STATED | {"hardware": "'=1+1 NVIDIA A100"}
    address = f"{settings.SITE_URL}{blank.get_absolute_url()}"
    assert rows[address] == dict.fromkeys(FACTS)
    assert table.loc[address, FACTS].isna().all()
    for one in (full, blank):
        document = get_json(client, f"{one.get_absolute_url()}result.json")
        assert document["facts"] == rows[document["url"]]


def test_the_facts_of_a_group_are_those_that_all_seeds_state(client, team, uncertain_entry):
    changes: list[dict] = [{}, {"training_hours": 2.0}, {"hardware": ""}]
    runs = [
        uncertain_entry(team, 0.8, sha256=f"{number:064}", **STATED | change)
        for number, change in enumerate(changes)
    ]
    group = groups.create_group(team=team, name="Seeds", members=[run.pk for run in runs])
    (row,) = get_json(client, "/leaderboard.json?baselines=off")["rows"]
    assert row["facts"] == STATED | {"training_hours": None, "hardware": None}
    assert get_json(client, f"/groups/{group.pk}/result.json")["facts"] == row["facts"]


# --- Names chosen by teams -----------------------------------------------------------------------

HOSTILE = [
    '=HYPERLINK("https://evil.example.org","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\rx",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    'quotes "and" commas, and; =1+1',
    "two\nlines\n=1+1",
    "ResNet-18 – größer, 三つ 🧬",
    "</script><b>&amp;",
    "NULL",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_formulas(client, team, entry_by_dataset, name):
    entry_by_dataset(team, 0.8, model_name=name)
    (row,) = get_json(client, "/leaderboard.json?entries=all")["rows"]
    assert row["name"] == name
    text = client.get("/leaderboard.csv?entries=all").content.decode()
    read = pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False)
    assert read["name"][0].replace("'", "") == name
    assert not is_formula(read["name"][0])
    assert list(read["auc"]) == [0.8]
    # in a program that separates cells by semicolons, quotation marks do not protect
    assert not any(map(is_formula, text.replace('""', '"').split(";")))


#: The four characters that start a formula, in normal and in full width.
BEGINNINGS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def is_formula(cell: str) -> bool:
    return cell.strip().lstrip('" \t\r\n').startswith(BEGINNINGS)


@given(st.text(st.sampled_from([*BEGINNINGS, *";\t\r\n \"'ab"])))
def test_no_cell_of_any_spreadsheet_begins_as_a_formula(text):
    safe = without_formulas(text)
    assert safe.replace("'", "") == text.replace("'", ""), "nothing but apostrophes is added"
    assert not any(map(is_formula, re.split(r"[;\t\r\n]", safe)))
    assert not safe.startswith(("\t", "\r", "\n"))


def test_what_is_no_formula_stays_as_it_is():
    for name in ("ResNet-18 + TTA", "a=b", "me@example.org; 3 seeds", "x - y", "it's"):
        assert without_formulas(name) == name


# --- Private data --------------------------------------------------------------------


def test_what_is_hidden_is_in_no_file(client, team, as_user, submit, uncertain_entry):
    uncertain_entry(team, 0.9, model_name="Shown")
    hidden = uncertain_entry(team, 0.95, model_name="Out of the race")
    submissions.disqualify(hidden, "Trained on the test set.")
    queued = submit(team, model_name="Still waiting", resolution=224)
    for client_of in (client, as_user(team)):
        for suffix in ("csv", "json"):
            text = client_of.get(f"/leaderboard.{suffix}?entries=all").content.decode()
            assert "Shown" in text
            assert "Out of the race" not in text
            assert "Still waiting" not in text
            assert "alpha@example.org" not in text
    for submission in (hidden, queued):
        assert client.get(f"/submissions/{submission.pk}/result.json").status_code == 404
        assert as_user(team).get(f"/submissions/{submission.pk}/result.json").status_code == 200


def test_a_submission_says_nothing_private(client, team, as_user, uncertain_entry):
    row = uncertain_entry(team, 0.9, file_name="canary.csv", disqualification_reason="canary of a reason")
    Evaluation.objects.update(problems=["canary of a problem"])
    for viewer in (client, as_user(team)):
        document = get_json(viewer, f"/submissions/{row.pk}/result.json")
        assert set(document) == HEAD | ENTRY
        assert "canary" not in json.dumps(document)
        assert "example.org" not in json.dumps(document)


# --- A submission ---------------------------------------------------------------------------------


def test_a_scored_submission(client, team, submit_and_score):
    about = {"study_url": "https://doi.org/10.1000/1", "code_url": "https://example.org/code"}
    row = submit_and_score(team, skill=1.5, model_name="Model “é”", special_methods="An ensemble", **about)
    evaluation = row.evaluations.get()
    path = f"/submissions/{row.pk}/result.json"
    waiting = get_json(client, path)
    assert waiting["average"]["auc_low"] is None
    assert waiting["versions"]["bootstrap"] is None
    assert waiting["further_metrics"] is None

    uncertainties.estimate(evaluation.pk)
    document = get_json(client, path)
    assert (document["name"], document["team"], document["kind"]) == ("Model “é”", "Team Alpha", "entry")
    assert document["url"] == f"{settings.SITE_URL}/submissions/{row.pk}/"
    assert document["sha256"] == row.sha256
    assert (document["study_url"], document["code_url"]) == tuple(about.values())
    assert (document["standard"], document["special_methods"]) == (False, "An ensemble")
    assert document["status"] == "scored"
    assert document["versions"]["scorer"] == evaluation.scorer_version
    assert document["versions"]["ground_truth"]["sha256"] == evaluation.ground_truth.checksum
    assert document["versions"]["bootstrap"]["version"] == "2"
    assert list(document["datasets"]) == [dataset.name for dataset in MEDMNIST_PLUS]
    known = Uncertainty.objects.get()
    assert known.status == Uncertainty.Status.DONE
    for score in evaluation.dataset_scores.all():
        found = document["datasets"][score.dataset]
        for metric in METRICS:
            assert found[metric] == getattr(score, metric)
            ends = [found[f"{metric}_{end}"] for end in ("low", "high")]
            assert ends == known.intervals[score.dataset][metric]
            assert found[f"{metric}_se"] == known.standard_errors[score.dataset][metric] > 0
        assert found["auc_se_delong"] == known.auc_standard_errors[score.dataset]
    average = document["average"]
    for metric in METRICS:
        values = [scores[metric] for scores in document["datasets"].values()]
        assert average[metric] == pytest.approx(np.mean(values))
        assert average[f"{metric}_low"] < average[metric] < average[f"{metric}_high"]
        ranges = dict.fromkeys(["low", "high", "low_over_datasets", "high_over_datasets"], 1)
        assert document["ranks"][metric] == {"rank": 1, "of": 1, **ranges}
    assert document["further_metrics"] == SecondaryMetrics.objects.get().datasets


def test_ranks_are_those_of_the_leaderboard(client, team, board):
    table = get_csv(client, "?entries=all").set_index("url")
    ranked = table[table["rank"].notna()]
    for address, line in ranked[ranked["kind"] != "published"].iterrows():
        path = str(address).removeprefix(settings.SITE_URL)
        place = get_json(client, f"{path}result.json")["ranks"]["auc"]
        assert place["rank"] == line["rank"]
        assert place["of"] == len(ranked)
        for end in ("low", "low_over_datasets", "high_over_datasets"):
            shown = line[f"rank_{end}"]
            assert place[end] == shown or (place[end] is None and pd.isna(shown))


def test_a_seed_is_ranked_with_its_group(client, seeds):
    group = get_json(client, f"/groups/{seeds.pk}/result.json")
    for seed in seeds.public_members():
        document = get_json(client, f"/submissions/{seed.pk}/result.json")
        assert document["group"] == group["url"]
        assert document["ranks"] == group["ranks"]


def test_a_submission_that_is_not_scored(team, submit, as_user):
    row = submit(team)
    document = get_json(as_user(team), f"/submissions/{row.pk}/result.json")
    assert document["status"] == "queued"
    assert document["average"] is document["datasets"] is document["ranks"] is None


def test_scores_by_other_labels_have_no_rank(client, team, uncertain_entry):
    row = uncertain_entry(team, 0.9)
    old = row.evaluations.get().ground_truth
    GroundTruth.objects.create(
        name="New labels", checksum="f" * 64, activated_at=datetime(2099, 1, 1, tzinfo=UTC)
    )
    document = get_json(client, f"/submissions/{row.pk}/result.json")
    assert document["ranks"] is None
    assert document["versions"]["ground_truth"]["sha256"] == old.checksum


def test_a_disqualified_submission_is_its_teams_to_see_without_a_rank(team, as_user, uncertain_entry):
    row = uncertain_entry(team, 0.9)
    submissions.disqualify(row, "Trained on the test set.")
    document = get_json(as_user(team), f"/submissions/{row.pk}/result.json")
    assert document["disqualified"] is True
    assert document["ranks"] is None
    assert document["average"]["auc"] == 0.9


def test_results_are_not_kept_by_caches_for_others(client, team, uncertain_entry):
    row = uncertain_entry(team, 0.9)
    response = client.get(f"/submissions/{row.pk}/result.json")
    assert {"private", "no-cache"} <= set(response["Cache-Control"].split(", "))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert response["Content-Disposition"] == f'attachment; filename="big-entry-{row.pk}-{day}.json"'


# --- A group --------------------------------------------------------------------------------------


def test_a_group(client, seeds, labels):
    document = get_json(client, f"/groups/{seeds.pk}/result.json")
    assert set(document) == HEAD | GROUP
    members = list(seeds.public_members())
    aucs = [0.80, 0.82, 0.81]
    assert (document["name"], document["n_seeds"], document["resolution"]) == ("Three seeds", 3, 224)
    assert document["average"]["auc"] == pytest.approx(np.mean(aucs))
    assert document["average"]["auc_std"] == pytest.approx(np.std(aucs, ddof=1))
    for member, found in zip(members, document["members"], strict=True):
        assert found["sha256"] == member.sha256
        assert found["average"]["auc"] == member.evaluations.get().auc
        assert found["url"] == f"{settings.SITE_URL}{member.get_absolute_url()}"
    contents = Uncertainty.objects.values_list("dataset_replicates", flat=True)
    replicates = np.mean([np.frombuffer(c, "<f4").reshape(12, 4, -1) for c in contents], axis=0)
    # the deviation of the three seeds is 0.01
    between_seeds = 0.01 / 3**0.5 * stats.t.ppf(0.975, 2) / stats.norm.ppf(0.975)
    for replicate, dataset in zip(replicates, MEDMNIST_PLUS, strict=True):
        scores = document["datasets"][dataset.name]
        losses = naive_losses(labels.labels[dataset.name], dataset).T
        for metric, of_metric, of_miss, lowest in zip(METRICS, replicate, losses, (0, 0, -1, 0), strict=True):
            error = scores[f"{metric}_se"]
            assert error == pytest.approx(np.hypot(of_metric.std(ddof=1), between_seeds), rel=0.1)
            with_this_error = scores[metric] + np.array([-1, 1]) * error / 2**0.5
            ends = [scores[f"{metric}_low"], scores[f"{metric}_high"]]
            assert ends == pytest.approx(naive_interval(scores[metric], with_this_error, of_miss, lowest))


def test_a_group_with_one_left_is_its_teams_and_has_no_scores(client, team, as_user, seeds):
    for member in list(seeds.public_members())[1:]:
        submissions.disqualify(member, "Trained on the test set.")
    path = f"/groups/{seeds.pk}/result.json"
    assert client.get(path).status_code == 404
    document = get_json(as_user(team), path)
    assert document["average"] is document["datasets"] is document["ranks"] is None
    assert len(document["members"]) == 1


# --- Documentation ------------------------------------------------------------------


def blocks(language: str) -> str:
    section = re.search(
        r"^## Get the numbers$(.*?)^## ", (settings.BASE_DIR / "README.md").read_text("utf-8"), re.M | re.S
    )
    assert section
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", section[1], re.S))


@pytest.fixture
def documented_site(live_server, board, settings) -> str:
    settings.SITE_URL = live_server.url
    return live_server.url


def test_the_documented_pandas_code_runs(documented_site):
    code = blocks("python").replace("https://big.example.org", documented_site)
    assert documented_site in code
    names: dict = {}
    exec(code, names)  # noqa: S102
    assert list(names["board"]["name"])[:2] == ["Model 3", "ResNet-18, end-to-end"]
    assert list(names["auc"].index) == [dataset.name for dataset in MEDMNIST_PLUS]
    assert names["auc"]["Three seeds"]["pathmnist"] == pytest.approx(0.81)


@needs.curl
def test_the_documented_curl_commands_work(documented_site, tmp_path):
    number = Submission.objects.filter(group=None).first().pk  # type: ignore[union-attr]
    commands = blocks("sh").replace("https://big.example.org", documented_site).replace("/12/", f"/{number}/")
    subprocess.run(["sh", "-e", "-c", commands], cwd=tmp_path, check=True, timeout=60)
    (table,) = tmp_path.glob("big-leaderboard-224-auc-*.csv")
    assert len(pd.read_csv(table)) == 5
    (result,) = tmp_path.glob(f"big-entry-{number}-*.json")
    assert json.loads(result.read_text("utf-8"))["kind"] == "entry"
