"""Control of the scorings of test workers, which import this module (`celery worker --include`).

Each scoring really runs. Its outcome then depends on the content of the file `SCORING_GATE`, which can be written
while the worker runs. `SWEEP_SECONDS` makes Celery beat sweep more often. `TIME_LIMITS` is a soft and a hard time limit
of a scoring.
No intervals are estimated, unless `ESTIMATES` is set: an estimate takes as long as the scoring itself.
"""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from celery import current_app

from challenge import tasks
from challenge.scoring.withheld import LabelFile
from challenge.services import evaluations, uncertainty
from challenge.services.outcomes import Outcome

score_file = evaluations.score_file
gate = Path(os.environ["SCORING_GATE"])


def score_file_and_pass_the_gate(
    path: Path,
    labels_path: Path,
    resolution: int | None = None,
    *,
    check_truth: bool = True,
    withheld: Sequence[LabelFile] = (),
) -> Outcome:
    outcome = score_file(path, labels_path, resolution, check_truth=check_truth, withheld=withheld)
    gate.with_suffix(".reached").touch()
    while (order := gate.read_text()) != "pass":
        if order == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "break":
            raise RuntimeError("a fault of ours")
        if order == "ignore signals":
            with suppress(Exception):
                time.sleep(0.01)
        else:  # "wait"
            time.sleep(0.01)
    return outcome


evaluations.score_file = score_file_and_pass_the_gate
if not os.environ.get("ESTIMATES"):
    uncertainty.estimate = lambda evaluation_id: None
if seconds := os.environ.get("SWEEP_SECONDS"):
    current_app.conf.beat_schedule["sweep"]["schedule"] = float(seconds)
if limits := os.environ.get("TIME_LIMITS"):
    tasks.evaluate.soft_time_limit, tasks.evaluate.time_limit = map(int, limits.split())
