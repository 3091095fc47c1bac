"""Threads and memory of scoring processes: web server, worker and commands."""

import os

#: polars and NumPy's BLAS read these once, when they are first imported.
ONE_THREAD = {
    # One thread costs the least CPU time and memory; files are scored in parallel processes.
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # polars' allocator then returns memory at once; otherwise a worker keeps about 30 MB of each file unused.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0",
}


def use_one_thread() -> None:
    """Limit polars and NumPy to one thread. Call it before importing them; existing environment variables win."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
