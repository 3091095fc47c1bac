"""CSV of a reader's own board."""

import csv
import io

import pytest

from challenge.tests.own_board.boards import ADDRESS, CSV, publish
from challenge.tests.pages import attribute, page_of


def test_the_csv_has_all_rows_and_the_choice(client, specialist, team, other_team):
    specialist(team, 0.9, 0.7, model_name="=1+1", spread=0.01)
    specialist(other_team, 0.8, 0.95)
    publish("vgg16", {"average": 0.99})
    query = "entries=all&organamnist=2&organcmnist=1"
    response = client.get(f"{CSV}?{query}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "big-own-leaderboard-224-auc-" in response.headers["Content-Disposition"]
    first, second, third = csv.DictReader(io.StringIO(response.content.decode()))
    assert [row["rank"] for row in (first, second, third)] == ["1", "2", ""]
    assert [row["official_rank"] for row in (first, second, third)] == ["3", "2", "1"]
    assert (second["name"], float(second["auc"])) == ("'=1+1", pytest.approx(0.7))
    assert float(second["auc_low"]) < 0.7 < float(second["auc_high"])
    assert (second["auc_organamnist"], second["rank_low"], second["with_leader"]) == ("0.7", "2", "true")
    assert (third["auc"], third["auc_organamnist"]) == ("", "")
    assert {row["own_selection"] for row in (first, second, third)} == {query}
    assert CSV + f"?{query}" in attribute(page_of(client, f"{ADDRESS}?{query}"), ".exports a", "href")


@pytest.mark.parametrize("query", ["", "?metric=accuracy", "?octmnist=x"])
def test_a_csv_of_no_choice_leads_to_the_page(client, ground_truth, query):
    response = client.get(f"{CSV}{query}")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(ADDRESS)
