"""Submissions as JSON."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from django.conf import settings

from challenge.models import GroundTruth, RankedVersions, SecondaryMetrics, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import history, submissions
from challenge.services import uncertainty as uncertainties
from challenge.tests.exports.documents import get_csv, get_json


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
    new = GroundTruth.objects.create(name="New labels", checksum="f" * 64)
    RankedVersions.objects.update(ground_truth=new)
    document = get_json(client, f"/submissions/{row.pk}/result.json")
    assert document["ranks"] is None
    assert document["versions"]["ground_truth"]["sha256"] == old.checksum


def test_a_disqualified_submission_is_its_teams_to_see_without_a_rank(team, as_user, uncertain_entry):
    row = uncertain_entry(team, 0.9)
    submissions.disqualify(row, "Trained on the test set.", by=history.COMMAND)
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
