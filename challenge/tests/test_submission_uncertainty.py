"""Uncertainty on the page of an entry: intervals, standard errors, and the range of its rank."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from challenge.entries.figures import overview_figures
from challenge.models import Evaluation, Submission, Uncertainty, ranked_versions
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION
from challenge.scoring.statistics.delong import standard_error_of_mean
from challenge.services import groups, history, submissions
from challenge.tests.pages import element, elements, page_of, table_of, text_of

FOLLOW = "Intervals follow in a moment"


def page_on(client, submission: Submission) -> str:
    return page_of(client, submission.get_absolute_url())


def result_of(client, submission: Submission, **query: str):
    return client.get(reverse("submission_result", args=[submission.pk]), query)


def facts(page: str) -> list[str]:
    return [text_of(fact) for fact in elements(page, "li.fact")]


def state_of(submission: Submission, status: str, *, results: bool = False) -> None:
    """Set the state of the job; without results, as in the first run."""
    version = BOOTSTRAP_VERSION if results else ""
    Uncertainty.objects.filter(evaluation__submission=submission).update(
        status=status, results_version=version
    )


def test_each_mean_and_each_metric_of_a_dataset_has_its_interval(client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9, kappa=0.4)
    uncertainty = Uncertainty.objects.get()
    page = page_on(client, submission)
    for fact, metric, value in zip(
        facts(page),
        ("auc", "balanced_accuracy", "cohen_kappa", "accuracy"),
        (0.9, 0.5, 0.4, 0.5),
        strict=False,
    ):
        low, high = uncertainty.intervals["average"][metric]
        assert fact.startswith(f"{value:.4f} 95 % interval {low:.4f}–{high:.4f}")
    low, high = uncertainty.intervals["octmnist"]["auc"]
    error = uncertainty.auc_standard_errors["octmnist"]
    cells = table_of(page, "Metrics for each dataset")["OCTMNIST"]
    assert cells[1:3] == [f"0.8700 95 % interval {low:.4f}–{high:.4f}", f"{error:.4f}"]
    low, high = uncertainty.intervals["octmnist"]["accuracy"]
    assert cells[5] == f"0.8700 95 % interval {low:.4f}–{high:.4f}"


CLOSE = "Above 0.995 an interval reaches much further down than up"


def test_values_close_to_1_are_explained_where_there_are_some(client, uncertain_entry, team):
    far, close = uncertain_entry(team, 0.994), uncertain_entry(team, 0.996, kappa=0.9)
    assert CLOSE not in page_on(client, far)
    assert page_on(client, close).count(CLOSE) == 1
    board = page_of(client, "/leaderboard/?entries=all")
    assert board.count(CLOSE) == 1
    compared = page_of(client, reverse("compare"), {"e": [f"s{far.pk}", f"s{close.pk}"]})
    assert compared.count(CLOSE) == 1


def test_the_standard_error_of_the_mean_follows_from_those_of_the_datasets(client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9, spread=0.02)
    means = table_of(page_on(client, submission), "Metrics for each dataset")["Mean of 12"]
    assert means[2] == f"{standard_error_of_mean([0.02] * 12):.4f}"


def test_an_interval_below_zero_is_written_with_words(client, uncertain_entry, team):
    page = page_on(client, uncertain_entry(team, 0.9, kappa=0.0))
    assert re.search(
        r"0\.0000 95 % interval \N{MINUS SIGN}0\.00\d\d to 0\.00\d\d Cohen's kappa", facts(page)[2]
    )


def test_the_rank_has_its_range_and_a_set(client, uncertain_entry, team, other_team):
    first, second, third = (uncertain_entry(team, auc) for auc in (0.95, 0.901, 0.9))
    first_fact, third_fact = (facts(page_on(client, one))[-1] for one in (first, third))
    assert first_fact.startswith("1 rank by AUC, of 3 at this resolution")
    assert "moves 1 over resamples of the test images" in first_fact
    assert "rank set 1 of 3 entries (simultaneous 95 %)" in first_fact
    assert (
        "moves 2–3 over resamples of the test images moves 2–3 over resamples of the datasets" in third_fact
    )
    for close in (second, third):
        assert "rank set 2–3 of 3 entries" in facts(page_on(client, close))[-1]


def test_published_results_take_ranks_and_are_in_no_set(client, uncertain_entry, team):
    call_command("import_reported_baselines", verbosity=0)
    first, second = uncertain_entry(team, 0.99), uncertain_entry(team, 0.3)
    assert "moves 1 over resamples of the test images" in facts(page_on(client, first))[-1]
    last = facts(page_on(client, second))[-1]
    assert int(last.split()[0]) > 20
    assert "rank set 2 of 2 entries" in last


def test_a_seed_has_the_place_of_its_group(client, uncertain_entry, team):
    uncertain_entry(team, 0.95)
    seeds = [uncertain_entry(team, auc, sha256=f"{auc}") for auc in (0.896, 0.894)]
    uncertain_entry(team, 0.92)
    groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    for seed in seeds:
        fact = facts(page_on(client, seed))[-1]
        assert fact.startswith("3 rank by AUC of its group of seeds, of 3 at this resolution")
        assert "moves 3 over resamples of the test images moves 3 over resamples of the datasets" in fact
        assert "rank set 3 of 3 entries" in fact


def test_a_disqualified_seed_has_no_place_of_its_group(as_user, uncertain_entry, team):
    seeds = [uncertain_entry(team, auc, sha256=f"{auc}") for auc in (0.99, 0.8, 0.7)]
    groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    submissions.disqualify(seeds[0], "Trained on test images.", by=history.COMMAND)
    assert "rank by AUC of its group" in page_on(as_user(team), seeds[1])
    assert "rank by AUC" not in page_on(as_user(team), seeds[0])


def test_what_is_disqualified_or_was_scored_by_other_versions_has_no_rank(as_user, uncertain_entry, team):
    hidden, old = uncertain_entry(team, 0.95), uncertain_entry(team, 0.9)
    submissions.disqualify(hidden, "Trained on test images.", by=history.COMMAND)
    old.evaluations.update(scorer_version="0")
    for submission in (hidden, old):
        page = page_on(as_user(team), submission)
        assert "rank by AUC" not in page
        assert "95 % interval" in page
        assert "hx-trigger" not in element(page, "#result").attributes


@pytest.mark.parametrize("status", [Uncertainty.Status.QUEUED, Uncertainty.Status.RUNNING])
def test_the_page_says_that_intervals_follow_and_asks_for_them(status, client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    state_of(submission, status)
    page = page_on(client, submission)
    assert FOLLOW in page
    assert "95 % interval" not in page
    address = reverse("submission_result", args=[submission.pk])
    result = element(page, "section#result").attributes
    assert (result["hx-get"], result["hx-trigger"]) == (f"{address}?shown=intervals-follow", "every 1s")
    assert "Look again" in page, "without scripts"

    with CaptureQueriesContext(connection) as queries:
        waiting = result_of(client, submission, shown="intervals-follow")
    assert len(queries) < 10, "asked every second"
    assert (waiting.status_code, waiting.content) == (204, b""), "what is there is not sent again and again"
    state_of(submission, Uncertainty.Status.DONE, results=True)
    there = result_of(client, submission, shown="intervals-follow")
    text = there.content.decode()
    assert there.status_code == 200
    assert "95 % interval" in text
    assert "hx-get" not in element(text, "#result").attributes
    assert elements(text, "#figures[hx-swap-oob=true]"), "the figures have intervals, too"
    assert FOLLOW not in page_on(client, submission)


@pytest.mark.parametrize("status", [status for status in Uncertainty.Status if status != "done"])
def test_earlier_results_stay_while_they_are_estimated_again(status, client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    before = page_on(client, submission)
    state_of(submission, status, results=True)
    page = page_on(client, submission)
    assert facts(page) == facts(before)
    assert table_of(page, "Metrics for each dataset") == table_of(before, "Metrics for each dataset")
    assert "hx-trigger" not in element(page, "#result").attributes


def test_a_page_that_waited_for_scores_gets_them_before_the_intervals(client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    state_of(submission, Uncertainty.Status.QUEUED)
    text = result_of(client, submission).content.decode()
    assert "0.9000" in text
    assert FOLLOW in text
    assert "shown=intervals-follow" in text


def test_what_was_scored_before_there_were_intervals_waits_for_the_sweep(client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    Uncertainty.objects.all().delete()
    page = page_on(client, submission)
    assert "This entry was scored before the site computed intervals" in page
    assert element(page, "#result").attributes["hx-trigger"] == "every 10s"
    assert facts(page)[-1].startswith("1 rank by AUC"), "without a range"
    assert result_of(client, submission, shown="intervals-follow").status_code == 204


def test_a_failed_estimate_is_reported_and_not_polled(client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    state_of(submission, Uncertainty.Status.FAILED)
    page = page_on(client, submission)
    assert "could not be estimated, because of an error on our side" in page
    assert FOLLOW not in page
    assert "hx-get" not in element(page, "#result").attributes


def test_an_entry_that_is_scored_again_keeps_its_intervals_until_then(client, uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    submission.evaluations.update(status=Evaluation.Status.QUEUED)
    page = page_on(client, submission)
    assert "95 % interval" in page
    assert "shown=" not in page
    assert "load delay:400ms" in page


def test_figures_show_intervals_once_they_are_known(uncertain_entry, entry_by_dataset, team):
    versions = ranked_versions()
    sure, new = uncertain_entry(team, 0.9), entry_by_dataset(team, 0.9)
    for submission, has_bars in ((sure, True), (new, False)):
        evaluation = submission.evaluations.get()
        figure = overview_figures(submission, evaluation, versions)[0]
        assert ("error_y" in figure.data[0]) == has_bars
    low, _high = Uncertainty.objects.get().intervals["pathmnist"]["auc"]
    bars = overview_figures(sure, sure.evaluations.get(), versions)[0].data[0]["error_y"]
    assert bars["arrayminus"][0] == pytest.approx(0.9 - low, abs=1e-6)


def test_replicates_are_not_loaded_for_a_page(client, uncertain_entry, team, django_assert_max_num_queries):
    submission = uncertain_entry(team, 0.9)
    with django_assert_max_num_queries(40) as queries:
        page_on(client, submission)
    assert not [
        q for q in queries if '"challenge_uncertainty"."dataset_replicates"' in q["sql"].partition("FROM")[0]
    ]
