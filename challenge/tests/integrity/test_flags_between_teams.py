"""Flags that the check of an entry raises: on which entry, of which kind, with which evidence."""

import pytest

from challenge.leaderboard.ranking import Filters, leaderboard
from challenge.models import IntegrityFlag, ranked_versions
from challenge.services import integrity
from challenge.tests.integrity.conftest import check, flags, submission_record
from challenge.tests.integrity.generated import (
    constant,
    honest,
    mixed,
    noise,
    noisy_labels,
    with_noise,
    with_temperature,
)

ONE, TWO, THREE = (honest(seed) for seed in (1, 2, 3))
COPY = with_noise(with_temperature(ONE, 1.5), 0.01)


def test_honest_entries_raise_no_flag(checked, team, other_team):
    for who, predictions in ((team, ONE), (other_team, TWO), (team, THREE)):
        checked(who, predictions)
    assert flags() == []


@pytest.mark.parametrize("copy", [ONE, COPY], ids=["the same values", "calibrated, with noise"])
def test_a_copy_of_another_teams_entry_is_flagged(copy, checked, team, other_team):
    source = checked(team, ONE)
    checked(team, TWO)
    copied = checked(other_team, copy)
    assert flags() == [(copied, "copy", {source})]
    similarities = IntegrityFlag.objects.get().evidence["similarities"]
    assert similarities[str(source.pk)] == pytest.approx(1, abs=0.02)


def test_the_later_entry_is_flagged_also_if_it_is_checked_first(sent, team, other_team):
    source, copied = sent(team, ONE), sent(other_team, COPY)
    check(copied)
    assert flags() == []
    check(source)
    assert flags() == [(copied, "copy", {source})]


def test_a_team_may_send_its_own_predictions_again(checked, team):
    checked(team, ONE)
    checked(team, COPY)
    assert flags() == []


def test_the_source_of_a_copy_stays_without_a_flag_when_its_team_goes_on(checked, team, other_team):
    checked(team, ONE)
    copied = checked(other_team, COPY)
    checked(team, with_noise(ONE, 0.005))
    assert [flag[0] for flag in flags()] == [copied]


def test_a_copy_is_found_after_the_file_of_its_source_was_deleted(sent, checked, team, other_team):
    source = checked(team, ONE)
    source.file.storage.delete(source.file.name)
    copied = checked(other_team, with_noise(ONE, 0.01))
    assert flags() == [(copied, "copy", {source})]


def test_constant_predictions_of_two_teams_are_no_copies(checked, team, other_team):
    checked(team, constant())
    checked(other_team, constant())
    assert flags() == []


def test_a_mixture_of_other_entries_is_flagged_with_its_weights(checked, team, other_team):
    first, own = checked(team, ONE), checked(other_team, TWO)
    made = checked(other_team, with_noise(mixed([0.6, 0.4], [ONE, TWO]), 0.005))
    assert flags() == [(made, "mixture", {first, own})]
    evidence = IntegrityFlag.objects.get().evidence
    assert evidence["explained"] > 0.95
    assert evidence["weights"] == pytest.approx({str(first.pk): 0.6, str(own.pk): 0.4}, abs=0.06)


def test_a_team_may_mix_its_own_seeds(checked, team, other_team):
    method = noise(50)
    seeds = [honest(60 + seed, own=0.5, method=method) for seed in range(3)]
    checked(other_team, ONE)
    for one in seeds:
        checked(team, one)
    checked(team, mixed([1 / 3] * 3, seeds))
    assert flags() == []


@pytest.mark.parametrize("share", [0, 0.01, 0.2])
def test_labels_with_noise_are_flagged(share, checked, team, other_team):
    checked(other_team, ONE)
    labels = checked(team, noisy_labels(share, 4))
    assert flags() == [(labels, "labels", set())]


def test_a_check_changes_no_entry(checked, team, other_team):
    entries = {checked(team, ONE), checked(other_team, COPY)}
    assert len(flags()) == 1
    rows = leaderboard(Filters(28, all_entries=True), ranked_versions())
    assert {row.submission for row in rows} == entries


def test_a_check_that_runs_twice_raises_one_flag(checked, team, other_team):
    checked(team, ONE)
    copied = checked(other_team, COPY)
    integrity.check(copied.pk)
    record = submission_record(copied)
    record.status = record.Status.QUEUED
    record.save()
    integrity.check(copied.pk)
    assert len(flags()) == 1


def test_a_dismissed_flag_is_not_raised_again(checked, team, other_team):
    checked(team, ONE)
    copied = checked(other_team, COPY)
    IntegrityFlag.objects.update(status="dismissed", evidence={"similarities": {}})
    submission_record(copied).__class__.objects.filter(submission=copied).put_back()
    integrity.check(copied.pk)
    flag = IntegrityFlag.objects.get()
    assert (flag.status, flag.evidence) == ("dismissed", {"similarities": {}})
