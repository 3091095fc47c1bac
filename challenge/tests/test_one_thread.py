"""Threads and sorting: scoring processes use one thread, and no AVX-512 where it sorts slowly."""

import os
import platform
import subprocess
import sys
from importlib import import_module

import pytest
from django.conf import settings

from bigsite import threads
from bigsite.threads import ONE_THREAD, WITHOUT_AVX512

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
    environment["DJANGO_SETTINGS_MODULE"] = "bigsite.settings"
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


PROCESSORS = {
    "Zen 4": ("AuthenticAMD", "25", "fpu avx2 avx512f avx512bw", True),
    "Zen 3": ("AuthenticAMD", "25", "fpu avx2", False),
    "Zen 5": ("AuthenticAMD", "26", "fpu avx2 avx512f", False),
    "Sapphire Rapids": ("GenuineIntel", "6", "fpu avx2 avx512f", False),
}


@pytest.fixture
def on_processor(tmp_path, monkeypatch):
    """Return a function that gives the variables on a processor, from a file like /proc/cpuinfo."""

    def variables(text: str | None) -> dict[str, str]:
        path = tmp_path / "cpuinfo"
        if text is not None:
            path.write_text(text)
        monkeypatch.setattr(threads, "_CPU_INFO", path)
        threads._is_zen4.cache_clear()
        return threads.scoring_environment()

    yield variables
    threads._is_zen4.cache_clear()


@pytest.mark.parametrize(("vendor", "family", "flags", "is_slow"), PROCESSORS.values(), ids=PROCESSORS)
def test_only_zen_4_sorts_without_avx512(vendor, family, flags, is_slow, on_processor):
    core = f"vendor_id\t: {vendor}\ncpu family\t: {family}\nmodel name\t: A: B\nflags\t\t: {flags}\n"
    variables = on_processor(f"{core}\n{core}\n")
    assert variables == (ONE_THREAD | WITHOUT_AVX512 if is_slow else ONE_THREAD)


@pytest.mark.parametrize("text", [None, "", "Processor: ARM\n"])
def test_an_unknown_processor_is_left_alone(text, on_processor):
    assert on_processor(text) == ONE_THREAD


@pytest.mark.skipif(platform.machine() != "x86_64", reason="NumPy has these features on x86 only")
def test_numpy_knows_the_names_of_the_features():
    known = import_module("numpy._core._multiarray_umath").__cpu_dispatch__
    assert {*WITHOUT_AVX512["NPY_DISABLE_CPU_FEATURES"].split()} <= {*known}
