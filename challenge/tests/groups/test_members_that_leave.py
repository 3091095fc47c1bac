"""Members that leave a group: disqualified, corrected, or gone with the account."""

import pytest
from django.test import Client

from accounts.models import Team
from challenge.models import MethodGroup, ranked_versions
from challenge.results.seeds import ranked_evaluations
from challenge.services import entries, history, submissions
from challenge.services.accounts import close_account
from challenge.services.groups import GroupRefusedError
from challenge.tests.groups.members import group_of, members_of

# --- When members leave ---------------------------------------------------------------------------


def test_a_disqualified_member_leaves_the_figures_and_comes_back(grouped, ground_truth):
    group, runs = grouped
    submissions.disqualify(runs[1], "A reason.", by=history.COMMAND)
    assert list(group.public_members()) == [runs[0], runs[2]]
    assert [e.submission for e in ranked_evaluations(group, ranked_versions())] == [runs[0], runs[2]]
    assert list(MethodGroup.objects.standing()) == [group]
    assert MethodGroup.objects.standing().get().public_count == 2
    submissions.disqualify(runs[2], "A reason.", by=history.COMMAND)
    assert not group.is_standing
    assert not MethodGroup.objects.standing().exists()
    submissions.reinstate(runs[1], by=history.COMMAND)
    assert group.is_standing
    assert list(MethodGroup.objects.standing()) == [group]


def test_scoring_again_counts_no_member_twice(grouped, ground_truth):
    """A submission scored by two versions has two evaluations."""
    group, runs = grouped
    for member in runs[:2]:
        submissions.disqualify(member, "A reason.", by=history.COMMAND)
    old = runs[2].evaluations.get()
    old.pk, old.scorer_version = None, "0"
    old.save()
    assert group.public_members().count() == 1
    assert not MethodGroup.objects.standing().exists()


def test_a_corrected_member_makes_its_group_non_standard(grouped):
    group, runs = grouped
    assert group.is_standard
    entries.correct_protocol(runs[0], external_data=True, special_methods="", by=history.COMMAND)
    assert not group.is_standard
    submissions.disqualify(runs[0], "A reason.", by=history.COMMAND)
    assert group.is_standard


# --- Deleted accounts --------------------------------------------------------------------


def test_public_groups_stay_with_the_public_results_and_others_go(team, grouped, run):
    group, runs = grouped
    pair = [run(team), run(team)]
    group_of(*pair, name="Of one")
    submissions.disqualify(pair[0], "A reason.", by=history.COMMAND)
    close_account(team, keep_name=True)
    assert list(MethodGroup.objects.all()) == [group]
    assert members_of(group) == set(runs)
    pair[1].refresh_from_db()
    assert pair[1].group is None
    assert Client().get(group.get_absolute_url()).status_code == 200


def test_groups_go_with_an_account_that_leaves_nothing(team, other_team, grouped, run):
    _, runs = grouped
    theirs = group_of(run(other_team), run(other_team))
    for member in runs:
        submissions.disqualify(member, "A reason.", by=history.COMMAND)
    close_account(team, keep_name=True)
    assert not Team.objects.filter(pk=team.pk).exists()
    assert list(MethodGroup.objects.all()) == [theirs]


def test_a_deleted_account_groups_nothing(team, run):
    runs = [run(team), run(team)]
    close_account(team, keep_name=True)
    with pytest.raises(GroupRefusedError, match="deleted"):
        group_of(*runs)
