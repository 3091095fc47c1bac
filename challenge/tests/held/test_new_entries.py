"""New entries of a phase that holds them: never public before their checks, then published or kept for an organizer."""

import pytest
from django.test import Client

from challenge import tasks
from challenge.leaderboard.filters import Filters
from challenge.leaderboard.ranking import leaderboard
from challenge.models import (
    GroundTruth,
    HistoryLine,
    IntegrityAccountCheck,
    IntegrityFlag,
    IntegrityRecord,
    Mail,
    Phase,
    Submission,
    integrity_mark,
    ranked_versions,
)
from challenge.services import (
    entries,
    evaluations,
    flags,
    holds,
    integrity,
    integrity_accounts,
    queue,
    submissions,
)
from challenge.services.outcomes import board_changed
from challenge.tests.pages import page_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict_phase(db) -> None:
    Phase.objects.update(holds_flagged=True)


@pytest.fixture
def new(submit_and_score, team) -> Submission:
    submission = submit_and_score(team)
    submission.refresh_from_db()
    return submission


def ranked() -> list[Submission | None]:
    return [row.submission for row in leaderboard(Filters(28, all_entries=True), ranked_versions())]


def finish_predictions(submission: Submission, status: str = "done") -> None:
    """End the check of the predictions."""
    mark = integrity_mark(GroundTruth.objects.get())
    IntegrityRecord.objects.update_or_create(
        submission=submission, defaults={"version": mark, "status": status}
    )


def finish_account(submission: Submission, status: str = "done") -> None:
    IntegrityAccountCheck.objects.filter(submission=submission).update(status=status)


def raise_flag(submission: Submission, status: str = "open") -> IntegrityFlag:
    evidence = {"without_error": ["octmnist"]}
    return IntegrityFlag.objects.create(
        submission=submission, kind="labels", status=status, evidence=evidence
    )


def released(submission: Submission) -> bool:
    return not Submission.objects.get(pk=submission.pk).is_held


def test_it_is_scored_and_neither_ranked_nor_public(new, as_user, team, other_team):
    assert (new.is_held, new.awaits_checks, new.is_scored) == (True, True, True)
    assert ranked() == []
    for client in (Client(), as_user(other_team)):
        assert client.get(new.get_absolute_url()).status_code == 404
    page = text_of(page_of(as_user(team), new.get_absolute_url()))
    assert "Being checked since" in page
    assert "We check all new entries of this phase before they are published." in page


def test_no_moment_exists_at_which_it_is_public(submit, team, monkeypatch):
    """The board is read at the end of the transaction that stores the scores, and at each step before."""
    submission = submit(team)
    seen: list[list] = []

    def read_and_change() -> None:
        seen.append(ranked())
        board_changed()

    monkeypatch.setattr("challenge.services.outcomes.board_changed", read_and_change)
    evaluations.evaluate(submission.evaluations.get().pk)
    assert seen == [[]]
    assert ranked() == []


def test_it_is_released_when_both_checks_have_ended(new):
    assert not holds.release_if_clear(new.pk)
    finish_predictions(new)
    assert not holds.release_if_clear(new.pk)
    finish_account(new)
    assert holds.release_if_clear(new.pk)
    assert ranked() == [new]
    new.refresh_from_db()
    assert (new.held_at, new.held_reason, new.awaits_checks) == (None, "", False)
    line = HistoryLine.objects.get(submission=new)
    assert (line.action, line.actor, line.actor_name) == ("released", None, "the site")
    assert not holds.release_if_clear(new.pk)


def test_the_real_checks_release_it(submit_and_score, team, other_team, monkeypatch):
    monkeypatch.setattr(queue, "enqueue_account_check", tasks.check_account)
    first = submit_and_score(team)
    integrity.queue_check(first)
    integrity.check(first.pk)
    assert ranked() == [first]
    copied = submit_and_score(other_team, content=None, description="In other words.")
    integrity.queue_check(copied)
    integrity.check(copied.pk)
    assert IntegrityFlag.objects.filter(submission=copied, kind="copy").exists()
    assert ranked() == [first]


@pytest.mark.parametrize(
    ("status", "is_released"),
    [("open", False), ("asked", False), ("confirmed", False), ("dismissed", True)],
)
def test_a_flag_holds_it_until_it_is_dismissed(status, is_released, new):
    raise_flag(new, status)
    finish_predictions(new)
    finish_account(new)
    assert holds.release_checked() == is_released
    assert released(new) == is_released


def test_the_dismissal_publishes_it_and_tells_the_team(new, organizer, team):
    flag = raise_flag(new)
    finish_predictions(new)
    finish_account(new)
    flags.dismiss(flag, reason="The dataset is easy.", by=organizer)
    assert ranked() == [new]
    assert Mail.objects.filter(name="released", team=team).count() == 1


def test_the_dismissal_of_one_of_two_flags_does_not(new, organizer):
    first = raise_flag(new)
    IntegrityFlag.objects.create(submission=new, kind="copy", evidence={"similarities": {}})
    finish_predictions(new)
    finish_account(new)
    flags.dismiss(first, reason="The dataset is easy.", by=organizer)
    assert ranked() == []


def test_without_a_flag_no_further_mail_is_sent(new):
    finish_predictions(new)
    finish_account(new)
    holds.release_checked()
    assert not Mail.objects.filter(name__in=["held", "released"]).exists()


def test_an_organizer_releases_it_before(new, organizer):
    submissions.release(new, by=organizer, reason="Known to us.")
    assert ranked() == [new]
    new.refresh_from_db()
    assert not new.awaits_checks


def test_organizers_see_what_it_waits_for_and_assistants_do_not(new, organizer, in_role, as_user):
    raise_flag(new)
    page = f"/admin/challenge/submission/{new.pk}/change/"
    shown = text_of(page_of(as_user(organizer), page))
    assert "the check of the predictions" in shown
    assert "the check of the account" in shown
    assert "an organizer: a flag of integrity is open or confirmed" in shown
    assert "flag of integrity" not in text_of(page_of(as_user(in_role("Assistant")), page))


def test_a_check_that_failed_waits_for_an_organizer(new):
    finish_predictions(new, "failed")
    finish_account(new)
    assert holds.awaited(new) == ["an organizer: the check of the predictions has failed"]
    assert holds.release_checked() == 0


def test_its_team_does_not_learn_of_flags(new, as_user, team):
    raise_flag(new)
    page = page_of(as_user(team), new.get_absolute_url())
    assert "flag" not in text_of(page).lower()


def test_the_sweep_repairs_a_lost_release(new, monkeypatch):
    finish_predictions(new)
    finish_account(new)
    monkeypatch.setattr(queue, "_send", lambda *args, **options: None)
    tasks.sweep()
    assert released(new)


def test_lost_checks_come_back(new, monkeypatch):
    IntegrityAccountCheck.objects.all().delete()
    monkeypatch.setattr(queue, "enqueue_account_check", tasks.check_account)
    integrity_accounts.queue_missing()
    assert IntegrityAccountCheck.objects.get().status == "done"


def test_scoring_again_does_not_hold_it_again(new):
    finish_predictions(new)
    finish_account(new)
    holds.release_checked()
    evaluation = new.evaluations.get()
    evaluations.queue_evaluations([new])
    evaluations.evaluate(evaluation.pk)
    assert released(new)


def test_a_file_that_fails_is_not_held(submit, team):
    submission = submit(team, content=b"no,predictions\n")
    evaluations.evaluate(submission.evaluations.get().pk)
    assert released(submission)


def test_other_phases_publish_at_once(submit_and_score, team):
    Phase.objects.update(holds_flagged=False)
    submission = submit_and_score(team)
    assert ranked() == [submission]


def test_a_withdrawn_upload_stays_withdrawn(submit, team):
    submission = submit(team)
    entries.withdraw(submission, delete_file=False)
    evaluations.evaluate(submission.evaluations.get().pk)
    submission.refresh_from_db()
    assert (submission.is_withdrawn, submission.is_held) == (True, False)


def test_the_phase_is_set_in_the_admin(organizer, as_user):
    phase = Phase.objects.get()
    page = f"/admin/challenge/phase/{phase.pk}/change/"
    assert "hold new entries until they are checked" in text_of(page_of(as_user(organizer), page)).lower()
