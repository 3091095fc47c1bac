"""Values that a process keeps: pages, and results that it has read."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

M = TypeVar("M")


class Memory:
    """The values that this process used last, so that it makes or reads a large one once: one version of each name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable, version: object, make: Callable[[], M]) -> M:
        """Return the value of a version, made now unless it is the one that is kept."""
        with self._lock:
            known, value = self._values.get(name, (None, None))
        if known != version:
            value = make()
        with self._lock:
            self._values[name] = version, value
            self._values.move_to_end(name)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
