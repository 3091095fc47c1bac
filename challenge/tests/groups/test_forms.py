"""Forms that make, change and dissolve a group."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from challenge.models import MethodGroup
from challenge.services import history, submissions
from challenge.tests.groups.members import CREATE, group_of, members_of
from challenge.tests.pages import attribute, elements, page_of


def test_a_team_makes_a_group_on_its_page(as_user, team, run):
    runs = [run(team), run(team)]
    client = as_user(team)
    boxes = attribute(page_of(client, "/profile/"), "input[name=members]", "value")
    assert {str(one.pk) for one in runs} == set(boxes)
    response = client.post(CREATE, {"name": "  ResNet-18 ", "members": [r.pk for r in runs]})
    group = MethodGroup.objects.get()
    assert response.url == group.get_absolute_url()
    assert group.name == "ResNet-18"
    assert members_of(group) == set(runs)
    page = page_of(client, "/profile/")
    assert f"/groups/{group.pk}/edit/" in page
    assert f"/groups/{group.pk}/dissolve/" in page
    assert not elements(page, "[name=members]"), "none is left to group"


def test_nothing_is_lost_when_a_group_is_refused(as_user, team, run):
    small, large, other = run(team, resolution=28), run(team), run(team)
    response = as_user(team).post(CREATE, {"name": "Both sizes", "members": [small.pk, large.pk]})
    page = response.content.decode()
    assert response.status_code == 200
    assert f"28 × 28: #{small.pk}; 224 × 224: #{large.pk}" in page
    assert attribute(page, "input[name=name]", "value") == ["Both sizes"]
    assert ticked(page) == {small.pk, large.pk}
    assert str(other.pk) in attribute(page, "input[name=members]", "value")
    assert elements(page, "input[name=upload]"), "the rest of the page is there"
    assert not MethodGroup.objects.exists()


def ticked(page: str) -> set[int]:
    return set(map(int, attribute(page, "input[name=members][checked]", "value")))


def test_what_was_ticked_stays_though_it_has_gone_to_another_group(as_user, team, run, grouped):
    _, runs = grouped
    page = (
        as_user(team).post(CREATE, {"name": "Second", "members": [runs[0].pk, run(team).pk]}).content.decode()
    )
    assert "is already in the group “ResNet-18”" in page
    assert runs[0].pk in ticked(page)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"members": []}, "Tick at least 2 submissions."),
        ({"members": ["x"]}, "One of these is not a submission of your team."),
        ({"members": ["9" * 40]}, "One of these is not a submission of your team."),
        ({"members": ["\0", "1' OR 1=1"]}, "One of these is not a submission of your team."),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_answered_in_the_form(as_user, team, run, data, message):
    good = {"name": "ResNet-18", "members": [run(team).pk, run(team).pk]}
    response = as_user(team).post(CREATE, good | data)
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not MethodGroup.objects.exists()


def test_submissions_of_others_cannot_be_grouped(as_user, team, other_team, run):
    mine, theirs = run(team), run(other_team)
    page = as_user(team).post(CREATE, {"name": "Stolen", "members": [mine.pk, theirs.pk]}).content.decode()
    assert "One of these is not a submission of your team." in page
    assert theirs.model_name not in page
    assert not MethodGroup.objects.exists()


def test_a_team_changes_its_group(as_user, team, grouped, run):
    group, runs = grouped
    late, client = run(team), as_user(team)
    address = f"/groups/{group.pk}/edit/"
    page = page_of(client, address)
    assert ticked(page) == {r.pk for r in runs}
    assert attribute(page, "input[name=name]", "value") == ["ResNet-18"]
    response = client.post(address, {"name": "Renamed", "members": [runs[0].pk, late.pk]})
    assert response.url == group.get_absolute_url()
    group.refresh_from_db()
    assert (group.name, members_of(group)) == ("Renamed", {runs[0], late})
    response = client.post(address, {"name": "Again", "members": [late.pk]})
    assert "at least 2" in response.content.decode()
    assert attribute(response.content.decode(), "input[name=name]", "value") == ["Again"]
    assert "This field is required." in client.post(address).content.decode()
    group.refresh_from_db()
    assert group.name == "Renamed"


def test_changing_a_group_says_which_member_is_not_public_any_more(as_user, team, grouped):
    group, runs = grouped
    submissions.disqualify(runs[1], "A reason.", by=history.COMMAND)
    page = page_of(as_user(team), f"/groups/{group.pk}/edit/")
    assert ticked(page) == {runs[0].pk, runs[2].pk}
    assert "If you save, it leaves the group" in page
    as_user(team).post(f"/groups/{group.pk}/edit/", {"name": "Two", "members": [runs[0].pk, runs[2].pk]})
    submissions.reinstate(runs[1], by=history.COMMAND)
    assert members_of(group) == {runs[0], runs[2]}


def test_dissolving_asks_first(as_user, team, grouped):
    group, _ = grouped
    client, address = as_user(team), f"/groups/{group.pk}/dissolve/"
    assert "Dissolve the group" in page_of(client, address)
    assert MethodGroup.objects.exists()
    response = client.post(address)
    assert response.url == "/profile/#seeds"
    assert not MethodGroup.objects.exists()
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("page", ["edit", "dissolve"])
def test_a_group_is_changed_by_its_team_only(page, grouped, client, as_user, other_team, organizer):
    group, runs = grouped
    address, missing = f"/groups/{group.pk}/{page}/", f"/groups/999999/{page}/"
    data = {"name": "Taken over", "members": [runs[0].pk, runs[1].pk]}
    for someone in (other_team, organizer):
        for answer in (as_user(someone).get(address), as_user(someone).post(address, data)):
            assert answer.status_code == 404
        assert as_user(someone).get(missing).status_code == 404
    for answer in (client.get(address), client.post(address, data)):
        assert answer.url == f"/accounts/login/?next={address}"
    group.refresh_from_db()
    assert (group.name, members_of(group)) == ("ResNet-18", set(runs))


def test_making_a_group_needs_a_login(client, grouped):
    assert client.post(CREATE, {"name": "x"}).url.startswith("/accounts/login/")


def test_the_page_of_a_team_takes_as_many_queries_for_many_runs_and_groups(as_user, team, run):
    client = as_user(team)
    group_of(run(team), run(team)), run(team), run(team)
    with CaptureQueriesContext(connection) as few:
        client.get("/profile/")
    for _ in range(3):
        group_of(run(team), run(team)), run(team)
    with CaptureQueriesContext(connection) as many:
        client.get("/profile/")
    assert len(many) == len(few)
