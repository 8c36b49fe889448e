"""Centre and scale of many streams from their first few values, by sorting all streams of a block at once."""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.sketch import BLOCK, CENTRE, RATE, SHARE, TURN

_IQR = 0.5  # of the quartiles' distance: the scale of a stable law, nearly, for alpha from 1 to 2
_LEAST = 1e-39  # width whose rate is a number of single precision


@kernel
def _exchange(low: np.ndarray, high: np.ndarray) -> None:
    """Put the smaller of each pair into low; no branches, so that the loop is vectorised."""
    for i in range(BLOCK):
        a, b = low[i], high[i]
        rises = a < b
        low[i], high[i] = a if rises else b, b if rises else a


@kernel
def _sort(rows: np.ndarray) -> None:
    """Sort each column of rows (n, BLOCK): Batcher's merge exchange (Knuth, volume 3, algorithm 5.2.2 M)."""
    n = rows.shape[0]
    top = 1
    while 2 * top < n:
        top *= 2
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while d > 0:
            for i in range(n - d):
                if (i & p) == r:
                    _exchange(rows[i], rows[i + d])
            d, q, r = q - p, q // 2, p
        p //= 2


@kernel
def _at(rows: np.ndarray, share: float, out: np.ndarray) -> None:
    """Quantile of each sorted column, between neighbours on a line."""
    place = share * (rows.shape[0] - 1)
    below = int(place)
    above = min(below + 1, rows.shape[0] - 1)
    part = np.float32(place - below)
    for i in range(BLOCK):
        out[i] = rows[below, i] + part * (rows[above, i] - rows[below, i])


@kernel
def begin(rows: np.ndarray, state: np.ndarray) -> None:
    """Write the centre and the rate of each stream into state, from rows (n, blocks, BLOCK).

    The rate is 0 where all values are equal, or too near or too far apart for a number.
    """
    n = rows.shape[0]
    ordered = np.empty((n, BLOCK), dtype=np.float32)
    lower, middle, upper = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    for k in range(state.shape[0]):
        ordered[:] = rows[:, k]
        _sort(ordered)
        _at(ordered, 0.25, lower)
        _at(ordered, 0.5, middle)
        _at(ordered, 0.75, upper)
        for i in range(BLOCK):
            width = _IQR * (float(upper[i]) - float(lower[i]))
            if not width > 0.0:  # more than half may be equal
                width = max(float(ordered[n - 1, i]) - float(middle[i]), float(middle[i]) - float(ordered[0, i]))
            state[k, CENTRE, i] = middle[i]
            state[k, RATE, i] = SHARE / (TURN * width) if _LEAST < width < math.inf else 0.0
