"""Ranks of others do not depend on hidden teams, nor on entries without public scores."""

import json
from collections.abc import Callable
from itertools import product

from challenge.models import BoardRevision, Evaluation
from challenge.tests.pages import elements, page_of, text_of
from challenge.tests.visibility_table.table import BOARD_QUERIES, READER, STATES, Site


def boards_of_others(site: Site, of: Callable[[dict], bool]) -> list:
    """Return all that the exports of the leaderboard and the pages say about other rows."""
    found = []
    for metric, query in product(("auc", "accuracy"), BOARD_QUERIES):
        response = site.visitors[READER].get(f"/leaderboard.json?metric={metric}&{query}")
        found.append([row for row in json.loads(response.content)["rows"] if of(row)])
    found.append(
        json.loads(site.visitors[READER].get(f"/submissions/{site.rival.pk}/result.json").content)["ranks"]
    )
    home = page_of(site.visitors[READER], "/")
    return [*found, [text_of(fact) for fact in elements(home, ".fact")]]


NOT_RANKED = [state for state in STATES if not state.has_public_scores]


def test_entries_without_public_scores_change_nobodys_rank(site):
    found = {}
    for state in NOT_RANKED:
        site.bring_into(state)
        found[state] = boards_of_others(site, of=lambda row: True)
    Evaluation.objects.filter(submission__team=site.entry.team).delete()
    BoardRevision.advance()
    without = boards_of_others(site, of=lambda row: True)
    for state in NOT_RANKED:
        assert found[state] == without, state


def test_hiding_the_team_changes_nobodys_rank(site):
    named, *others = [state for state in STATES if state.has_public_scores]
    site.bring_into(named)
    expected = boards_of_others(site, of=lambda row: row["team"] == "Team Beta")
    assert expected[0][0]["rank"] == 2, "the entry of the canary is best"
    for state in others:
        site.bring_into(state)
        assert boards_of_others(site, of=lambda row: row["team"] == "Team Beta") == expected, state
