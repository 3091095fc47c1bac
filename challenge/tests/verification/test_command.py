"""Command `manage.py verify_scores`: all entries, chosen ones, a sample, and a run that is continued."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from challenge.management.commands import verify_scores
from challenge.models import DatasetScore, HistoryLine, Phase, Submission, Verification
from challenge.services import history, verifications
from challenge.services.verifications import VerificationError


def run(*arguments: object) -> tuple[int, str, str]:
    """Return exit status, output and errors."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_scores", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def three(submit_and_score, team, known_answer) -> list[Submission]:
    """Three entries with the same file."""
    Phase.objects.update(daily_limit=4)
    return [submit_and_score(team, model_name=f"Model {r}", resolution=r) for r in (28, 64, 128)]


def test_all_entries_with_progress(three):
    status, out, err = run()
    assert status == 0
    lines = out.splitlines()
    assert sorted(line.split(": ")[0] for line in lines[:3]) == ["1 of 3", "2 of 3", "3 of 3"]
    for submission in three:
        assert f"{submission}: equal, largest difference " in out
    assert "(scikit-learn 1." in lines[0]
    assert lines[3] == "3 of 3 verified."
    assert err == ""
    assert Verification.objects.equal().count() == 3


def test_a_stored_score_that_was_changed(three):
    changed = three[1].evaluations.get()
    changed.dataset_scores.filter(dataset="octmnist").update(auc=F("auc") + 1e-6)
    run()
    status, out, err = run()
    assert status == 1
    assert f"{three[1]}: DIFFERENT, largest difference 1e-06\n  octmnist auc: stored 0." in err
    assert "by scikit-learn" in err
    assert out.splitlines()[-1] == "2 of 3 verified."
    line = HistoryLine.objects.get(action="found scores that differ")
    assert (line.submission, line.actor_name) == (three[1], history.COMMAND)


def test_a_score_that_was_changed_after_a_verification(three):
    assert run()[0] == 0
    DatasetScore.objects.filter(dataset="octmnist").update(accuracy=F("accuracy") - 1e-6)
    assert run()[0] == 1


def test_chosen_submissions(three):
    _, out, _ = run(three[0].pk, three[2].pk)
    assert out.splitlines()[-1] == "2 of 2 verified."
    assert set(Verification.objects.values_list("evaluation__submission", flat=True)) == {
        three[0].pk,
        three[2].pk,
    }


def test_a_sample(three):
    assert run("--sample", 2)[1].splitlines()[-1] == "2 of 2 verified."
    assert Verification.objects.count() == 2


def test_an_interrupted_run_is_continued(three, monkeypatch):
    verify_now = verifications.verify_now
    done: list[int] = []

    def stop_after_two(evaluation, *, by):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(evaluation.submission_id)
        return verify_now(evaluation, by=by)

    with monkeypatch.context() as patch:
        patch.setattr(verify_scores, "verify_now", stop_after_two)
        with pytest.raises(KeyboardInterrupt):
            run()
    (left,) = {submission.pk for submission in three} - set(done)
    _, out, _ = run("--resume")
    assert f"1 of 1: #{left} " in out


def test_a_continued_run_does_not_forget_what_differs(three):
    three[0].evaluations.get().dataset_scores.filter(dataset="octmnist").update(auc=F("auc") + 1e-6)
    run()
    status, _, err = run("--resume")
    assert status == 1
    assert f"1 of 1: {three[0]}: DIFFERENT" in err


def test_entries_that_were_verified_longest_ago_are_first(three):
    run()
    oldest = Verification.objects.get(evaluation__submission=three[1])
    Verification.objects.filter(pk=oldest.pk).update(verified_at=timezone.now() - timedelta(days=9))
    assert f"1 of 3: {three[1]}" in run()[1]


def test_an_entry_that_cannot_be_verified_does_not_stop_the_others(three, monkeypatch, answer):
    def recompute(evaluation):
        if evaluation.submission_id == three[0].pk:
            raise VerificationError("No such file")
        return answer

    monkeypatch.setattr(verifications, "recompute", recompute)
    status, out, err = run()
    assert status == 1
    assert f"{three[0]}: could not be verified: No such file" in err
    assert out.splitlines()[-1] == "2 of 3 verified."


def test_without_entries(db):
    assert run() == (0, "0 of 0 verified.\n", "")


@pytest.mark.parametrize("arguments", [("--sample", 0), ("--sample", -1), (1, "--sample", 2)])
def test_a_sample_that_makes_no_sense(arguments, db):
    with pytest.raises(CommandError, match="--sample takes a number from 1"):
        run(*arguments)


def test_numbers_of_no_entry(three, submit, team):
    queued = submit(team, resolution=224)
    with pytest.raises(CommandError, match=f"Without scores or without a file: #1, #{queued.pk}"):
        run(three[0].pk, queued.pk, 1)
    assert not Verification.objects.exists()


def test_libraries_that_are_not_installed(three, monkeypatch):
    monkeypatch.setattr(verify_scores, "is_installed", lambda: False)
    with pytest.raises(CommandError, match=r"pip install -r requirements/verify\.txt"):
        run()
