"""Groups of seeds whose members are private, anonymous or withdrawn: their pages, exports, comparison and citation."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from challenge.forms import GroupForm
from challenge.models import MethodGroup, Submission
from challenge.services import groups
from challenge.services.groups import GroupRefusedError
from challenge.tests.pages import element, elements, page_of, rows_of, text_of


@pytest.fixture
def group(team, uncertain_entry) -> MethodGroup:
    made = MethodGroup.objects.create(team=team, name="Seeds")
    for number, auc in enumerate((0.80, 0.82, 0.84)):
        uncertain_entry(team, auc, group=made, model_name=f"Seed {number}", sha256=f"{number:0>64}")
    return made


def document_of(client: Client, group: MethodGroup) -> dict:
    return json.loads(client.get(f"/groups/{group.pk}/result.json").content)


def test_a_private_group_has_scores_for_its_team_and_no_rank(group, team, organizer, as_user, client):
    group.submissions.update(visibility="private")
    assert client.get(group.get_absolute_url()).status_code == 404
    for viewer in (as_user(team), as_user(organizer)):
        page = page_of(viewer, group.get_absolute_url())
        assert "Private. Only the team and the organizers see this group. It is not ranked." in text_of(page)
        assert "0.8200 ± 0.0200" in text_of(page)
        assert len(rows_of(element(page, '[aria-label="Submissions of the group"]'))) == 4
        assert "rank by AUC" not in text_of(page)
        assert elements(page, "#citation pre") == []
        document = document_of(viewer, group)
        assert document["average"]["auc"] == pytest.approx(0.82)
        assert document["ranks"] == dict.fromkeys(document["ranks"])
        assert document["attempts"] is None


def test_the_page_of_a_private_seed_leads_its_team_to_the_group(group, team, as_user):
    group.submissions.update(visibility="private")
    seed = group.submissions.earliest("pk")
    assert "One of 3 seeds of Seeds" in text_of(page_of(as_user(team), seed.get_absolute_url()))
    document = json.loads(as_user(team).get(f"{seed.get_absolute_url()}result.json").content)
    assert document["group"] == f"http://testserver{group.get_absolute_url()}"
    assert document["ranks"] is None


def test_an_anonymous_group_is_shown_as_anonymous(group, team, as_user, client):
    group.submissions.update(visibility="anonymous", study_url="https://example.org/study")
    page = page_of(client, group.get_absolute_url())
    assert "by Anonymous team" in text_of(page)
    assert "author = {{Anonymous team}}" in text_of(page)
    for sign in ("Team Alpha", "example.org/study", "0" * 20):
        assert sign not in page
    own = text_of(page_of(as_user(team), group.get_absolute_url()))
    assert "by Team Alpha anonymous to others" in own
    assert document_of(client, group) | {"generated_at": 0} == document_of(as_user(team), group) | {
        "generated_at": 0
    }


def test_a_withdrawn_member_leaves_the_scores(group, client):
    Submission.objects.filter(model_name="Seed 2").update(withdrawn_at=timezone.now())
    document = document_of(client, group)
    assert document["average"]["auc"] == pytest.approx(0.81)
    assert [member["name"] for member in document["members"]] == ["Seed 0", "Seed 1"]
    (row,) = json.loads(client.get("/leaderboard.json").content)["rows"]
    assert (row["name"], row["n_seeds"]) == ("Seeds", 2)


def test_a_group_with_one_left_is_only_for_its_team(group, team, as_user, client):
    group.submissions.exclude(model_name="Seed 2").update(withdrawn_at=timezone.now())
    assert client.get(group.get_absolute_url()).status_code == 404
    page = text_of(page_of(as_user(team), group.get_absolute_url()))
    assert "neither withdrawn nor disqualified, but this group has 1." in page


def test_the_team_page_counts_private_seeds(group, team, as_user):
    group.submissions.update(visibility="private")
    assert "3 seeds" in text_of(element(page_of(as_user(team), "/profile/"), ".seeds"))


def test_private_submissions_can_be_grouped_and_withdrawn_ones_cannot(team, entry):
    private = [entry(team, 0.8, visibility="private", sha256=f"{number:0>64}") for number in range(2)]
    assert GroupForm(team=team).is_possible
    made = groups.create_group(team=team, name="Private", members=[one.pk for one in private])
    assert made.members_in_force().count() == 2
    withdrawn = entry(team, 0.8, withdrawn_at=timezone.now())
    with pytest.raises(GroupRefusedError, match=f"#{withdrawn.pk} was withdrawn."):
        groups.create_group(team=team, name="Refused", members=[withdrawn.pk, entry(team, 0.8).pk])


# --- Comparison -----------------------------------------------------------------------------------


def heads(page: str) -> list[str]:
    return [text_of(head) for head in elements(page, ".comparison")[0].css("thead th")[1:]]


@pytest.mark.parametrize(
    ("state", "to_others", "to_its_team"),
    [
        ({}, "Team Alpha", "Team Alpha"),
        ({"visibility": "anonymous"}, "Anonymous team", "Anonymous team (Team Alpha, anonymous to others)"),
        ({"visibility": "private"}, None, "Team Alpha"),
    ],
    ids=["public", "anonymous", "private"],
)
def test_a_comparison_shows_what_the_viewer_may_see(
    state, to_others, to_its_team, group, team, other_team, uncertain_entry, as_user, client
):
    single, theirs = uncertain_entry(team, 0.7), uncertain_entry(other_team, 0.6)
    Submission.objects.filter(team=team).update(**state)
    address = f"/compare/?e=s{theirs.pk}&e=s{single.pk}&e=g{group.pk}"
    page = page_of(as_user(team), address)
    assert [to_its_team in head for head in heads(page)] == [False, True, True]
    assert ["private" in head for head in heads(page)] == [False] + [state == {"visibility": "private"}] * 2
    page = page_of(client, address)
    if to_others is None:
        assert f"Not found: s{single.pk} , g{group.pk}" in text_of(page)
        assert "Team Alpha" not in page
    else:
        assert [to_others in head for head in heads(page)] == [False, True, True]


def test_a_withdrawn_entry_is_compared_for_its_team_only(team, other_team, uncertain_entry, as_user, client):
    theirs, withdrawn = (
        uncertain_entry(other_team, 0.6),
        uncertain_entry(team, 0.7, withdrawn_at=timezone.now()),
    )
    address = f"/compare/?e=s{theirs.pk}&e=s{withdrawn.pk}"
    assert heads(page_of(as_user(team), address))[1].endswith("withdrawn")
    assert f"Not found: s{withdrawn.pk}" in text_of(page_of(client, address))


def test_the_number_of_queries_does_not_grow_with_hidden_groups(group, team, entry_by_dataset, client):
    for name in ("First", "Second", "Third"):
        more = MethodGroup.objects.create(team=team, name=name)
        for auc in (0.7, 0.72):
            entry_by_dataset(team, auc, group=more)
    Submission.objects.update(visibility="anonymous")

    def number_of_queries(*chosen: MethodGroup) -> int:
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, f"/compare/?{'&'.join(f'e=g{one.pk}' for one in chosen)}")
        assert len(heads(page)) == len(chosen)
        return len(queries)

    every = list(MethodGroup.objects.all())
    assert number_of_queries(*every[:2]) == number_of_queries(*every)
