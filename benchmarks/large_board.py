"""A site with 10,000 scored submissions of 1,000 teams in a temporary folder, with SQLite.

The files of the entries are deleted, and the entries have random replicates of realistic size. Only the highest, by the
mean and by the organ sets, have replicates of single datasets, because no page reads others.
"""

import os
import subprocess
import sys
import tempfile

from bigsite.threads import scoring_environment

N_TEAMS, N_SUBMISSIONS = 1_000, 10_000
N_WITH_DATASETS = 300
#: Weights of the datasets on the own board of a reader of CT.
ORGANS = {"organamnist": 1, "organcmnist": 1, "organsmnist": 1}


def run_inside(module: str) -> None:
    """Run a module as a process whose site is in a temporary folder; it gets the argument `--inside`."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | scoring_environment() | {
            "DATA_DIR": folder, "ENV_FILE": os.devnull, "SECRET_KEY": "benchmark", "DEBUG": "off",
            "ALLOWED_HOSTS": "*", "DJANGO_SETTINGS_MODULE": "bigsite.settings", "CHROMIUM": "",
        }  # fmt: skip
        subprocess.run([sys.executable, "-m", module, "--inside"], env=environment, check=True)


def is_inside() -> bool:
    """Return whether this is the process that `run_inside` started."""
    return "DATA_DIR" in os.environ and "--inside" in sys.argv


def make_site() -> None:
    """Set Django up, and make the site with its published results and entries."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("import_reported_baselines", verbosity=0)
    fill()


def fill() -> None:
    """Put 1,000 teams with 10 scored submissions each on the board, at one resolution."""
    import numpy as np
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import Team
    from challenge.models import (
        DatasetScore,
        Evaluation,
        Metric,
        Phase,
        SecondaryMetrics,
        Submission,
        Uncertainty,
    )
    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.demo import make_demo_ground_truth
    from challenge.scoring.metrics.ranked import BOOTSTRAP_VERSION, SCORER_VERSION
    from challenge.scoring.metrics.secondary import AVERAGED
    from challenge.scoring.statistics.intervals import N_REPLICATES
    from challenge.scoring.statistics.over_datasets import resampled_means_of_scores
    from challenge.services.ground_truths import store_ground_truth

    rng = np.random.default_rng(0)
    ground_truth = store_ground_truth(make_demo_ground_truth(MEDMNIST_PLUS), name="Demo labels", is_demo=True)
    phase, now = Phase.objects.get(), timezone.now()
    shared = rng.standard_normal((12, 4, N_REPLICATES)).astype("<f4")
    noise = rng.standard_normal((12, 4, N_REPLICATES)).astype("<f4")
    with transaction.atomic():
        teams = Team.objects.bulk_create(
            Team(name=f"Team {i}", name_key=f"team {i}", email=f"team{i}@example.org") for i in range(N_TEAMS)
        )
        submissions = Submission.objects.bulk_create(
            Submission(team=teams[i % N_TEAMS], phase=phase, resolution=224, model_name=f"Network {i}",
                       description="A benchmark.", file_size=1, sha256=f"{i:064x}", file_deleted_at=now)
            for i in range(N_SUBMISSIONS)
        )  # fmt: skip
        scores = np.clip(
            rng.normal(0.75, 0.05, (N_SUBMISSIONS, 1, 1)) + rng.normal(0, 0.03, (N_SUBMISSIONS, 12, 4)), 0, 1
        )
        evaluations = Evaluation.objects.bulk_create(
            Evaluation(submission=submission, ground_truth=ground_truth, scorer_version=SCORER_VERSION,
                       status="scored", scored_at=now, **dict(zip(Metric.values, of.mean(axis=0), strict=True)))
            for submission, of in zip(submissions, scores, strict=True)
        )  # fmt: skip
        of_means = [scores[:, :, 0].mean(axis=1), scores[:, -len(ORGANS) :, 0].mean(axis=1)]
        highest = {int(place) for of in of_means for place in np.argsort(of)[-N_WITH_DATASETS:]}
        further = {d.name: dict.fromkeys(AVERAGED, 0.5) for d in MEDMNIST_PLUS}
        for start in range(0, N_SUBMISSIONS, 500):
            part = list(zip(evaluations, scores, strict=True))[start : start + 500]
            DatasetScore.objects.bulk_create(
                DatasetScore(evaluation=e, dataset=d.name, **dict(zip(Metric.values, line, strict=True)))
                for e, of in part
                for d, line in zip(MEDMNIST_PLUS, of, strict=True)
            )
            SecondaryMetrics.objects.bulk_create(
                SecondaryMetrics(evaluation=e, datasets=further) for e, _ in part
            )
            rows = []
            for number, (e, of) in enumerate(part):
                own = np.roll(noise, 37 * number + start, axis=-1)
                means = (of.mean(axis=0)[:, None] + 0.003 * (shared[0] + own[0])).astype("<f4")
                resampled = resampled_means_of_scores(of.T, N_REPLICATES, MEDMNIST_PLUS).astype("<f4")
                datasets = (
                    (of[:, :, None] + 0.01 * (shared + own)).astype("<f4")
                    if start + number in highest
                    else None
                )
                rows.append(
                    Uncertainty(evaluation=e, bootstrap_version=BOOTSTRAP_VERSION, status="done",
                                results_version=BOOTSTRAP_VERSION,
                                mean_replicates=means.tobytes(), resampled_dataset_means=resampled.tobytes(),
                                dataset_replicates=b"" if datasets is None else datasets.tobytes())
                )  # fmt: skip
            Uncertainty.objects.bulk_create(rows)
