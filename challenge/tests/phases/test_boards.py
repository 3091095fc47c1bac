"""Each phase has a board of its own; the addresses of the first phase name no phase."""

import json
from dataclasses import replace

import pytest

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard, rank_of
from challenge.models import Metric, Phase, ranked_versions
from challenge.services import entries, groups
from challenge.tests.pages import attribute, elements, page_of, text_of
from challenge.tests.withheld import add_phase

BOARD = "/leaderboard/"


def names(client, **query) -> list[str]:
    return [text_of(link) for link in elements(page_of(client, BOARD, query), ".board tbody th > a")]


def test_a_board_lists_the_entries_of_its_phase(client, entry, team, first, second):
    entry(team, 0.7, model_name="In the first")
    entry(team, 0.9, model_name="In the second", phase=second)
    assert names(client) == ["In the first"]
    assert names(client, phase=second.pk) == ["In the second"]
    assert names(client, phase="nonsense") == ["In the first"]


def test_without_another_phase_no_choice_is_shown(client, entry, team, first):
    entry(team, 0.7)
    assert "Phase" not in attribute(page_of(client, BOARD), "[role=group]", "aria-label")


def test_the_choice_of_a_phase_keeps_the_filters(client, entry, team, second):
    page = page_of(client, BOARD, {"resolution": 64, "metric": "accuracy", "phase": second.pk})
    choice = elements(page, '[role="group"][aria-label="Phase"] a')
    assert [text_of(one) for one in choice] == [Phase.objects.first_added().get().name, "Second"]
    assert [one.attributes.get("aria-current") for one in choice] == [None, "true"]
    to_first, to_second = (str(one.attributes["href"]) for one in choice)
    assert "phase" not in to_first
    assert f"phase={second.pk}" in to_second
    assert all("resolution=64" in one and "metric=accuracy" in one for one in (to_first, to_second))


def test_links_of_a_board_stay_in_its_phase(client, entry, team, second):
    entry(team, 0.9, phase=second)
    page = page_of(client, BOARD, {"phase": second.pk})
    for links in ('[aria-label="Resolution"] a', ".views a", ".exports > a"):
        assert all(f"phase={second.pk}" in address for address in attribute(page, links, "href"))
    assert attribute(page, 'input[name="phase"]', "value") == [str(second.pk)] * 2


def test_the_first_phase_has_one_address(client, first, second):
    response = client.get(BOARD, {"phase": first.pk, "metric": "accuracy"})
    assert response.status_code == 302
    assert "phase" not in response["Location"]
    assert "metric=accuracy" in response["Location"]


@pytest.mark.parametrize("address", [BOARD, "/leaderboard.csv", "/leaderboard.json", "/compare/"])
def test_a_phase_that_does_not_exist_is_not_found(client, second, address):
    assert client.get(address, {"phase": second.pk + 1}).status_code == 404


def test_exports_are_those_of_the_phase(client, entry_by_dataset, team, second):
    entry_by_dataset(team, 0.7, model_name="In the first")
    entry_by_dataset(team, 0.9, model_name="In the second", phase=second)
    document = json.loads(client.get("/leaderboard.json", {"phase": second.pk}).content)
    assert [row["name"] for row in document["rows"]] == ["In the second"]
    assert document["filters"]["phase"] == second.pk
    usual = json.loads(client.get("/leaderboard.json").content)
    assert [row["name"] for row in usual["rows"]] == ["In the first"]
    assert "phase" not in usual["filters"]
    response = client.get("/leaderboard.csv", {"phase": second.pk})
    assert "In the second" in response.text
    assert f"leaderboard-phase-{second.pk}-224" in response["Content-Disposition"]


def test_ranks_are_within_the_phase(entry, team, other_team, second):
    low = entry(team, 0.7, phase=second)
    entry(other_team, 0.9)
    assert rank_of(low, Metric.AUC, ranked_versions()) == (1, 1)


def test_published_results_are_on_every_board_of_these_datasets(baselines, second):
    filters = Filters()
    of_first, of_second = (
        [row.key for row in leaderboard(one, ranked_versions())]
        for one in (filters, replace(filters, phase=second.pk))
    )
    assert of_first == of_second != []


def test_a_team_chooses_an_entry_in_each_phase(client, entry, team, first, second):
    chosen = [entry(team, 0.6, phase=phase, model_name="Chosen") for phase in (first, second)]
    entry(team, 0.9, model_name="Best")
    entry(team, 0.9, model_name="Best", phase=second)
    for one in chosen:
        entries.choose(one)
    assert names(client) == names(client, phase=second.pk) == ["Chosen"]
    entries.choose_best(team, 224, second.pk)
    assert names(client) == ["Chosen"]
    assert names(client, phase=second.pk) == ["Best"]


def test_attempts_are_those_of_the_phase(client, entry, team, second):
    entry(team, 0.6)
    entry(team, 0.7)
    entry(team, 0.8, phase=second)
    assert "best of 2" in text_of(page_of(client, BOARD))
    assert "best of 1 " in text_of(elements(page_of(client, BOARD, {"phase": second.pk}), ".board")[0])


def test_seeds_of_a_group_are_of_one_phase(entry, team, second):
    seeds = [entry(team, 0.6, sha256="1"), entry(team, 0.7, sha256="2", phase=second)]
    with pytest.raises(groups.GroupRefusedError, match="must be of the same phase"):
        groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])


def test_the_page_of_an_entry_leads_to_the_board_of_its_phase(client, entry, team, second):
    links = attribute(page_of(client, entry(team, 0.8, phase=second).get_absolute_url()), "main a", "href")
    assert f"{BOARD}?resolution=224&phase={second.pk}" in links
    links = attribute(page_of(client, entry(team, 0.8).get_absolute_url()), "main a", "href")
    assert f"{BOARD}?resolution=224" in links


def test_a_phase_to_come_has_an_empty_board(client, first):
    later = add_phase("Later", opens_at="2040-01-01T00:00Z")
    assert "No entry is ranked here yet" in text_of(page_of(client, BOARD, {"phase": later.pk}))
    assert "Later" not in text_of(page_of(client, BOARD))
