"""Luck of the best of a team's attempts, next to their number on the page of an entry."""

import re

import numpy as np
import pytest
from django.utils import timezone

from challenge.models import Submission, Uncertainty
from challenge.tests.pages import page_of, text_of

SENTENCE = re.compile(
    r"By luck alone, the best of (\d+) equally good submissions exceeds one of them by about ([\d.]+) in mean AUC\."
)


def luck(client, submission: Submission) -> tuple[int, float] | None:
    """Return the number of attempts and their luck, as the page says them."""
    found = SENTENCE.search(text_of(page_of(client, submission.get_absolute_url())))
    return (int(found[1]), float(found[2])) if found else None


def by_hand(*submissions: Submission) -> float:
    replicates = []
    for submission in submissions:
        stored = Uncertainty.objects.get(evaluation__submission=submission).mean_replicates
        auc = np.frombuffer(stored, "<f4").reshape(4, -1)[0].astype(float)
        replicates.append(auc - auc.mean())
    return float(np.max(replicates, axis=0).mean())


def test_the_page_says_how_lucky_the_best_is(client, uncertain_entry, team, other_team):
    attempts = [uncertain_entry(team, auc) for auc in (0.9, 0.8, 0.85)]
    uncertain_entry(other_team, 0.9)
    uncertain_entry(team, 0.9, resolution=28)
    expected = pytest.approx((3, by_hand(*attempts)), abs=6e-5)
    assert luck(client, attempts[0]) == expected
    assert luck(client, attempts[1]) == expected


def test_one_attempt_has_no_luck(client, uncertain_entry, team):
    assert luck(client, uncertain_entry(team, 0.9)) is None


def test_private_and_withdrawn_attempts_count(client, uncertain_entry, team):
    shown = uncertain_entry(team, 0.9)
    hidden = uncertain_entry(team, 0.8, visibility=Submission.Visibility.PRIVATE)
    withdrawn = uncertain_entry(team, 0.7, withdrawn_at=timezone.now())
    assert luck(client, shown) == pytest.approx((3, by_hand(shown, hidden, withdrawn)), abs=6e-5)


def test_nothing_is_said_while_an_attempt_has_no_replicates(client, uncertain_entry, entry_by_dataset, team):
    first, _ = uncertain_entry(team, 0.9), uncertain_entry(team, 0.8)
    entry_by_dataset(team, 0.7)
    assert "One of 3 submissions" in text_of(page_of(client, first.get_absolute_url()))
    assert luck(client, first) is None


def test_attempts_after_a_choice_do_not_count(client, uncertain_entry, team):
    chosen, before = uncertain_entry(team, 0.9), uncertain_entry(team, 0.8)
    Submission.objects.filter(pk=chosen.pk).update(chosen_at=timezone.now())
    uncertain_entry(team, 0.95)
    assert luck(client, chosen) == pytest.approx((2, by_hand(chosen, before)), abs=6e-5)


def test_hidden_entries_say_nothing(client, as_user, uncertain_entry, team):
    hidden = [uncertain_entry(team, auc, visibility=Submission.Visibility.ANONYMOUS) for auc in (0.9, 0.8)]
    named = uncertain_entry(team, 0.7)
    for viewer in (client, as_user(team)):
        assert luck(viewer, hidden[0]) is None
        assert luck(viewer, named) is None, "the others are not attempts until they name the team"
