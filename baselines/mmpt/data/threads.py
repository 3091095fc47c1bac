"""Work that threads do ahead of its use."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], *, n_ahead: int, n_threads: int
) -> Iterator[Result]:
    """Yield `function` of each item, in order; threads compute at most `n_ahead` results before they are used."""
    rest = iter(items)
    with ThreadPoolExecutor(n_threads) as pool:
        ahead: deque[Future[Result]] = deque(pool.submit(function, item) for item in islice(rest, n_ahead))
        while ahead:
            result = ahead.popleft().result()
            ahead.extend(pool.submit(function, item) for item in islice(rest, 1))
            yield result
