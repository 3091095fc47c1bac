"""Figures below the ranking: the rows they include, notes on missing rows, and limits."""

import gzip

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Team
from challenge.figures.figure import Figure
from challenge.leaderboard.figures import ENTRIES_PER_RESOLUTION, ROWS_WITH_DATASETS
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.page import board_by, ranked_rows
from challenge.services import groups, history, submissions
from challenge.tests.pages import attribute, element, elements, page_of, text_of

ADDRESS = reverse("leaderboard")


@pytest.fixture
def baselines(db):
    call_command("import_reported_baselines", verbosity=0)


def figures_of(client, **query: str) -> dict[str, Figure]:
    return client.get(ADDRESS, {"view": "figures"} | query).context["figures"]


def names(figure: Figure) -> list[object]:
    return [row[0] for row in figure.rows]


def board(client, **query: str) -> str:
    return page_of(client, ADDRESS, {"view": "figures"} | query)


def test_it_works(client, entry_by_dataset, team, baselines):
    entry_by_dataset(team, 0.99)
    figures = figures_of(client)
    heat_map = figures["heat_map"]
    assert heat_map.rows[0][:3] == ["Model 0 (Team Alpha)", 0.99, 0.98]
    assert len(heat_map.rows) == 1 + 20  # the end-to-end and linear-probing methods
    assert figures["distribution"].rows[0][:2] == ["Model 0 (Team Alpha)", 12]
    assert len(figures["critical_difference"].rows) == 20
    assert "VGG16, end-to-end, 0.9530" in figures["over_time"].note
    page = board(client)
    assert len(elements(page, "figure")) == 6
    assert "4 ranked rows are missing: AUC was published only as a mean" in text_of(page)


def test_the_figures_follow_the_filters(client, entry_by_dataset, team, baselines):
    worse, best = entry_by_dataset(team, 0.7), entry_by_dataset(team, 0.8)
    without = figures_of(client, baselines="off")
    assert names(without["heat_map"]) == [f"{best.model_name} (Team Alpha)"]
    assert without["over_time"].note == ""
    assert {row[1] for row in without["by_resolution"].rows} == {"Entries"}
    everything = figures_of(client, baselines="off", entries="all")
    assert names(everything["heat_map"]) == [f"{one.model_name} (Team Alpha)" for one in (best, worse)]
    assert figures_of(client, resolution="28", baselines="off")["heat_map"] is None


def test_colours_within_datasets_are_in_the_address_and_links_keep_the_other_choices(
    client, entry_by_dataset, team, baselines
):
    entry_by_dataset(team, 0.9)
    control = attribute(board(client), "#control option", "value")[0]
    query = {"metric": "accuracy", "control": control}
    links = element(board(client, **query), '[aria-label="Colours of the heat map"]')
    usual, within = attribute(links, "a", "href")
    assert [text_of(one) for one in elements(links, "[aria-current]")] == ["All datasets together"]
    assert (f"control={control}" in within, f"control={control}" in usual) == (True, True)
    page = page_of(client, ADDRESS + within.partition("#")[0])
    assert [text_of(one) for one in elements(page, "[aria-current=true]") if "dataset" in text_of(one)] == [
        "Within each dataset"
    ]
    assert "The colour is the difference from the dataset's best row." in text_of(page)
    assert attribute(page, "#control form [name=colours]", "value") == ["within"]
    assert elements(page, '[aria-label="Comparison with one row"]')
    assert "The colour is" not in text_of(board(client))
    assert "The colour is" not in text_of(board(client, colours="odd"))


def test_rows_that_state_their_parameters_are_drawn_against_them(client, entry_by_dataset, team, other_team):
    entry_by_dataset(team, 0.9, parameters_millions=11.2)
    entry_by_dataset(other_team, 0.95)
    figure = figures_of(client)["over_parameters"]
    assert figure.rows == [["Model 0 (Team Alpha)", "11.2", 0.9, "yes"]]
    assert "1 row is missing" in figure.note
    assert figures_of(client, entries="all", resolution="28")["over_parameters"] is None


def test_published_methods_have_their_parameters_and_the_front(client, baselines):
    figure = figures_of(client)["over_parameters"]
    filters = Filters()
    rows = board_by(filters).standings.value
    ranked = ranked_rows(filters, rows, range(len(rows.keys)))
    lines = [row.line for row in ranked.values() if row.standing.rank]
    stated = [line for line in lines if line.parameters]
    assert names(figure) == [line.label for line in stated]
    values = [(line.parameters or 0, line.cells["auc"].value) for line in stated]
    for (millions, value), row in zip(values, figure.rows, strict=True):
        beaten = any(m <= millions and v >= value and (m, v) != (millions, value) for m, v in values)
        assert (row[-1] == "yes") == (not beaten)


def test_seeds_of_one_size_are_drawn_and_seeds_that_differ_are_missing(
    client, entry_by_dataset, team, other_team
):
    for of, sizes in ((team, (5, 5)), (other_team, (5, 6))):
        seeds = [
            entry_by_dataset(of, 0.9, sha256=f"{of}{n}", parameters_millions=s) for n, s in enumerate(sizes)
        ]
        groups.create_group(team=of, name="Seeds", members=[seed.pk for seed in seeds])
    figure = figures_of(client)["over_parameters"]
    assert names(figure) == ["Seeds (Team Alpha)"]
    assert "1 row is missing" in figure.note


def test_without_parameters_a_sentence_is_in_place_of_the_figure(client, entry_by_dataset, team):
    entry_by_dataset(team, 0.9)
    assert "No ranked row states its number of parameters" in text_of(board(client))


def test_all_entries_are_in_the_figure_over_time_whichever_are_ranked(client, entry_by_dataset, team):
    for auc in (0.7, 0.9, 0.8):
        entry_by_dataset(team, auc)
    for entries in ("best", "all"):
        rows = figures_of(client, entries=entries)["over_time"].rows
        assert [row[2:] for row in rows] == [[0.7, 0.7], [0.9, 0.9], [0.8, 0.9]]


def test_methods_and_entries_of_all_resolutions_are_in_one_figure(client, entry, team, other_team, baselines):
    entry(team, 0.9, resolution=28)
    entry(other_team, 0.8, resolution=224)
    entry(other_team, 0.7, resolution=224)
    rows = figures_of(client)["by_resolution"].rows
    assert [row for row in rows if row[1] == "Entries"] == [
        ["Model 0 (Team Alpha)", "Entries", 0.9, None, None, None],
        ["Model 1 (Team Beta)", "Entries", None, None, None, 0.8],
    ]
    vgg16 = next(row for row in rows if row[:2] == ["VGG16, end-to-end", "Published: end-to-end"])
    assert None not in vgg16
    assert vgg16[-1] == pytest.approx(0.9530, abs=5e-5)


def test_the_ranking_stays_as_it_is(client, entry, team, other_team, baselines):
    """The figures rank entries of other resolutions among themselves, not with the table's entries."""
    entry(team, 0.01)
    row = element(page_of(client, ADDRESS), "tr:not(.published):has(td.rank)")
    assert text_of(element(row, ".rank")).startswith("(25)")


def test_a_metric_without_values_for_each_dataset_is_said_to_be(client, baselines):
    page = board(client, metric="cohen_kappa")
    text = text_of(page)
    assert "No row here has Cohen's kappa for each dataset, so there is nothing to draw." in text
    assert len(elements(page, "figure")) == 2  # over the parameters and the resolutions
    assert (
        "The figure of the best score over time appears with the first scored entry at this resolution."
        in text
    )


def test_two_rows_are_too_few_for_ranks(client, entry_by_dataset, team, other_team):
    entry_by_dataset(team, 0.9)
    entry_by_dataset(other_team, 0.8)
    page = board(client)
    assert "The test of mean ranks needs at least three rows with AUC for all 12 datasets." in text_of(page)
    assert len(elements(page, "figure")) == 4


def test_an_empty_board_has_no_figures(client, ground_truth):
    assert not elements(board(client), "figure")


def test_what_is_disqualified_is_in_no_figure(client, entry_by_dataset, team):
    entry_by_dataset(team, 0.9)
    submissions.disqualify(
        entry_by_dataset(team, 0.99, model_name="Cheated"),
        "It was trained on test images.",
        by=history.COMMAND,
    )
    entry_by_dataset(team, 0.95, resolution=28)
    assert "Cheated" not in board(client, entries="all")


def test_names_of_teams_are_text_in_figures(client, entry_by_dataset, team):
    entry_by_dataset(team, 0.9, model_name="<script>alert(1)</script><b>x</b>")
    page = board(client)
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_boxes_to_tick_lead_to_the_comparison(client, entry, team, baselines):
    submission = entry(team, 0.9)
    form = element(board(client, view="ranking", metric="accuracy"), f'form[action="{reverse("compare")}"]')
    assert form.attributes["method"] == "get"
    assert attribute(form, "input[type=hidden][name=metric]", "value") == ["accuracy"]
    assert f"s{submission.pk}" in attribute(form, "[name=e]", "value")
    assert not elements(page_of(client, reverse("home")), "[name=e]")


def test_many_entries_do_not_make_the_page_heavy(client, entry_by_dataset, django_assert_max_num_queries):
    for number in range(ROWS_WITH_DATASETS + 10):
        rows_team = Team.objects.create_user(f"Team {number}", f"{number}@example.org")
        entry_by_dataset(rows_team, 0.99 - number / 1000, resolution=224)
    with django_assert_max_num_queries(15):
        response = client.get(ADDRESS, {"view": "figures"})
    figures = response.context["figures"]
    assert len(figures["heat_map"].rows) == ROWS_WITH_DATASETS
    assert len(figures["by_resolution"].rows) == ENTRIES_PER_RESOLUTION
    assert "the 10 lower rows are left out" in text_of(board(client))
    assert len(gzip.compress(response.content)) < 60_000
