"""Words about uncertainty: a range of ranks is no confidence interval, and one run says nothing about other seeds."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from challenge.services import groups
from challenge.tests.pages import element, elements, page_of, region, text_of

ONE_RUN = "“One run”: one training of a method."


@pytest.fixture
def board(uncertain_entry, team, other_team):
    """An entry of one run, a group of seeds, and the published results."""
    call_command("import_reported_baselines", verbosity=0)
    single = uncertain_entry(team, 0.98, model_name="Single")
    seeds = [
        uncertain_entry(other_team, auc, sha256=f"{auc}", model_name=f"Seed {auc}") for auc in (0.85, 0.851)
    ]
    group = groups.create_group(team=other_team, name="Seeds", members=[seed.pk for seed in seeds])
    return single, seeds, group


@pytest.mark.parametrize("address", ["/leaderboard/", "/"])
def test_a_board_marks_entries_of_one_run_and_says_what_that_means(client, board, address):
    page = page_of(client, address)
    heads = elements(region(page, "Ranking"), "tbody th")
    marked = {text_of(element(head, "a")) for head in heads if "one run" in text_of(head)}
    assert marked == {"Single"}
    assert ONE_RUN in text_of(page)


def test_the_page_of_an_entry_of_one_run_says_so(client, board):
    single, seeds, _ = board
    text = text_of(page_of(client, single.get_absolute_url()))
    assert ONE_RUN in text
    assert "It is not a confidence interval." in text
    assert ONE_RUN not in text_of(page_of(client, seeds[0].get_absolute_url())), "its group has other seeds"


def test_the_page_of_a_group_says_that_its_intervals_include_seeds(client, board):
    text = text_of(page_of(client, board[2].get_absolute_url()))
    assert "how much the mean depends on the test images and on the seeds" in text
    assert ONE_RUN not in text


def test_the_link_to_several_seeds_leads_to_their_rules(client, board):
    assert "group your runs as" in text_of(element(page_of(client, reverse("challenge")), "#seeds"))


def test_the_design_names_bootstrap_paired_tests_and_rank_sets(client, db):
    text = text_of(page_of(client, reverse("challenge_design")))
    for part in (
        "The bootstrap: we resample",
        "adds paired tests: all pairs",
        "give the rank sets",
        "not for other datasets",
    ):
        assert part in text


def test_the_metrics_page_says_what_intervals_do_not_cover(client, db):
    text = text_of(page_of(client, reverse("metrics")))
    for part in (
        "Every resample has the class shares of the test set.",
        "Other datasets are not covered",
        "It is not a confidence interval of the rank",
        "The calibration error of a perfect model is not 0",
        "about 90 % of the variance of the mean AUC",
        "marked “one run”",
    ):
        assert part in text
