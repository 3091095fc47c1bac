"""Cost of a check of integrity against 10,000 earlier entries: CPU seconds, and memory beyond the idle process.

One checked entry is honest. The other is a copy of three entries with files: then everything happens, the search, three
exact comparisons, and the difficulty of images.
"""

import resource
import time

from benchmarks.large_board import N_SUBMISSIONS, N_TEAMS, is_inside, run_inside

#: Entries with files that the checked entry is similar to.
N_WITH_FILES = 3


def main() -> None:
    """Fill the site, check one entry, and print the cost."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    honest, copied = _fill()
    for name, submission in (("honest entry", honest), ("copied entry, three files compared", copied)):
        for what, check in _checks().items():
            seconds, megabytes, flags = _check(submission, check)
            print(f"{name}, {what}: {seconds:.2f} s CPU, {megabytes:.0f} MB more than before, {flags} flags")


def _checks() -> dict:
    """Return the two checks of an entry: of its predictions, and of the account behind it."""
    from challenge.services import integrity, integrity_accounts

    return {"predictions": integrity, "account": integrity_accounts}


def _check(submission, check) -> tuple[float, float, int]:
    from challenge.models import IntegrityFlag

    check.queue_check(submission)
    before, started = _peak(), time.process_time()
    check.check(submission.pk)
    seconds = time.process_time() - started
    return seconds, _peak() - before, IntegrityFlag.objects.filter(submission=submission).count()


def _peak() -> float:
    """Return the largest memory of this process so far in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fill() -> tuple:
    """Add 10,000 checked entries, and an honest and a copied entry that are not checked."""
    import numpy as np

    from accounts.models import Team
    from challenge.integrity.sketches import parts, sketch
    from challenge.models import IntegrityRecord, Phase, Submission, integrity_mark
    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.demo import make_demo_ground_truth, make_demo_predictions
    from challenge.services.ground_truths import store_ground_truth

    rng = np.random.default_rng(0)
    labels = make_demo_ground_truth(MEDMNIST_PLUS)
    ground_truth = store_ground_truth(labels, name="Demo labels", is_demo=True)
    mark = integrity_mark(ground_truth)
    phase = Phase.objects.get()
    teams = Team.objects.bulk_create(
        Team(name=f"Team {i}", name_key=f"team {i}", email=f"team{i}@example.org") for i in range(N_TEAMS)
    )
    size = max(part.stop for part in parts())
    submissions = Submission.objects.bulk_create(
        Submission(team=teams[i % N_TEAMS], phase=phase, resolution=224, model_name=f"Network {i}",
                   description=_words(rng), file_size=1, sha256=f"{i:064x}")
        for i in range(N_SUBMISSIONS)
    )  # fmt: skip
    right = rng.integers(0, 256, -(-MEDMNIST_PLUS.n_rows // 8), np.uint8).tobytes()
    IntegrityRecord.objects.bulk_create(
        (
            IntegrityRecord(submission=one, status="done", version=mark, results_version=mark, right=right,
                            sketch=rng.normal(0, 0.1, size).astype("<f4").tobytes())
            for one in submissions
        ),
        batch_size=500,
    )  # fmt: skip
    base = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.5, seed=1)
    for place in range(N_WITH_FILES):
        predictions = _noisy(base, rng)
        one = _with_file(submissions[place], predictions)
        content = sketch(predictions, labels.labels).astype("<f4").tobytes()
        IntegrityRecord.objects.filter(submission=one).update(sketch=content)
    checked = []
    for seed, predictions in (
        (1, make_demo_predictions(labels, MEDMNIST_PLUS, skill=1.5, seed=2)),
        (2, _noisy(base, rng)),
    ):
        new = Submission.objects.create(
            team=teams[-seed], phase=phase, resolution=224, model_name="New", description=_words(rng),
            file_size=1, sha256=f"{N_SUBMISSIONS + seed:064x}",
        )  # fmt: skip
        checked.append(_with_file(new, predictions))
    return tuple(checked)


def _words(rng) -> str:
    """Return a description of 100 words of which many are in other descriptions, too."""
    return " ".join(f"word{n}" for n in rng.zipf(1.3, 100) % 500)


def _noisy(predictions, rng):
    """Return predictions with uniform noise of 1 %."""
    import numpy as np

    from challenge.scoring.benchmark import MEDMNIST_PLUS, Task

    made = {}
    for dataset in MEDMNIST_PLUS:
        values = predictions[dataset.name]
        values = np.clip(values + rng.uniform(-0.01, 0.01, values.shape), 0, 1)
        made[dataset.name] = (
            values if dataset.task is Task.MULTILABEL else values / values.sum(axis=1, keepdims=True)
        )
    return made


def _with_file(submission, predictions):
    """Give a submission a file of predictions."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from django.core.files.base import ContentFile

    from challenge.scoring.benchmark import MEDMNIST_PLUS
    from challenge.scoring.reading.predictions import write_predictions

    with TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.csv"
        write_predictions(path, predictions, MEDMNIST_PLUS)
        submission.file.save("predictions.csv", ContentFile(path.read_bytes()))
    return submission


if __name__ == "__main__":
    main() if is_inside() else run_inside("benchmarks.integrity")
