"""Marks on the board: one for each entry, in exports, as a filter in the address, and without more queries."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import MethodGroup, Reproduction, Submission, ranked_versions
from challenge.results.evidence import step_of_row
from challenge.services import groups
from challenge.tests.evidence.conftest import CODE, STUDY
from challenge.tests.exports.documents import publish
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of

pytestmark = pytest.mark.django_db

BOARD = "/leaderboard/?entries=all"
STEPS = {
    "Plain": "predictions only", "Coded": "code", "Studied": "study", "Confirmed": "study confirmed",
    "Reproduced": "reproduced", "Trained": "baseline",
}  # fmt: skip
VALUES = ["predictions", "code", "study", "confirmed", "reproduced", "trained"]


@pytest.fixture
def board(entry, team, confirm, organizer) -> dict[str, Submission]:
    """An entry for each step."""
    links: dict[str, dict[str, Any]] = {
        "Plain": {},
        "Coded": {"code_url": CODE},
        "Studied": {"study_url": STUDY, "code_url": CODE},
        "Confirmed": {"study_url": STUDY},
        "Reproduced": {"study_url": STUDY},
        "Trained": {"training": {"epochs": 1}},
    }
    made = {
        name: entry(team, 0.9 - n / 100, model_name=name, **about)
        for n, (name, about) in enumerate(links.items())
    }
    confirm(made["Confirmed"])
    reproduction(made["Reproduced"], organizer)
    return made


def reproduction(submission: Submission, organizer) -> None:
    """Mark an entry as reproduced without files."""
    Reproduction.objects.create(
        submission=submission,
        how="ran",
        bound=0.01,
        largest_difference=0,
        found_by=organizer,
        found_by_name="Chair",
    )


def heads(client: Client, address: str = BOARD) -> dict[str, list[str]]:
    """Return for each row its name and the texts of its tags."""
    rows = elements(page_of(client, address), "[aria-label=Ranking] tbody th")
    return {text_of(elements(row, "a")[0]): [text_of(tag) for tag in elements(row, ".tag")] for row in rows}


def test_each_entry_has_one_mark(client, board):
    assert heads(client) == {name: [text] for name, text in STEPS.items()}


def test_the_legend_names_every_mark(client, board):
    legend = text_of(element(page_of(client, BOARD), ".about-board"))
    assert all(text in legend for text in STEPS.values())


def test_entries_with_a_study_are_highlighted_whatever_their_step(client, board):
    rows = elements(page_of(client, BOARD), "[aria-label=Ranking] tbody tr.with-study")
    assert [text_of(elements(row, "th a")[0]) for row in rows] == ["Studied", "Confirmed", "Reproduced"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("&evidence=code", ["Coded"]),
        ("&evidence=confirmed&evidence=reproduced", ["Confirmed", "Reproduced"]),
        ("&evidence=trained&q=train", ["Trained"]),
        ("&evidence=nonsense", [*STEPS]),
        ("&study=on&evidence=reproduced", ["Reproduced"]),
    ],
)
def test_the_steps_are_a_filter(query, names, client, board):
    assert [*heads(client, BOARD + query)] == names


def test_published_results_have_no_step(client, board):
    publish(auc=0.8)
    assert heads(client)["ResNet-18"] == ["published"]
    assert len(heads(client, BOARD + "".join(f"&evidence={step}" for step in VALUES))) == len(STEPS)


def test_the_choice_is_in_the_form_and_can_be_removed(client, board):
    page = page_of(client, f"{BOARD}&evidence=code&evidence=study")
    assert attribute(page, "input[name=evidence][checked]", "value") == ["code", "study"]
    assert "evidence: code linked or study linked" in text_of(region(page, "Active filters"))


def test_exports_carry_the_step(client, board):
    rows = list(csv.DictReader(io.StringIO(client.get("/leaderboard.csv?entries=all").content.decode())))
    assert [row["evidence"] for row in rows] == VALUES
    document = json.loads(client.get("/leaderboard.json?entries=all").content)
    assert [row["evidence"] for row in document["rows"]] == VALUES
    of_entry = json.loads(client.get(f"/submissions/{board['Confirmed'].pk}/result.json").content)["evidence"]
    assert of_entry["step"] == "confirmed"
    assert of_entry["study_confirmed"]["by"] == "Chair"
    assert of_entry["reproduced"] is None


def test_the_step_of_a_group_is_that_of_its_seeds(client, entry, team):
    seeds = [entry(team, 0.8, sha256=str(n), code_url=CODE) for n in range(2)]
    group = groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    assert heads(client)["Seeds"] == ["2 seeds", "code"]
    assert json.loads(client.get(f"/groups/{group.pk}/result.json").content)["evidence"] == "code"
    page = page_of(client, group.get_absolute_url())
    assert [text_of(tag) for tag in elements(page, "main .tag")][:1] == ["code"]
    assert MethodGroup.objects.count() == 1


def test_no_row_takes_a_query_of_its_own(board):
    with CaptureQueriesContext(connection) as few:
        rows = leaderboard(Filters(224, all_entries=True), ranked_versions())
        assert [step_of_row(row) for row in rows] == VALUES
    assert len(few) <= 5


def test_the_kept_board_takes_as_many_queries_as_before(client, board, settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    addresses = (f"{BOARD}&q=e", f"{BOARD}&evidence=confirmed")
    for address in addresses * 2:
        page_of(client, address)
    plain, filtered = (CaptureQueriesContext(connection) for _ in addresses)
    for address, captured in zip(addresses, (plain, filtered), strict=True):
        with captured:
            page_of(client, address)
    assert len(filtered) == len(plain)
    assert not [query for query in plain.captured_queries if "studyconfirmation" in query["sql"]]


def test_a_kept_line_is_made_again_when_a_study_is_confirmed(client, with_study, confirm, settings):
    settings.BOARD_RESULTS_ARE_KEPT = True
    assert heads(client)["Studied"] == ["study"]
    confirm(with_study)
    assert heads(client)["Studied"] == ["study confirmed"]
