"""Search and filters of the list of submissions: what organizers paste, every state, the same file."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from challenge.models import Evaluation, State, Submission
from challenge.services import history, submissions
from challenge.tests.admin.acts import REASON, SUBMISSIONS
from challenge.tests.pages import element, elements, page_of, text_of


def found(client: Client, **query: Any) -> set[Submission]:
    response = client.get(SUBMISSIONS, query)
    assert response.status_code == 200
    return set(response.context["cl"].result_list)


@pytest.fixture
def states(entry, submit, team, other_team) -> dict[str, Submission]:
    """Return a submission in each state, by state."""
    made = {
        "scored": entry(team, 0.91),
        "disqualified": entry(team, 0.92),
        "withdrawn": entry(other_team, 0.93),
        "held": entry(team, 0.94),
        "queued": submit(team, content=b"queued"),
        "scoring": submit(other_team, content=b"scoring"),
        "failed": submit(other_team, content=b"failed"),
    }
    submissions.hold(made["held"], "A doubt about the data.", by=history.SITE)
    Submission.objects.filter(pk=made["withdrawn"].pk).update(withdrawn_at=timezone.now())
    submissions.disqualify(made["disqualified"], REASON, by=history.SITE)
    made["scoring"].evaluations.update(status=Evaluation.Status.SCORING)
    made["failed"].evaluations.update(
        status=Evaluation.Status.FAILED, failure=Evaluation.Failure.FILE, problems=["octmnist: bad.", "More."]
    )
    return made


@pytest.mark.parametrize("state", State.values)
def test_each_state_is_a_filter_and_a_word_in_the_list(state, states, client):
    assert found(client, state=state) == {states[state]}
    page = page_of(client, SUBMISSIONS, {"state": state})
    assert text_of(element(page, "#result_list .field-state")).startswith(State(state).label)


def test_the_first_reason_is_in_the_list(states, client):
    rows = elements(page_of(client, SUBMISSIONS), "#result_list tbody tr")
    shown = {text_of(element(row, ".field-entry")): text_of(element(row, ".field-state")) for row in rows}
    assert shown[str(states["failed"])] == "Failed octmnist: bad."
    assert shown[str(states["held"])] == "Held A doubt about the data."
    assert shown[str(states["disqualified"])] == f"Disqualified {REASON}"
    assert shown[str(states["scored"])] == "Scored"


def test_a_long_reason_is_shortened(states, client):
    Submission.objects.filter(pk=states["disqualified"].pk).update(disqualification_reason="very " * 100)
    page = page_of(client, SUBMISSIONS, {"state": "disqualified"})
    assert text_of(element(page, "#result_list .field-state")).endswith("…")
    assert len(text_of(element(page, "#result_list .field-state"))) < 120


def test_an_entry_that_is_scored_again_or_broke_again_is_still_scored(entry, team, client):
    again, broken = entry(team, 0.9), entry(team, 0.8)
    again.evaluations.update(status=Evaluation.Status.QUEUED)
    broken.evaluations.update(
        broke_again_at=timezone.now(), failure=Evaluation.Failure.FILE, problems=["The file is gone."]
    )
    assert found(client, state="scored") == {again, broken}
    assert found(client, state="failed") == found(client, state="queued") == set()
    assert found(client, failure="file") == {broken}
    text = text_of(element(page_of(client, SUBMISSIONS), "#result_list"))
    assert "Scored; being scored again" in text
    assert "Scored; scoring again failed The file is gone." in text


def test_a_file_of_several_teams_is_found(submit, team, other_team, client):
    first, second = submit(team, content=b"the same"), submit(other_team, content=b"the same")
    submit(team, content=b"another")
    submit(team, content=b"twice", resolution=28)
    submit(team, content=b"twice", resolution=64)
    assert found(client, same_file="teams") == {first, second}


@pytest.mark.parametrize(
    "term",
    ["10.1038/s41597-022-01721-8", "doi:10.1038/s41597-022-01721-8", "https://doi.org/10.1038/s41597-022-01721-8",
     "http://dx.doi.org/10.1038/s41597-022-01721-8?ref=x", "https://github.com/alpha/model", "alpha/model",
     "final-run.csv"],
)  # fmt: skip
def test_what_people_paste_finds_the_submission(term, entry, team, other_team, client):
    wanted = entry(
        team,
        study_url="https://doi.org/10.1038/s41597-022-01721-8",
        code_url="https://github.com/alpha/model",
    )
    Submission.objects.filter(pk=wanted.pk).update(file_name="final-run.csv")
    entry(other_team, study_url="https://doi.org/10.1000/other", code_url="https://github.com/beta/model")
    assert found(client, q=term) == {wanted}


def test_a_number_finds_one_submission(entry, team, client):
    wanted = entry(team, 0.9)
    entry(team, 0.8, description=f"As in {wanted.pk}.")
    assert found(client, q=f"#{wanted.pk}") == found(client, q=f" {wanted.pk} ") == {wanted}


@pytest.mark.parametrize("term", ["#", "#x", "10.", "#" + "9" * 30, "10.1234/", "%"])
def test_nonsense_finds_nothing_and_breaks_nothing(term, entry, team, client):
    entry(team)
    assert found(client, q=term) == set()


def test_the_list_has_at_most_seven_columns(entry, team, client):
    entry(team)
    row = element(page_of(client, SUBMISSIONS), "#result_list tbody tr")
    assert len(elements(row, "td:not(.action-checkbox), th")) <= 7
