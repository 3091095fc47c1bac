"""Access to a submission, its file, figures, group and forms in each of its states."""

import pytest

from challenge.models import MethodGroup, Submission
from challenge.services.figure_files import figures_path
from challenge.tests.access.routes import (
    CHOICE,
    ENTRY_FORMS,
    FIGURES,
    FIGURES_ZIP,
    FILE,
    GROUP_FORMS,
    GROUP_PAGES,
    LOGIN,
    SUBMISSION_PAGES,
    assert_answer,
)
from challenge.tests.access.states import STATES, bring_into


@pytest.mark.parametrize("state", STATES)
def test_a_submission_in_each_state(state, submission, sample, viewers):
    bring_into(state, submission)
    to_strangers = 200 if state == "scored" else 404
    for route in SUBMISSION_PAGES:
        for viewer, client in viewers.items():
            expected = 200 if viewer in ("owner", "organizer") else to_strangers
            assert_answer(client.get(sample(route)), expected, f"{route}, {state}, for the {viewer}")


@pytest.mark.parametrize("state", STATES)
def test_the_file_is_for_the_team_and_organizers_only(state, submission, sample, viewers):
    bring_into(state, submission)
    expected: dict[str, int | str] = {"stranger": LOGIN, "another team": 404, "owner": 200, "organizer": 200}
    for viewer, client in viewers.items():
        response = client.get(sample(FILE))
        assert_answer(response, expected[viewer], f"the file, {state}, for the {viewer}")
        assert (b"the predictions" in response.getvalue()) == (viewer in ("owner", "organizer"))


@pytest.mark.parametrize("state", STATES)
def test_figures_are_for_those_who_may_see_the_submission_once_it_is_scored(
    state, submission, sample, viewers, tmp_path, settings
):
    bring_into(state, submission)
    settings.FIGURES_DIR = tmp_path
    figures_path(submission.evaluations.get()).write_bytes(b"the figures")
    for route in (FIGURES, FIGURES_ZIP):
        for viewer, client in viewers.items():
            sees = state == "scored" or (
                state in ("disqualified", "held") and viewer in ("owner", "organizer")
            )
            assert_answer(
                client.get(sample(route)), 200 if sees else 404, f"{route}, {state}, for the {viewer}"
            )


@pytest.mark.parametrize("state", STATES)
def test_a_group_is_public_with_two_public_members(state, submission, sample, viewers, submit, team):
    bring_into(state, submission)
    other = submit(team, content=b"the second seed")
    bring_into("scored", other)
    addresses_of_it = [sample(route) for route in GROUP_PAGES]
    Submission.objects.update(group=MethodGroup.objects.get())
    for address in addresses_of_it:
        for viewer, client in viewers.items():
            sees = state == "scored" or viewer in ("owner", "organizer")
            assert_answer(client.get(address), 200 if sees else 404, f"{address}, {state}, for the {viewer}")


@pytest.mark.parametrize("route", GROUP_FORMS)
def test_a_group_is_changed_by_its_team_only(route, sample, viewers):
    expected: dict[str, int | str] = {"stranger": LOGIN, "another team": 404, "owner": 200, "organizer": 404}
    for viewer, client in viewers.items():
        assert_answer(client.get(sample(route)), expected[viewer], f"{route} for the {viewer}")
        if viewer != "owner":
            data = {"name": "Taken over", "members": []}
            assert_answer(client.post(sample(route), data), expected[viewer], f"{route} for the {viewer}")
    assert MethodGroup.objects.get().name == "Seeds"


#: Responses to the forms of an entry: they are for its team only, also if organizers ask.
OF_ITS_TEAM: dict[str, int | str] = {"stranger": LOGIN, "another team": 404, "owner": 200, "organizer": 404}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("route", ENTRY_FORMS)
def test_an_entry_is_changed_by_its_team_only(route, state, submission, sample, viewers):
    bring_into(state, submission)
    page = submission.get_absolute_url()
    expected = OF_ITS_TEAM | {"owner": page if state in ("disqualified", "held") else 200}
    before = Submission.objects.values().get()
    for viewer, client in viewers.items():
        assert_answer(client.get(sample(route)), expected[viewer], f"{route}, {state}, for the {viewer}")
        if viewer != "owner":
            data = {"model_name": "Taken over", "description": "x", "delete_file": "on"}
            assert_answer(client.post(sample(route), data), expected[viewer], f"{route} for the {viewer}")
    assert Submission.objects.values().get() == before


@pytest.mark.parametrize("state", STATES)
def test_an_entry_is_chosen_by_its_team_only(state, submission, sample, viewers):
    bring_into(state, submission)
    expected = OF_ITS_TEAM | {"owner": submission.get_absolute_url()}
    for viewer, client in viewers.items():
        assert client.get(sample(CHOICE)).status_code == 405
        assert_answer(client.post(sample(CHOICE)), expected[viewer], f"{CHOICE}, {state}, for the {viewer}")
        is_chosen = Submission.objects.get().chosen_at is not None
        assert is_chosen == (state == "scored" and viewer in ("owner", "organizer"))
