"""Changes of what the leaderboard shows advance its revision."""

from dataclasses import replace

import pytest
from django.utils import timezone

from challenge.models import (
    GroundTruth,
    IntegrityAccountCheck,
    IntegrityRecord,
    Phase,
    Submission,
    integrity_mark,
)
from challenge.services import (
    entries,
    evaluations,
    evidence,
    ground_truths,
    groups,
    history,
    holds,
    published,
    submissions,
    uncertainty,
)
from challenge.services.accounts import close_account
from challenge.tests.board_cache.changes import RESULT, advances, other_labels, rename, score_again

pytestmark = pytest.mark.django_db(transaction=True)


def an_entry_is_scored(site):
    submission = site.submit(site.team)
    yield
    evaluations.evaluate(submission.evaluations.get().pk)


def an_entry_is_scored_again(site):
    submission = site.submit_and_score(site.team)
    yield
    score_again(submission)


def intervals_are_there(site):
    submission = site.submit_and_score(site.team)
    yield
    uncertainty.estimate(submission.evaluations.get().pk)


def labels_are_activated(site):
    labels = other_labels()
    yield
    ground_truths.activate_ground_truth(labels, by=history.COMMAND)


def labels_are_loaded_and_activated(site):
    yield
    other_labels(activate=True)


def labels_are_renamed(site):
    other_labels()
    yield
    other_labels(name="Others")


def an_entry_is_disqualified(site):
    yield
    submissions.disqualify(site.entries[0], "A reason.", by=history.COMMAND)


def a_disqualification_is_taken_back(site):
    submissions.disqualify(site.entries[0], "A reason.", by=history.COMMAND)
    yield
    submissions.reinstate(site.entries[0], by=history.COMMAND)


def a_protocol_is_corrected(site):
    yield
    entries.correct_protocol(site.entries[0], external_data=True, special_methods="", by=history.COMMAND)


def an_entry_is_edited(site):
    yield
    entries.edit_entry(site.entries[0], model_name="Other")


def an_entry_becomes_private(site):
    yield
    entries.set_visibility(site.entries[2], "private")


def an_entry_is_withdrawn(site):
    yield
    entries.withdraw(site.entries[0], delete_file=False)


def an_entry_is_restored(site):
    submission = site.submit_and_score(site.team)
    entries.withdraw(submission, delete_file=False)
    yield
    entries.restore(submission, by=history.COMMAND)


def an_entry_is_chosen(site):
    yield
    entries.choose(site.entries[0])


def the_best_entry_represents_the_team_again(site):
    entries.choose(site.entries[0])
    yield
    entries.choose_best(site.team, 224, Phase.objects.get().pk)


def a_group_is_made(site):
    groups.dissolve_group(site.group)
    yield
    groups.create_group(team=site.team, name="New", members=[one.pk for one in site.entries])


def a_group_is_changed(site):
    yield
    groups.change_group(site.group, name="New", members=[one.pk for one in site.entries])


def a_group_is_dissolved(site):
    yield
    groups.dissolve_group(site.group)


def published_results_are_replaced(site):
    published.replace_published_results([RESULT])
    yield
    published.replace_published_results([replace(RESULT, mean=0.8)])


def published_results_are_added(site):
    yield
    published.publish_results(RESULT.source, [RESULT])


def an_account_is_closed_without_its_name(site):
    yield
    close_account(site.team, keep_name=False)


def an_account_without_public_results_is_closed(site):
    for one in site.entries:
        submissions.disqualify(one, "A reason.", by=history.COMMAND)
    yield
    close_account(site.team, keep_name=True)


def a_study_is_confirmed(site):
    link = "https://doi.org/10.1000/182"
    entries.edit_entry(site.entries[0], study_url=link)
    yield
    evidence.confirm_study(site.entries[0], study_url=link, reason="Read.", by=site.team)


def a_confirmation_is_taken_back(site):
    for _ in a_study_is_confirmed(site):
        pass
    yield
    evidence.take_back_confirmation(site.entries[0], reason="A mistake.", by=site.team)


def a_waiting_entry_is_released(site):
    Submission.objects.filter(pk=site.entries[0].pk).update(held_at=timezone.now(), awaits_checks=True)
    IntegrityAccountCheck.objects.create(submission=site.entries[0], status="done")
    mark = integrity_mark(GroundTruth.objects.get())
    IntegrityRecord.objects.create(submission=site.entries[0], version=mark, status="done")
    yield
    assert holds.release_checked() == 1


def a_team_is_renamed(site):
    yield
    rename(site.admin, site.team, "Team Omega")


@pytest.mark.parametrize(
    "story",
    [
        an_entry_is_scored, an_entry_is_scored_again, intervals_are_there,
        labels_are_activated, labels_are_loaded_and_activated, labels_are_renamed, an_entry_is_disqualified,
        a_disqualification_is_taken_back, a_protocol_is_corrected, an_entry_is_edited,
        an_entry_becomes_private, an_entry_is_withdrawn, an_entry_is_restored, an_entry_is_chosen,
        the_best_entry_represents_the_team_again, a_group_is_made, a_group_is_changed,
        a_group_is_dissolved, published_results_are_replaced, published_results_are_added,
        an_account_is_closed_without_its_name, an_account_without_public_results_is_closed, a_team_is_renamed,
        a_study_is_confirmed, a_confirmation_is_taken_back, a_waiting_entry_is_released,
    ],
)  # fmt: skip
def test_what_the_board_shows_advances_it(story, site):
    assert advances(site, story)
