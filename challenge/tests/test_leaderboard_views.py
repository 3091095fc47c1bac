"""Tabs of the leaderboard (rank uncertainty, other ways to rank, informational metrics) and its pagination."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from challenge.leaderboard import page as board_page
from challenge.leaderboard import uncertainty as rank_uncertainty
from challenge.leaderboard.alternatives import leave_one_out_ranges, ways_to_rank
from challenge.leaderboard.filters import Filters, Tab
from challenge.leaderboard.rank_sets import rank_sets_of
from challenge.leaderboard.ranking import leaderboard
from challenge.leaderboard.uncertainty import positions, with_rank_ranges
from challenge.models import Evaluation, Metric, SecondaryMetrics, Uncertainty, ranked_versions
from challenge.results.replicates import with_intervals
from challenge.results.rows import with_dataset_scores
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION
from challenge.services import uncertainty
from challenge.tests.pages import elements, page_of, region, text_of


@pytest.fixture
def get(client):
    """Return a function that gives the words of a tab of the leaderboard."""
    return lambda **query: text_of(page_of(client, reverse("leaderboard"), {"entries": "all", **query}))


def ranked_rows(**about):
    rows = leaderboard(Filters(all_entries=True, **about), ranked_versions())
    return with_rank_ranges(rows, Metric.AUC)


def test_close_entries_share_ranges_and_a_distant_one_has_its_own(uncertain_entry, team):
    for auc in (0.9, 0.8999, 0.7):
        uncertain_entry(team, auc)
    assert [row.rank_range for row in ranked_rows()] == [(1, 2), (1, 2), (3, 3)]
    assert [row.is_with_leader for row in ranked_rows()] == [True, True, False]


def test_only_so_many_are_compared_with_the_leader(uncertain_entry, team, monkeypatch):
    monkeypatch.setattr(rank_uncertainty, "MOST_WITH_LEADER", 2)
    for auc in (0.9, 0.8999, 0.7):
        uncertain_entry(team, auc)
    assert [row.is_with_leader for row in ranked_rows()] == [True, True, None]
    assert None not in [row.rank_range for row in ranked_rows()]


def test_the_ranking_says_range_and_interval(uncertain_entry, team, get):
    for auc in (0.9, 0.8999, 0.7):
        uncertain_entry(team, auc)
    page = get()
    assert page.count("moves over resamples of the images 1–2") == 2
    assert "moves over resamples of the images 3 " in page
    assert page.count("moves over resamples of the datasets 1–2") == 2
    assert "moves over resamples of the datasets 3 " in page
    assert "marks the 2 entries that cannot be distinguished from the leading entry" in page
    assert page.count("95 % interval 0.") == 3


def test_published_results_have_fixed_values_and_no_range(uncertain_entry, team):
    call_command("import_reported_baselines", verbosity=0)
    uncertain_entry(team, 0.999, spread=0.0001)
    rows = ranked_rows()
    assert rows[0].rank_range == (1, 1)
    assert all(row.rank_range is None for row in rows if row.method)


def test_an_entry_without_replicates_has_no_range_and_counts_in_that_of_others(uncertain_entry, entry, team):
    entry(team, 0.95)
    uncertain_entry(team, 0.8)
    assert [row.rank_range for row in ranked_rows()] == [None, (2, 2)]


def test_replicates_of_an_older_bootstrap_are_not_paired(uncertain_entry, team):
    for auc in (0.9, 0.8):
        uncertain_entry(team, auc)
    Uncertainty.objects.filter(evaluation__auc=0.9).update(results_version="0")
    assert [row.rank_range for row in ranked_rows()] == [None, (2, 2)]


def test_no_row_loses_its_range_while_all_are_estimated_again(
    client, submit_and_score, team, other_team, monkeypatch
):
    """After an update, the sweep queues everything; the board is read before, during and after each estimate."""
    estimate_file = uncertainty.estimate_file

    def shown() -> str:
        return text_of(region(page_of(client, "/leaderboard/?resolution=28&entries=all"), "Ranking"))

    for of, skill in ((team, 1.0), (other_team, 1.01)):
        uncertainty.estimate(submit_and_score(of, skill=skill).evaluations.get().pk)
    before = shown()
    assert before.count("resamples of the images") == before.count("resamples of the datasets") == 2
    assert before.count("95 % interval") == 2
    Uncertainty.objects.update(bootstrap_version="1", results_version="1")
    assert uncertainty.queue_missing() == 2

    def estimate_and_look(*paths):
        assert shown() == before, "running"
        return estimate_file(*paths)

    monkeypatch.setattr(uncertainty, "estimate_file", estimate_and_look)
    for evaluation in list(Evaluation.objects.all()):
        assert shown() == before, "queued"
        uncertainty.estimate(evaluation.pk)
        assert shown() == before, "the first has new results, the second old ones: the resamples are the same"
    assert set(Uncertainty.objects.values_list("status", "results_version")) == {("done", BOOTSTRAP_VERSION)}


def test_the_interval_is_that_of_the_mean(uncertain_entry, team):
    submission = uncertain_entry(team, 0.9)
    rows = with_intervals(ranked_rows())
    stored = submission.evaluations.get().uncertainty.intervals["average"]
    score = rows[0].scores["cohen_kappa"]
    assert [score.low, score.high] == pytest.approx(stored["cohen_kappa"], abs=1e-6)


def test_the_place_of_one_entry_is_among_all(uncertain_entry, ground_truth, team):
    for auc in (0.9, 0.7):
        uncertain_entry(team, auc)
    places = sorted(positions(224, Metric.AUC, ranked_versions()).values(), key=lambda place: place.rank)
    assert [(place.rank, place.rank_range, place.of) for place in places] == [(1, (1, 1), 2), (2, (2, 2), 2)]


@pytest.fixture
def rows(uncertain_entry, team):
    """Three entries whose scores fall by 0.01 from dataset to dataset."""
    for auc in (0.8, 0.9, 0.7):
        uncertain_entry(team, auc, spread=0.001)
    return with_dataset_scores(ranked_rows())


def test_each_way_ranks_rows_that_agree_alike(rows):
    ways = ways_to_rank(rows, Metric.AUC, 224)
    titles = ["Mean", "Mean rank", "Wins by test", "Three metrics", "Worst dataset", "Organs as one"]
    assert [way.title for way in ways] == titles
    for way in ways:
        if way.title != "Three metrics":
            assert [cell.rank for cell in way.cells] == [1, 2, 3], way.title
    by_title = {way.title: [cell.value for cell in way.cells] for way in ways}
    assert by_title["Mean rank"] == ["1.0", "2.0", "3.0"]
    assert by_title["Wins by test"] == ["24", "12", "0"]
    assert by_title["Worst dataset"][0] == f"0.7900, {MEDMNIST_PLUS.datasets[-1].title}"
    assert leave_one_out_ranges(rows, Metric.AUC) == [(1, 1), (2, 2), (3, 3)]
    assert rank_sets_of(rows, Metric.AUC) == [(1, 1), (2, 2), (3, 3)]


def test_the_decathlon_score_is_there_once_its_baseline_is(rows):
    call_command("import_reported_baselines", verbosity=0)
    way = ways_to_rank(rows, Metric.AUC, 224)[-1]
    assert way.title == "Decathlon"
    assert [cell.rank for cell in way.cells] == [1, 2, 3]


def test_a_row_without_scores_on_datasets_has_no_rank_in_what_needs_them(rows, entry, team):
    entry(team, 0.95)
    rows = with_dataset_scores(ranked_rows())
    cells = {way.title: way.cells[0] for way in ways_to_rank(rows, Metric.AUC, 224)}
    assert (cells["Mean"].rank, cells["Mean rank"].rank, cells["Worst dataset"].value) == (1, None, "")
    assert leave_one_out_ranges(rows, Metric.AUC)[0] is None
    assert rank_sets_of(rows, Metric.AUC)[0] is None


def test_other_ways_to_rank_are_a_view(rows, get):
    page = get(view="ways")
    assert "Wins by test" in page
    assert "Rank set" in page


def test_how_sure_ranks_are_is_a_view(rows, client):
    page = page_of(client, reverse("leaderboard"), {"entries": "all", "view": "ranks"})
    for name in ("rank-blobs", "kendall-tau", "differences"):
        assert name in page


def test_informational_metrics_are_shown_with_chance_and_the_majority(uncertain_entry, team, get):
    evaluation = uncertain_entry(team, 0.9).evaluations.get()
    further = {
        "matthews_correlation": 0.4321,
        "average_precision": 0.5,
        "brier_score": 0.1,
        "log_loss": 0.2,
        "calibration_error": 0.03,
    }
    SecondaryMetrics.objects.create(evaluation=evaluation, datasets={d.name: further for d in MEDMNIST_PLUS})
    page = get(view="further")
    assert "0.4321" in page
    assert "Chance 0.5000" in page
    assert "Always the most frequent class 0.5000" in page


@pytest.mark.parametrize(
    ("view", "draws"), [("ranking", False), ("ranks", True), ("ways", True), ("figures", True)]
)
def test_tabs_with_figures_load_the_scripts_that_draw_them(view, draws, rows, client):
    page = page_of(client, reverse("leaderboard"), {"entries": "all", "view": view})
    assert bool(elements(page, "[data-figure]")) == draws
    assert ("plotly" in page) == draws


@pytest.mark.parametrize("view", Tab.values)
def test_every_view_of_an_empty_board_says_so(view, get, ground_truth):
    assert "No team has a scored entry at this resolution yet." in get(view=view)


def test_every_tab_works_without_ground_truth(db, get):
    for view in Tab.values:
        assert "Leaderboard" in get(view=view)


def test_long_rankings_have_pages(entry, team, client, monkeypatch):
    monkeypatch.setattr(board_page, "ROWS_PER_PAGE", 2)
    for auc in (0.9, 0.8, 0.7):
        entry(team, auc)

    def table(page: str) -> str:
        return text_of(
            region(page_of(client, reverse("leaderboard"), {"entries": "all", "page": page}), "Ranking")
        )

    first, second, beyond = table(""), table("2"), table("99")
    assert "0.9000" in first
    assert "0.7000" not in first
    assert "0.7000" in second
    assert "0.7000" in beyond
    assert "0.9000" in table("x")


def test_only_standard_entries_can_be_shown(entry, team, get):
    entry(team, 0.9, model_name="Plain")
    entry(team, 0.95, model_name="Ensemble", special_methods="An ensemble of 5 networks")
    assert "Ensemble" in get()
    page = get(protocol="standard")
    assert "Ensemble" not in page
    assert "Plain" in page
