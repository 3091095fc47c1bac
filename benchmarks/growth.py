"""Size and times of a site with many entries, on SQLite: backup, restore, sweep, tidying and a check of migrations.

    python -m benchmarks.growth                  10,000 entries: 10 GB in a temporary folder
    BIG_ENTRIES=2000 python -m benchmarks.growth

Every entry has replicates of all datasets and the curves of a scored file. Their files are deleted, as in the benchmark
of the leaderboard: a file is only copied, at the speed of the disk.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import large_board


def timed(name: str, act: Callable[[], object]) -> None:
    """Do something and print its time."""
    started = time.perf_counter()
    act()
    print(f"{name}: {time.perf_counter() - started:.1f} s")


def fill_up() -> None:
    """Give each entry replicates of all datasets, and the curves of one scored file."""
    import numpy as np
    from django.core.files.uploadedfile import SimpleUploadedFile

    from accounts.models import Team
    from challenge.models import Evaluation, EvaluationCurves, GroundTruth, Uncertainty
    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
    from challenge.scoring.reading.predictions import write_predictions
    from challenge.scoring.statistics.intervals import N_REPLICATES
    from challenge.services import evaluations, submissions, uncertainty

    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    path = Path(os.environ["DATA_DIR"], "predictions.csv.gz")
    write_predictions(path, make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=0), MEDMNIST_PLUS)
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    scored = submissions.create_submission(
        team=Team.objects.create_user("Scored", "scored@example.org", "x" * 20),
        upload=upload, resolution=28, model_name="Scored", description="A benchmark.",
    ).evaluations.get()  # fmt: skip
    evaluations.evaluate(scored.pk)
    uncertainty.estimate(scored.pk)
    curves = EvaluationCurves.objects.get(evaluation=scored).datasets
    rng = np.random.default_rng(1)
    without = Evaluation.objects.filter(curves=None).values_list("pk", flat=True)
    pks = list(without)
    for start in range(0, len(pks), 200):
        EvaluationCurves.objects.bulk_create(
            EvaluationCurves(evaluation_id=pk, datasets=curves) for pk in pks[start : start + 200]
        )
        rows = list(Uncertainty.objects.filter(evaluation__in=pks[start : start + 200]))
        for row in rows:
            row.dataset_replicates = rng.standard_normal((12, 4, N_REPLICATES)).astype("<f4").tobytes()
        Uncertainty.objects.bulk_update(rows, ["dataset_replicates"], batch_size=50)
    print(f"labels: {GroundTruth.objects.count()}, a compressed file: {path.stat().st_size / 1e6:.1f} MB")


def measure() -> None:
    """Print the sizes and times."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from challenge.backups.making import make_backup
    from challenge.backups.restoring import restore_backup
    from challenge.tasks import sweep, tidy

    n = large_board.N_SUBMISSIONS
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = Path(settings.DATABASES["default"]["NAME"]).stat().st_size
    print(f"{n} entries: database {size / 1e9:.2f} GB, {size / n / 1e3:.0f} kB an entry")
    folder = settings.DATA_DIR / "backup"
    silent: Callable[[str], None] = lambda line: None  # noqa: E731
    timed("backup", lambda: make_backup(folder, silent))
    written = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"backup: {written / 1e9:.2f} GB")
    timed("sweep", sweep)
    timed("tidying", tidy)
    timed("check of migrations", lambda: call_command("migrate", verbosity=0))
    timed("restore", lambda: restore_backup(folder, silent, replace=True))


if __name__ == "__main__":
    if large_board.is_inside():
        large_board.N_SUBMISSIONS = int(os.environ.get("BIG_ENTRIES", large_board.N_SUBMISSIONS))
        large_board.make_site()
        fill_up()
        measure()
    else:
        large_board.run_inside("benchmarks.growth")
