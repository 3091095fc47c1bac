"""Control of the scorings of test workers, which import this module (`celery worker --include`).

Each scoring really runs. Its outcome then depends on the content of the file `SCORING_GATE`, which can be written
while the worker runs. `SWEEP_SECONDS` makes Celery beat sweep more often. `TIME_LIMITS` is a soft and a hard time limit
of a scoring.
No intervals are estimated, unless `ESTIMATES` is set: an estimate takes as long as the scoring itself.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

from celery import current_app

from challenge import tasks
from challenge.services import evaluations, uncertainty
from challenge.services.score_files import Outcome

score_as = evaluations.score_as
gate = Path(os.environ["SCORING_GATE"])


def score_and_pass_the_gate(*arguments: Any, **about: Any) -> Outcome:
    outcome = score_as(*arguments, **about)
    gate.with_suffix(".reached").touch()
    while (order := gate.read_text()) != "pass":
        if order == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "break":
            raise RuntimeError("a fault of ours")
        if order == "ignore signals":
            # of the soft time limit; the hard one kills the process
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        time.sleep(0.01)  # "wait"
    return outcome


evaluations.score_as = score_and_pass_the_gate
if not os.environ.get("ESTIMATES"):
    uncertainty.estimate = lambda evaluation_id: None
if seconds := os.environ.get("SWEEP_SECONDS"):
    current_app.conf.beat_schedule["sweep"]["schedule"] = float(seconds)
if limits := os.environ.get("TIME_LIMITS"):
    tasks.evaluate.soft_time_limit, tasks.evaluate.time_limit = map(int, limits.split())
