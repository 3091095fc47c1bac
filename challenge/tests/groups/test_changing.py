"""Changes of a group by its team, and its end."""

import pytest

from challenge.models import MethodGroup, Submission
from challenge.services import groups
from challenge.services.groups import GroupRefusedError
from challenge.tests.groups.members import group_of, members_of


def test_name_and_members_are_changed(team, grouped, run):
    group, runs = grouped
    late = run(team)
    groups.change_group(group, name="ResNet-18, longer", members=[runs[0].pk, late.pk])
    group.refresh_from_db()
    assert group.name == "ResNet-18, longer"
    assert members_of(group) == {runs[0], late}
    groups.change_group(group, name="ResNet-18", members=[runs[1].pk, runs[2].pk])  # free again
    assert members_of(group) == set(runs[1:])


def test_a_change_that_is_refused_changes_nothing(team, grouped, run):
    group, runs = grouped
    with pytest.raises(GroupRefusedError):
        groups.change_group(group, name="Worse", members=[runs[0].pk, run(team, resolution=28).pk])
    group.refresh_from_db()
    assert group.name == "ResNet-18"
    assert members_of(group) == set(runs)


def test_dissolving_frees_the_submissions(grouped):
    group, runs = grouped
    groups.dissolve_group(group)
    groups.dissolve_group(group)  # a second click
    assert not MethodGroup.objects.exists()
    assert members_of(group_of(*runs)) == set(runs)


def test_a_group_that_was_dissolved_meanwhile_is_not_changed(grouped):
    group, runs = grouped
    stale = MethodGroup.objects.get()
    groups.dissolve_group(group)
    with pytest.raises(GroupRefusedError, match="dissolved in the meantime"):
        groups.change_group(stale, name="Ghost", members=[run.pk for run in runs])
    assert not Submission.objects.filter(group__isnull=False).exists()
