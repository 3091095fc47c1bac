"""Outcomes of scoring by a real worker, and the process that scores."""

from pathlib import Path

from challenge.models import Evaluation, Mail, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.processes import Worker, all_pids, command_of, parent_of, wait_until

Status = Evaluation.Status


def status(evaluation: Evaluation) -> str:
    evaluation.refresh_from_db()
    return evaluation.status


def wait_until_it_is(evaluation: Evaluation, expected: Status, worker: Worker) -> None:
    wait_until(
        lambda: status(evaluation) == expected,
        explain=lambda: f"It is {evaluation.status}. {worker.last_words()}",
    )


def assert_scored_once(submission: Submission, *workers: Worker) -> None:
    """Assert that one evaluation scored every dataset, and that one mail was sent."""
    evaluation = submission.evaluations.get()
    assert evaluation.status == Status.SCORED
    assert evaluation.scored_at
    assert sorted(evaluation.dataset_scores.values_list("dataset", flat=True)) == sorted(
        dataset.name for dataset in MEDMNIST_PLUS
    )
    wait_until(lambda: Mail.objects.filter(submission=submission, sent_at__isnull=False).exists())

    (mail,) = [mail for worker in workers for mail in worker.mails_about(submission)]
    assert "Subject: Scored: AUC " in mail


def child_of(worker: Worker) -> Path:
    def children() -> list[int]:
        return [pid for pid in all_pids() if parent_of(pid) == worker.popen.pid and command_of(pid)]

    (child,) = wait_until(children)  # an oversized child is being replaced, by any thread of the worker
    return Path("/proc", str(child))
