"""Counts of streams in sixteen bins each, in units of their pilots: what histogram measures need beside the sums."""

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.sketch import BLOCK, CENTRE, RATE, SHARE, TURN

BINS = 16  # fourteen of one width, and two that are open
WIDTH = 0.75  # of a bin, over the pilot's scale: the finite ones reach 3.5 standard deviations of a normal stream
_PER_TURN = np.float32(TURN / (SHARE * WIDTH))
_MIDDLE, _LAST, _ZERO = np.float32(BINS // 2), np.float32(BINS - 1), np.float32(0.0)


@kernel
def _places(x: np.ndarray, centre: np.ndarray, rate: np.ndarray, out: np.ndarray) -> None:
    """Bin of each value; nan and what lies below come into the first. No branches: the loop is vectorised."""
    for i in range(BLOCK):
        place = (x[i] - np.float32(centre[i])) * np.float32(rate[i]) * _PER_TURN + _MIDDLE
        place = place if place > _ZERO else _ZERO
        out[i] = np.int32(place if place < _LAST else _LAST)


@kernel
def count(rows: np.ndarray, state: np.ndarray, counts: np.ndarray) -> None:
    """Count rows (n, blocks, BLOCK) of streams whose centres and rates are in state; counts (size, BINS)."""
    places = np.empty(BLOCK, dtype=np.int32)
    one = counts.dtype.type(1)
    for k in range(state.shape[0]):
        first = k * BLOCK
        size = min(BLOCK, counts.shape[0] - first)
        for row in range(rows.shape[0]):
            _places(rows[row, k], state[k, CENTRE], state[k, RATE], places)
            for i in range(size):
                counts[first + i, places[i]] += one
