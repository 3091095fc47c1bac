"""Number of processes with which a worker starts: one for each core, as far as memory allows."""

import os
from pathlib import Path

#: Size in kB above which a child of the worker is replaced. Pages of libraries count: 100 MB of 291 on Debian 12,
#: 200 MB of 355 on Debian 13.
MAX_CHILD_KB = 440_000
#: Memory limit of a container (control groups, version 2): a number of bytes, or "max".
LIMIT_OF_CONTAINER = Path("/sys/fs/cgroup/memory.max")


def processes() -> int:
    """Return the number of processes for this machine or container."""
    return processes_for(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, memory())


def processes_for(cores: int, bytes_of_memory: int) -> int:
    """Return one process for each core, as long as all children fit into half of the memory; at least one."""
    return max(1, min(cores, bytes_of_memory // 2 // (MAX_CHILD_KB * 1024)))


def memory(limit_of_container: Path = LIMIT_OF_CONTAINER) -> int:
    """Return the memory of the machine in bytes, or the limit of the container if it is lower."""
    of_machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        return min(of_machine, int(limit_of_container.read_text()))
    except (OSError, ValueError):  # no container, or "max"
        return of_machine
