"""What becomes of a path: whether it has left a region, or its numbers have gone out of bounds."""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels.compile import inlined

RUNNING, EXITED, EXPLODED, UNDEFINED = 0, 1, 2, 3
"""States of a path; UNDEFINED: the drift or the amplitude gave nan where the path was still of a reasonable size."""
HUGE = 1e50
"""Positions beyond are an explosion: a drift may overflow there."""


class Region(NamedTuple):
    """An open set: where lower < x < upper on every axis and |x - centre|^2 <= limit; infinite ends and limits hold.

    Kernels unpack it once: arrays taken from it in a loop cost more than the loop.
    """

    lower: np.ndarray
    upper: np.ndarray
    centre: np.ndarray
    limit: float


@inlined
def fate(x: np.ndarray, i: int, lower: np.ndarray, upper: np.ndarray, centre: np.ndarray, limit: float) -> int:
    """State of a path at x[i], given the fields of a region."""
    beyond, square = False, 0.0
    for a in range(x.shape[1]):
        beyond |= not lower[a] < x[i, a] < upper[a]
        square += (x[i, a] - centre[a]) ** 2
    return verdict(x, i) if beyond or not square <= limit else RUNNING


@inlined
def verdict(x: np.ndarray, i: int) -> int:
    """State of a path that is not in its region any more."""
    total = 0.0
    for a in range(x.shape[1]):
        total += x[i, a]
    return EXITED if math.isfinite(total) else EXPLODED


@inlined
def undefined(x: np.ndarray, i: int) -> int:
    """State of a path whose drift at x[i] is nan."""
    for a in range(x.shape[1]):
        if not abs(x[i, a]) < HUGE:
            return EXPLODED
    return UNDEFINED
