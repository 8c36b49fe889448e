"""What becomes of a path: whether it has left a region, or its numbers have gone out of bounds."""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels.compile import inlined, kernel

RUNNING, EXITED, EXPLODED, UNDEFINED = 0, 1, 2, 3
"""States of a path; UNDEFINED: the drift or the amplitude gave nan where the path was still of a reasonable size."""
ANYWHERE, BOX, BALL = 0, 1, 2
"""Kinds of a region."""
HUGE = 1e50
"""Positions beyond are an explosion: a drift may overflow there."""


class Region(NamedTuple):
    """An open set: everything, or lower < x < upper, or |x - centre| < radius."""

    kind: int
    lower: np.ndarray
    upper: np.ndarray
    centre: np.ndarray
    radius: float


@inlined
def fate(x: np.ndarray, i: int, region: Region) -> int:
    """State of a path at x[i]."""
    n = x.shape[1]
    if region.kind == BOX:
        inside = True
        for a in range(n):
            inside = inside and region.lower[a] < x[i, a] < region.upper[a]
        if inside:
            return RUNNING
    elif region.kind == BALL:
        square = 0.0
        for a in range(n):
            square += (x[i, a] - region.centre[a]) ** 2
        if square < region.radius * region.radius:
            return RUNNING
    total = 0.0
    for a in range(n):
        total += x[i, a]
    if math.isfinite(total):
        return RUNNING if region.kind == ANYWHERE else EXITED
    return EXPLODED


@inlined
def undefined(x: np.ndarray, i: int) -> int:
    """State of a path whose drift at x[i] is nan."""
    for a in range(x.shape[1]):
        if not abs(x[i, a]) < HUGE:
            return EXPLODED
    return UNDEFINED


@kernel
def judge(x: np.ndarray, region: Region, status: np.ndarray) -> None:
    """Status of every path at x[i] that runs."""
    for i in range(x.shape[0]):
        if status[i] == RUNNING:
            status[i] = fate(x, i, region)
