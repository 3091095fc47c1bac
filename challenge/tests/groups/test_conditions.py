"""Conditions of a group of seeds: each has words for the team."""

import pytest

from accounts.models import Team
from challenge.models import Evaluation, MethodGroup, Submission
from challenge.services import groups, history, submissions
from challenge.services.groups import GroupRefusedError
from challenge.tests.groups.members import group_of, members_of


def refusal(*members: Submission | int, team: Team) -> str:
    chosen = [m if isinstance(m, int) else m.pk for m in members]
    with pytest.raises(GroupRefusedError) as refused:
        groups.create_group(team=team, name="Refused", members=chosen)
    assert not MethodGroup.objects.filter(name="Refused").exists()
    return str(refused.value)


def test_runs_of_one_team_are_grouped(team, run):
    first, second, other = run(team), run(team), run(team)
    group = group_of(first, second)
    assert members_of(group) == {first, second}
    assert group.team == team
    other.refresh_from_db()
    assert other.group is None


def test_one_alone_is_no_group(team, run):
    assert "at least 2" in refusal(run(team), team=team)
    assert "at least 2" in refusal(team=team)


def test_the_same_run_twice_is_one(team, run):
    one = run(team)
    assert "at least 2" in refusal(one, one, team=team)


def test_twenty_are_a_group_and_one_more_is_not(team, run):
    runs = [run(team) for _ in range(21)]
    assert "at most 20 submissions, but 21 are chosen" in refusal(*runs, team=team)
    assert len(members_of(group_of(*runs[:20]))) == 20


def test_submissions_of_another_team_look_like_none(team, other_team, run):
    theirs = run(other_team)
    for number in (theirs.pk, 999_999):
        assert f"#{number} is not a submission of your team." in refusal(run(team), number, team=team)
    theirs.refresh_from_db()
    assert theirs.group is None


def test_resolutions_have_to_agree(team, run):
    small, large = run(team, resolution=28), run(team, resolution=224)
    assert f"28 × 28: #{small.pk}; 224 × 224: #{large.pk}" in refusal(small, large, team=team)


def test_what_is_not_scored_stays_out(team, run, submit):
    pending = submit(team, resolution=224)
    assert f"#{pending.pk} has no scores." in refusal(run(team), pending, team=team)
    pending.evaluations.update(status=Evaluation.Status.FAILED)
    assert f"#{pending.pk} has no scores." in refusal(run(team), pending, team=team)


def test_what_is_disqualified_stays_out(team, run):
    out = run(team)
    submissions.disqualify(out, "A reason.", by=history.COMMAND)
    assert f"#{out.pk} was disqualified." in refusal(run(team), out, team=team)


def test_a_submission_is_in_one_group_at_most(team, grouped, run):
    group, runs = grouped
    assert f"#{runs[0].pk} is already in the group “ResNet-18”" in refusal(run(team), runs[0], team=team)
    assert members_of(group) == set(runs)


def test_the_same_file_counts_once(team, run):
    first, again = run(team, sha256="a" * 64), run(team, sha256="a" * 64, model_name="Other name")
    assert f"#{first.pk}, #{again.pk} are the same file" in refusal(first, again, run(team), team=team)


@pytest.mark.parametrize("departure", [{"external_data": True}, {"special_methods": "An ensemble."}])
def test_standard_and_non_standard_do_not_mix(team, run, departure):
    plain, special = run(team), run(team, **departure)
    message = refusal(plain, special, team=team)
    assert f"(standard: #{plain.pk}; non-standard: #{special.pk})" in message
    assert not group_of(special, run(team, special_methods="Another ensemble.")).is_standard


def test_everything_that_is_wrong_is_said_at_once(team, run):
    small, out = run(team, resolution=28), run(team, resolution=64, external_data=True)
    submissions.disqualify(out, "A reason.", by=history.COMMAND)
    message = refusal(small, out, 999_999, team=team)
    for part in ("#999999", f"#{out.pk} was disqualified", "64 × 64", "non-standard: "):
        assert part in message
