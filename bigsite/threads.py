"""Threads and memory of processes that score: the web server, the worker, and commands that score."""

import os

#: Read once by polars and NumPy's BLAS, when they are first imported.
ONE_THREAD = {
    # One thread costs the least CPU time and memory; files are scored side by side in processes.
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # polars' allocator gives memory back at once: else a worker keeps some 30 MB of each file for no use.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0",
}


def use_one_thread() -> None:
    """Have polars and NumPy compute in one thread; call it before they are imported. The environment has precedence."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
