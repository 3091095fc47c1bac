"""Number of threads: scoring processes use one thread; others, for example training, use all."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from bigsite.threads import ONE_THREAD

REPORT = "import os, polars; print(polars.thread_pool_size(), os.environ.get('OPENBLAS_NUM_THREADS'))"
COMMAND = """
import runpy, sys
sys.argv = ["manage.py", "{command}", "--help"]
try:
    runpy.run_path("manage.py", run_name="__main__")
except SystemExit:
    pass
"""
SCORING = {
    "worker": "from bigsite.celery import app; app.loader.init_worker()",
    "web": "import bigsite.wsgi",
    "score_submission": COMMAND.format(command="score_submission"),
    "demo": COMMAND.format(command="demo"),
}
OTHERS = {
    "scorer": "import challenge.scoring.metrics.evaluator",
    "site": "import django; django.setup()",
    "training": COMMAND.format(command="plot_training"),
}


def threads_after(code: str) -> tuple[str, str]:
    """Return polars' threads and OpenBLAS's variable in a process without our variables."""
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    found = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"],
        cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    threads, variable = found.stdout.split()[-2:]
    return threads, variable


@pytest.mark.parametrize("code", SCORING.values(), ids=SCORING)
def test_a_process_that_scores_has_one_thread(code):
    assert threads_after(code) == ("1", "1")


@pytest.mark.parametrize("code", OTHERS.values(), ids=OTHERS)
def test_other_processes_keep_theirs(code):
    assert threads_after(code)[1] == "None"
