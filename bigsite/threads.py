"""Threads, memory and sorting of scoring processes: web server, worker and commands."""

import ctypes
import os
from functools import cache
from pathlib import Path

#: polars and NumPy's BLAS read these once, when they are first imported.
ONE_THREAD = {
    # One thread costs the least CPU time and memory; files are scored in parallel processes.
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # polars' allocator then returns memory at once; otherwise a worker keeps about 30 MB of each file unused.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:100,muzzy_decay_ms:0",
}
#: NumPy sorts with AVX-512 where the processor has it. On AMD's Zen 4 that takes four times as long as with AVX2,
#: because Zen 4 stores compressed vectors slowly: https://github.com/numpy/x86-simd-sort/issues/6
WITHOUT_AVX512 = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL"}

_CPU_INFO = Path("/proc/cpuinfo")


def use_one_thread() -> None:
    """Limit polars and NumPy to one thread. Call it before importing them; existing environment variables win."""
    for name, value in scoring_environment().items():
        os.environ.setdefault(name, value)


def scoring_environment() -> dict[str, str]:
    """Return the environment variables of a process that scores, on this machine."""
    return ONE_THREAD | (WITHOUT_AVX512 if _is_zen4() else {})


def give_memory_back() -> None:
    """Return freed arrays of 256 kB and more to the system; otherwise a worker keeps about 20 MB of them.

    The GNU C library keeps larger freed arrays for longer; other libraries have no such function.
    """
    mmap_threshold = -3  # M_MMAP_THRESHOLD of malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(mmap_threshold, 256 * 1024)


@cache
def _is_zen4() -> bool:
    """Return whether the processor is of AMD's family 25 with AVX-512, which is Zen 4; False if unknown."""
    try:
        processor = _CPU_INFO.read_text().partition("\n\n")[0]
    except OSError:  # not Linux
        return False
    facts = {
        name.strip(): value.strip()
        for name, _, value in (line.partition(":") for line in processor.splitlines())
    }
    return (
        facts.get("vendor_id") == "AuthenticAMD"
        and facts.get("cpu family") == "25"
        and "avx512f" in facts.get("flags", "").split()
    )
