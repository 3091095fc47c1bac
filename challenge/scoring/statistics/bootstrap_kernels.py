"""Inner loops of the bootstrap, compiled by Numba: many resamples in parallel, over scores sorted once.

`LANES` resamples are processed together: the counts of an image in them fill one line of the CPU's cache, and a few
instructions add them up. The loops read local variables; otherwise the compiler emits no SIMD instructions (five times
slower). The very first call compiles for some seconds, and the machine code is kept next to this file (or in
`NUMBA_CACHE_DIR`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def scipy_hidden() -> Iterator[None]:
    """Keep Numba from importing scipy for its linear algebra, which is unused here: saves a worker 17 MB."""
    hides = "scipy" not in sys.modules
    if hides:
        sys.modules["scipy"] = None  # type: ignore[assignment]  # as documented: an import raises ImportError
    try:
        yield
    finally:
        if hides:
            del sys.modules["scipy"]


with scipy_hidden():
    import numba

#: Number of resamples processed together: 64 bytes.
LANES = 64

_STEP = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@numba.njit(cache=True)
def mix(state: np.uint64) -> np.uint64:
    """Turn a counter into 64 random bits: the output function of SplitMix64 (Steele, Lea and Flood, 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@numba.njit(cache=True)
def draw(stream: np.uint64, first: int, strata: np.ndarray, counts: np.ndarray) -> None:
    """Count how often each image is drawn in the resamples from number `first` on: `counts` (n, LANES) of uint8.

    `strata` (k + 1,) are the bounds of consecutive strata. From each stratum, as many images are drawn as it has, with
    replacement. A multiplication turns 32 random bits into a position in the stratum, with a bias of its size / 2^32.
    Resample b of a stream is always the same, independent of the others in its block.
    """
    counts[:] = 0
    states = np.empty(LANES, dtype=np.uint64)
    one, other = np.empty(LANES, dtype=np.uint32), np.empty(LANES, dtype=np.uint32)
    for lane in range(LANES):
        states[lane] = mix(stream + np.uint64(first + lane) * _STEP)
    for stratum in range(len(strata) - 1):
        start = np.uint64(strata[stratum])
        size = np.uint64(strata[stratum + 1]) - start
        for _ in range(size // np.uint64(2)):
            for lane in range(LANES):
                states[lane] += _STEP
                bits = mix(states[lane])
                one[lane] = np.uint32(start + ((bits >> _HALF) * size >> _HALF))
                other[lane] = np.uint32(start + ((bits & _LOW) * size >> _HALF))
            for lane in range(LANES):
                counts[one[lane], lane] += np.uint8(1)
                counts[other[lane], lane] += np.uint8(1)
        if size & np.uint64(1):
            for lane in range(LANES):
                states[lane] += _STEP
                counts[start + ((mix(states[lane]) >> _HALF) * size >> _HALF), lane] += np.uint8(1)


@numba.njit(cache=True)
def count_pairs(
    negatives: np.ndarray, positives: np.ndarray, below: np.ndarray, up_to: np.ndarray,
    counts: np.ndarray, most: int, n_negative: np.ndarray, twice_u: np.ndarray,
) -> None:  # fmt: skip
    """Count the negatives of each resample, and twice its pairs of a negative and a higher positive; ties count half.

    `negatives` and `positives` are images (uint32), each by increasing score. For each positive, `below` counts the
    negatives with a lower score, and `up_to` those with a lower or equal score. `counts` (n, LANES) is in image order;
    sums of up to `most` counts fit in 8 bits. The results are `n_negative` (LANES,) of uint32 and `twice_u` (LANES,)
    of uint64.
    """
    n_negative[:] = 0
    twice_u[:] = 0
    some = np.empty(LANES, dtype=np.uint8)
    done, start = 0, 0
    while start < len(positives):
        end = start + 1
        while end < len(positives) and below[end] == below[start] and up_to[end] == up_to[start]:
            end += 1
        # a positive counts the negatives below its score, then those up to it: ties once, lower ones twice
        for stop in (below[start], up_to[start]):
            add_up(negatives, done, stop, counts, most, some, n_negative)
            done = stop
            for i in range(start, end):
                row = positives[i]
                for lane in range(LANES):
                    twice_u[lane] += np.uint32(np.uint32(counts[row, lane]) * n_negative[lane])
        start = end
    add_up(negatives, done, len(negatives), counts, most, some, n_negative)


@numba.njit(cache=True)
def add_up(
    rows: np.ndarray, start: int, stop: int, counts: np.ndarray, most: int, some: np.ndarray, sums: np.ndarray
) -> None:
    """Add the counts of images `rows[start:stop]` to `sums`: first in 8 bits, of which the CPU adds 32 at once."""
    while start < stop:
        end = min(start + most, stop)
        some[:] = 0
        for i in range(start, end):
            row = rows[i]
            for lane in range(LANES):
                some[lane] += counts[row, lane]
        for lane in range(LANES):
            sums[lane] += np.uint32(some[lane])
        start = end


@numba.njit(cache=True)
def sum_cells(rows: np.ndarray, cells: np.ndarray, counts: np.ndarray, sums: np.ndarray) -> None:
    """Add up the counts of the images in each cell: image `rows[i]` is in `cells[i]`; `sums` (n_cells, LANES)."""
    sums[:] = 0
    for i in range(len(rows)):
        row, cell = rows[i], cells[i]
        for lane in range(LANES):
            sums[cell, lane] += np.uint32(counts[row, lane])


with scipy_hidden():
    mix(np.uint64(0))  # the first call initializes Numba
