"""Leaderboard: ranks, rows shown, and parameters of the address."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Team
from challenge.formats.parameters import parameters
from challenge.leaderboard.ranking import Filters, leaderboard, rank_of
from challenge.models import Evaluation, Metric, PublishedMethod, ranked_versions
from challenge.services import history, submissions
from challenge.tests.pages import elements, page_of, text_of


def ranks(**filters) -> list[tuple[int | None, str]]:
    rows = leaderboard(Filters(**filters), ranked_versions())
    return [(row.rank, str(row.submission.team if row.submission else row.method)) for row in rows]


def test_it_works(client, entry, team, other_team):
    entry(team, 0.8)
    entry(other_team, 0.9, study_url="https://doi.org/10.1/x")
    page = page_of(client, reverse("leaderboard"))
    assert page.index("Team Beta") < page.index("Team Alpha")
    assert len(elements(page, ".with-study")) == 1
    assert "0.9000" in page


def test_equal_values_share_a_rank_and_the_earlier_entry_comes_first(entry, ground_truth, team, other_team):
    teams = [Team.objects.create_user(f"Team {n}", f"{n}@example.org") for n in range(2)]
    entry(team, 0.7)
    entry(other_team, 0.8)
    entry(teams[0], 0.9)
    entry(teams[1], 0.8)
    expected = [(1, "Team 0"), (2, "Team Beta"), (2, "Team 1"), (4, "Team Alpha")]
    assert ranks() == expected


def test_best_of_each_team_by_the_metric_that_is_chosen(entry, ground_truth, team):
    entry(team, 0.9, kappa=0.1, model_name="by AUC")
    entry(team, 0.8, kappa=0.2, model_name="by kappa")

    def names(**filters) -> list[str]:
        rows = leaderboard(Filters(**filters), ranked_versions())
        return [row.submission.model_name for row in rows if row.submission]

    assert names() == ["by AUC"]
    assert names(metric=Metric.COHEN_KAPPA) == ["by kappa"]
    assert names(all_entries=True) == ["by AUC", "by kappa"]


def test_of_equal_entries_of_a_team_the_earlier_is_its_best(entry, ground_truth, team):
    first = entry(team, 0.9)
    entry(team, 0.9)
    assert [row.submission for row in leaderboard(Filters(), ranked_versions())] == [first]


def test_resolutions_are_ranked_apart(entry, ground_truth, team, other_team):
    entry(team, 0.9, resolution=28)
    entry(other_team, 0.8, resolution=224)
    assert ranks(resolution=28) == [(1, "Team Alpha")]
    assert ranks(resolution=224) == [(1, "Team Beta")]


def test_what_is_not_scored_or_disqualified_or_by_other_versions_never_ranks(
    entry, ground_truth, team, labels
):
    entry(team, 0.9).evaluations.update(status=Evaluation.Status.FAILED, scored_at=None, auc=None)
    entry(team, 0.9).evaluations.update(scorer_version="0")
    submissions.disqualify(entry(team, 0.9), "Trained on the test split.", by=history.COMMAND)
    assert ranks() == []


def test_published_results_are_shown_with_deviation_and_source(client, entry, team):
    call_command("import_reported_baselines", verbosity=0)
    entry(team, 0.95)
    page = page_of(client, reverse("leaderboard"), {"resolution": 224, "metric": "auc"})
    assert "0.9530 ± 0.0022" in text_of(page)  # VGG16, end-to-end: Doerrich et al.
    assert "Doerrich et al. (2025)" in page
    assert "Bachmeier (2024)" in page
    without = page_of(client, reverse("leaderboard"), {"resolution": 224, "baselines": "off"})
    assert "Doerrich et al. (2025)" not in without
    assert "Team Alpha" in without


def test_rows_without_the_metric_come_last_and_have_no_rank(entry, ground_truth, team):
    call_command("import_reported_baselines", verbosity=0)
    entry(team, 0.1)
    rows = leaderboard(Filters(), ranked_versions())
    unranked = [row for row in rows if row.rank is None]
    assert rows[-len(unranked) :] == unranked
    assert {row.method.scheme for row in unranked if row.method} == {PublishedMethod.Scheme.KNN}
    assert next(row for row in rows if row.submission).rank == len(rows) - len(unranked)


def test_where_two_sources_differ_the_first_is_shown_and_the_other_named(db):
    call_command("import_reported_baselines", verbosity=0)
    rows = leaderboard(Filters(resolution=64), None)
    alexnet = next(
        row.scores["auc"] for row in rows if row.method and str(row.method) == "AlexNet, end-to-end"
    )
    assert alexnet.source == "Doerrich et al. (2025)"
    assert alexnet.others == ("Bachmeier (2024): 0.9269",)


def test_the_rank_of_one_submission_is_among_all_entries_and_published_results(entry, ground_truth, team):
    best, worst = entry(team, 0.99), entry(team, 0.01)
    call_command("import_reported_baselines", verbosity=0)
    published = PublishedMethod.objects.filter(resolution=224).exclude(scheme="knn").count()
    assert rank_of(best, Metric.AUC, ranked_versions()) == (1, published + 2)
    assert rank_of(worst, Metric.AUC, ranked_versions()) == (published + 2, published + 2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Filters()),
        ({"resolution": "28", "metric": "cohen_kappa"}, Filters(28, Metric.COHEN_KAPPA)),
        ({"entries": "all", "baselines": "off"}, Filters(all_entries=True, baselines=False)),
        ({"resolution": "32", "metric": "pk", "entries": "?", "baselines": "?"}, Filters()),
    ],
)
def test_filters_live_in_the_url_and_nonsense_means_the_default(query, expected):
    assert Filters.from_query(parameters(query)) == expected


def test_an_empty_board_says_what_to_do(client, ground_truth):
    page = page_of(client, reverse("leaderboard"))
    assert "No team has a scored entry at this resolution yet." in page


def test_every_page_states_the_ground_truth(client, entry, team):
    submission = entry(team, 0.9)
    for url in (reverse("home"), reverse("leaderboard"), submission.get_absolute_url(), "/accounts/login/"):
        page = page_of(client, url)
        assert "442621df50a5" in page
        assert "Demo data." in page


def test_the_number_of_queries_does_not_grow_with_the_entries(
    client, entry, team, other_team, django_assert_max_num_queries
):
    for number in range(20):
        entry(team if number % 2 else other_team, number / 20)
    with django_assert_max_num_queries(27):
        client.get(reverse("leaderboard"), {"entries": "all"})
