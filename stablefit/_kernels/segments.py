"""Polynomials on segments of a line, as short as each place needs: the tables of a single skewed law.

A segment that a polynomial of degree ORDER - 1 does not describe is halved. All lengths are a power of two times the
first one's, so a vector of equal cells, each as long as the shortest segment, finds the segment of a point.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels.compile import kernel

ORDER = 16
HEAD = 2  # middle and 2 / length, before the coefficients
_ANGLES = (np.arange(ORDER) + 0.5) * (math.pi / ORDER)
NODES = np.cos(_ANGLES)  # Chebyshev's, from 1 to -1
_TO_SERIES = (2.0 - (np.arange(ORDER) == 0))[:, None] / ORDER * np.cos(np.arange(ORDER)[:, None] * _ANGLES)
_TO_POWERS = np.array(
    [np.pad(np.polynomial.chebyshev.cheb2poly([0.0] * k + [1.0]), (0, ORDER - 1 - k)) for k in range(ORDER)]
).T.copy()
_EVEN = np.arange(2, ORDER, 2)
# Fejer's first rule: integrates polynomials through the nodes over [-1, 1]
WEIGHTS = (2.0 - 4.0 * (np.cos(np.outer(_ANGLES, _EVEN)) / (_EVEN**2 - 1.0)).sum(axis=1)) / ORDER


class Segments(NamedTuple):
    """A row a segment: middle, 2 / length, and the coefficients of one polynomial or more, lowest power first."""

    start: float
    stop: float
    per_unit: float  # cells in a unit
    cells: np.ndarray  # place in rows where the segment of a cell begins; -1 where there is none
    rows: np.ndarray


@kernel
def coarse(low: float, length: float) -> bool:
    """Whether a segment is longer than functions of an asinh or of log odds allow: not even tried."""
    near = 0.0 if low < 0.0 < low + length else min(abs(low), abs(low + length))
    return length > 1.0 and near < 2.0 * length


@kernel
def split(begin: float, size: float, parts: int, waiting: int, low: np.ndarray, length: np.ndarray) -> int:
    """Put the parts of a segment on the stack of those that wait to be tried; returns how many wait."""
    for k in range(parts):
        low[waiting + k], length[waiting + k] = begin + k * size / parts, size / parts
    return waiting + parts


@kernel
def fitted(values: np.ndarray, row: np.ndarray) -> float:
    """Polynomial through values at NODES into row; returns the larger of its last two Chebyshev coefficients."""
    last, before = 0.0, 0.0
    for i in range(ORDER):
        row[i] = 0.0
    for k in range(ORDER):
        c = 0.0
        for i in range(ORDER):
            c += _TO_SERIES[k, i] * values[i]
        for i in range(k + 1):
            row[i] += _TO_POWERS[i, k] * c
        before, last = last, abs(c)
    return max(before, last)


@kernel
def gathered(start: float, stop: float, shortest: float, lows: np.ndarray, rows: np.ndarray, count: int) -> Segments:
    """The first count rows, the segments of which begin at lows, with the cells that find them."""
    per_unit = 1.0 / shortest
    width = rows.shape[1]
    cells = np.full(round((stop - start) * per_unit), -1)
    for j in range(count):
        first = round((lows[j] - start) * per_unit)
        for i in range(round(2.0 / rows[j, 1] * per_unit)):
            cells[first + i] = j * width
    return Segments(start, stop, per_unit, cells, rows[:count].copy().reshape(-1))


@kernel
def place(w: float, segments: Segments) -> tuple[int, float]:
    """Offset of the segment of w, -1 where there is none, and the place in it in [-1, 1]."""
    if not segments.start <= w < segments.stop:
        return -1, 0.0
    j = segments.cells[min(int((w - segments.start) * segments.per_unit), segments.cells.size - 1)]
    return j, (w - segments.rows[j]) * segments.rows[j + 1] if j >= 0 else 0.0


@kernel
def polynomial(c: np.ndarray, j: int, t: float) -> float:
    """Written out, odd and even powers apart: two chains of additions, where a loop would be one."""
    s = t * t
    even = ((c[j + 14] * s + c[j + 12]) * s + c[j + 10]) * s + c[j + 8]
    odd = ((c[j + 15] * s + c[j + 13]) * s + c[j + 11]) * s + c[j + 9]
    even = (((even * s + c[j + 6]) * s + c[j + 4]) * s + c[j + 2]) * s + c[j]
    odd = (((odd * s + c[j + 7]) * s + c[j + 5]) * s + c[j + 3]) * s + c[j + 1]
    return float(even + t * odd)


@kernel
def slope(c: np.ndarray, j: int, t: float) -> float:
    """Derivative of `polynomial` in t."""
    s = t * t
    even = ((15.0 * c[j + 15] * s + 13.0 * c[j + 13]) * s + 11.0 * c[j + 11]) * s + 9.0 * c[j + 9]
    odd = ((14.0 * c[j + 14] * s + 12.0 * c[j + 12]) * s + 10.0 * c[j + 10]) * s + 8.0 * c[j + 8]
    even = (((even * s + 7.0 * c[j + 7]) * s + 5.0 * c[j + 5]) * s + 3.0 * c[j + 3]) * s + c[j + 1]
    odd = ((odd * s + 6.0 * c[j + 6]) * s + 4.0 * c[j + 4]) * s + 2.0 * c[j + 2]
    return float(even + t * odd)
