"""Command `manage.py rescore`: what is missing is queued once, the command watches, a dry run stores nothing."""

from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from challenge.leaderboard import score_preview
from challenge.management.commands import rescore
from challenge.models import (
    Evaluation,
    GroundTruth,
    HistoryLine,
    Sweep,
    Uncertainty,
    Versions,
    ranked_versions,
)
from challenge.services import evaluations, ground_truths, groups, rescoring, submissions
from challenge.tests.scored_again.steps import (
    REASON,
    activate,
    break_file,
    evaluation_of,
    give_up_intervals,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(submit_and_score, team, other_team) -> list:
    made = [
        submit_and_score(who, skill=skill) for who, skill in ((team, 0.5), (team, 1.0), (other_team, 2.0))
    ]
    give_up_intervals()
    Sweep.objects.create(pk=1, ended_at=timezone.now())
    return made


@pytest.fixture
def workers(monkeypatch) -> list[int]:
    """While the command pauses, a worker scores one evaluation; return the numbers of the evaluations."""
    scored: list[int] = []

    def pause(seconds: float) -> None:
        queued = Evaluation.objects.filter(status=Evaluation.Status.QUEUED).order_by("pk").first()
        if queued:
            evaluations.evaluate(queued.pk)
            scored.append(queued.pk)
        give_up_intervals()

    monkeypatch.setattr(rescore.time, "sleep", pause)
    return scored


def run(*arguments: object, **options: object) -> tuple[int, str, str]:
    """Return exit status, output and errors of the command."""
    out, err = StringIO(), StringIO()
    try:
        call_command("rescore", *map(str, arguments), stdout=out, stderr=err, no_color=True, **options)
    except SystemExit as error:
        return int(error.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_other_labels_are_activated_and_all_are_scored_and_ranked_by_them(three, corrected, workers):
    status, out, err = run("--labels", corrected.version, reason=REASON)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Test images with another label: PathMNIST 1."
    assert lines[3:5] == ["0 of 3 scored, 0 ready to be ranked", "1 of 3 scored, 1 ready to be ranked"]
    assert f"Scores by {Versions.of_this_software(corrected)} changed for 3 submissions." in lines
    assert lines[-1] == "The leaderboard ranks by these versions."
    assert ranked_versions() == Versions.of_this_software(corrected)
    line = HistoryLine.objects.get(action="activated the labels", subject=str(corrected))
    assert (line.actor_name, line.reason) == ("manage.py", REASON)


def test_what_is_scored_is_not_scored_again(three, corrected, workers):
    run("--labels", corrected.version, reason=REASON)
    scored_at = {one.pk: one.scored_at for one in Evaluation.objects.all()}
    workers.clear()
    status, out, _ = run()
    assert status == 0
    assert "0 submissions queued." in out
    assert "3 of 3 scored, 3 ready to be ranked" in out
    assert workers == []
    assert {one.pk: one.scored_at for one in Evaluation.objects.all()} == scored_at


def test_an_interrupted_run_goes_on_and_scores_each_entry_once(three, corrected, workers, monkeypatch):
    pause, looks = rescore.time.sleep, []

    def interrupt(seconds: float) -> None:
        pause(seconds)
        looks.append(seconds)
        if len(looks) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rescore.time, "sleep", interrupt)
        status, out, _ = run("--labels", corrected.version, reason=REASON)
    assert status == 0
    assert "The workers go on; start the command again to watch them." in out
    assert len(workers) == 2
    status, out, _ = run()
    assert out.splitlines()[0].endswith("0 submissions queued.")
    assert sorted(workers) == sorted(
        Evaluation.objects.by(Versions.of_this_software(corrected)).values_list("pk", flat=True)
    )
    assert all(one.attempts == 1 for one in Evaluation.objects.all())


def test_chosen_submissions_that_the_sweep_has_not_queued_yet(
    three, corrected, workers, monkeypatch, organizer
):
    monkeypatch.setattr(evaluations, "MOST_AT_ONCE", 0)
    activate(corrected)
    assert not corrected.evaluations.exists()
    status, out, _ = run(three[1].pk, reason="It is urgent.")
    assert status == 0
    assert "1 submission queued." in out
    assert [one.submission for one in corrected.evaluations.all()] == [three[1]]
    line = HistoryLine.objects.get(action="had entries scored again")
    assert (line.reason, line.after) == ("It is urgent.", {"entries": 1})
    assert evaluation_of(three[1], corrected).asked_in == line
    assert ranked_versions() != Versions.of_this_software(corrected), "the others are missing"


def test_failures_by_our_fault_are_tried_again_and_others_are_reported(
    three, corrected, workers, monkeypatch
):
    break_file(three[0])
    activate(corrected)
    score_as = evaluations.score_as

    def fail(submission, *arguments, **about):
        if submission == three[1]:
            raise RuntimeError("a fault of ours")
        return score_as(submission, *arguments, **about)

    with monkeypatch.context() as patch:
        patch.setattr(evaluations, "score_as", fail)
        work()
    assert evaluation_of(three[1], corrected).failure == Evaluation.Failure.SITE
    status, out, err = run()
    assert "1 submission queued." in out
    assert evaluation_of(three[1], corrected).status == Evaluation.Status.SCORED
    assert status == 1
    assert f"{three[0]}: not scored: errors in the file" in err


def test_no_limits_change(three, corrected, workers):
    quotas = [submissions.remaining_quota(one.team, one.phase) for one in three]
    run("--labels", corrected.version, reason=REASON)
    assert [submissions.remaining_quota(one.team, one.phase) for one in three] == quotas


def test_without_a_worker_it_says_so_once(three, corrected, workers):
    Sweep.objects.all().delete()
    _, _, err = run("--labels", corrected.version, reason=REASON)
    assert err.count("The worker was never seen. Entries wait until it runs") == 1


def test_bad_arguments(three, corrected, workers):
    for arguments, words in {
        ("0",): "Without scores or without a file: #0",
        ("--labels", "ffff"): "No labels have the version ffff. Loaded: ",
        ("--labels", corrected.version): "Give the --reason of other labels",
        ("--labels", corrected.version, "--reason", "x", str(three[0].pk)): "leave the numbers out",
    }.items():
        with pytest.raises(CommandError, match=words):
            call_command("rescore", *arguments)
    GroundTruth.objects.update(activated_at=None)
    with pytest.raises(CommandError, match="No ground truth is active"):
        call_command("rescore")
    assert not corrected.evaluations.exists()


class TestDryRun:
    """Scores and ranks that other labels would change."""

    @pytest.fixture
    def turned(self, ground_truth, labels) -> GroundTruth:
        """Labels by which the two best entries change places."""
        from challenge.scoring import ground_truth as label_files
        from challenge.scoring.benchmark import MEDMNIST_PLUS
        from challenge.scoring.demo import make_demo_ground_truth

        other = make_demo_ground_truth(MEDMNIST_PLUS, seed=5)
        return ground_truths.store_ground_truth(
            label_files.GroundTruth(other.labels), name="Turned", is_demo=True, activate=False
        )

    def test_it_says_what_the_run_then_changes(self, three, turned, workers):
        _, out, _ = run("--labels", turned.version, "--dry-run")
        said = {line.partition(": ")[0]: line.partition(": ")[2] for line in out.splitlines()}
        assert not turned.evaluations.exists()
        ranks = dict(line.strip().rsplit(": ", 1) for line in out.splitlines() if line.startswith("  "))
        before = ranks_by_auc()
        run("--labels", turned.version, reason=REASON)
        for submission in three:
            old, new = (
                submission.evaluations.get(ground_truth=labels)
                for labels in (three[0].evaluations.order_by("pk")[0].ground_truth, turned)
            )
            assert f"AUC {old.auc:.6f} -> {new.auc:.6f}" in said[str(submission)]
        after = ranks_by_auc()
        changed = {
            label: f"{before[label]} -> {after[label]}" for label in before if before[label] != after[label]
        }
        assert changed.items() <= ranks.items()
        assert "Scores would change for 3 of 3 submissions." in out

    def test_nothing_is_stored(self, three, corrected):
        before = [
            list(model.objects.order_by("pk").values()) for model in (Evaluation, HistoryLine, Uncertainty)
        ]
        run("--labels", corrected.version, "--dry-run")
        after = [
            list(model.objects.order_by("pk").values()) for model in (Evaluation, HistoryLine, Uncertainty)
        ]
        assert after == before

    def test_stored_scores_are_not_computed_again(self, three, corrected, monkeypatch):
        activate(corrected)
        evaluations.evaluate(evaluation_of(three[0], corrected).pk)
        score_as = Mock(wraps=score_preview.score_as)
        monkeypatch.setattr(score_preview, "score_as", score_as)
        _, out, _ = run("--dry-run")
        assert score_as.call_count == 2
        assert "Files to score: 2 of 3." in out

    def test_chosen_ones(self, three, corrected):
        _, out, _ = run(three[0].pk, "--labels", corrected.version, "--dry-run")
        assert "1 of 1 submission." in out

    def test_a_file_that_cannot_be_scored_is_named_and_leaves_the_board(self, three, corrected):
        break_file(three[2])
        _, out, _ = run("--labels", corrected.version, "--dry-run")
        assert f"{three[2]}: could not be scored: " in out
        assert "Scores would change for 2 of 3 submissions." in out

    def test_the_same_versions_change_nothing(self, three):
        _, out, _ = run("--dry-run")
        assert "Scores would change for 0 of 3 submissions." in out
        assert out.splitlines()[-1] == "No rank would change."

    def test_a_group_has_the_mean_of_its_seeds(self, three, turned, team, monkeypatch):
        group = groups.create_group(team=team, name="Seeds", members=[three[0].pk, three[1].pk])
        previews = list(
            score_preview.score_previews(three, ranked_versions(), Versions.of_this_software(turned))
        )
        means = {preview.submission.pk: preview.after["auc"] for preview in previews}
        mean = (means[three[0].pk] + means[three[1].pk]) / 2
        board = score_preview.boards(score_preview.Filters(28, all_entries=True), [28], ranked_versions())[28]
        (row,) = [row for row in board.rows if row.group == group]
        changed = score_preview._with_means(
            row, {preview.submission.pk: preview.after for preview in previews}
        )
        assert changed is not None
        assert changed.scores["auc"].value == pytest.approx(mean)


def ranks_by_auc() -> dict[str, int | None]:
    board = score_preview.boards(score_preview.Filters(28, all_entries=True), [28], ranked_versions())[28]
    return {row.label: row.rank for row in board.rows}


def test_many_entries_are_queued_in_portions(entry, team, ground_truth, corrected, monkeypatch):
    for n in range(5):
        entry(team, 0.5 + n / 100)
    monkeypatch.setattr(rescoring, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(evaluations, "MOST_AT_ONCE", 0)
    activate(corrected)
    versions = Versions.of_this_software(corrected)
    assert rescoring.rescore(rescoring.rescorable(), versions, by="manage.py", reason="") == 5
    assert corrected.evaluations.count() == 5
    assert rescoring.rescore(rescoring.rescorable(), versions, by="manage.py", reason="") == 0
