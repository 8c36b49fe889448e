"""Functions of (z, alpha) as polynomials: what the tables of laws/symmetric_table.npz hold, and how to look a point up.

The variable is u = log(z^2 + shift): even in z, smooth at 0, and in the tails, where the functions are sums of powers
of z, smooth over whole octaves. Segments of equal length in u carry polynomials of degree DEGREE in the place t in
[-1, 1]; their coefficients are Chebyshev series in alpha. `summed` makes them plain numbers for one alpha; `located`
finds segment and place of a block of points without a branch.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import elementary
from stablefit._kernels.compile import kernel, spliced

DEGREE = 9
WIDTH = DEGREE + 1
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves an integer in the low bits
_ROUND_BITS = np.int64(0x4338000000000000)


class Piece(NamedTuple):
    """Polynomials for one alpha."""

    shift: float
    start: float  # u at the first segment's beginning
    per_unit: float  # segments in a unit of u
    segments: float
    top: float  # z^2 + shift at the last one's end; 0 where there is no polynomial
    value: np.ndarray  # (segments, WIDTH), lowest power first
    slope: np.ndarray  # the same for the derivative in alpha


@spliced
def row_of(alpha: float, specs: np.ndarray) -> int:
    """Row of specs whose piece holds alpha, or -1."""
    for i in range(specs.shape[0]):
        if specs[i, 0] <= alpha <= specs[i, 1]:
            return i
    return -1


@kernel
def summed(alpha: float, specs: np.ndarray, coefficients: np.ndarray, sloped: bool) -> Piece:
    """Sum the Chebyshev series of the piece that holds alpha, and their derivatives if sloped; empty if none does.

    A row of specs: low, high, ends of the Chebyshev interval, shift, start, per_unit, count, terms, offset.
    """
    i = row_of(alpha, specs)
    if i < 0:
        return Piece(1.0, 0.0, 1.0, 0.0, 0.0, np.empty((0, WIDTH)), np.empty((0, WIDTH)))
    terms, size, offset = int(specs[i, 8]), int(specs[i, 7]) * WIDTH, int(specs[i, 9])
    half = 0.5 * (specs[i, 3] - specs[i, 2])
    a = (alpha - 0.5 * (specs[i, 2] + specs[i, 3])) / half
    value = coefficients[offset : offset + size].copy()
    slope = np.zeros(size if sloped else 0)
    # Chebyshev T_k(a), and its derivative in alpha
    t_old, t_new, d_old, d_new = 1.0, a, 0.0, 1.0 / half
    for k in range(1, terms):
        row = coefficients[offset + k * size : offset + (k + 1) * size]
        for j in range(size):
            value[j] += t_new * row[j]
        for j in range(slope.size):
            slope[j] += d_new * row[j]
        t_old, t_new, d_old, d_new = t_new, 2.0 * a * t_new - t_old, d_new, 2.0 * (t_new / half + a * d_new) - d_old
    top = math.exp(specs[i, 5] + specs[i, 7] / specs[i, 6])
    return Piece(
        specs[i, 4], specs[i, 5], specs[i, 6], specs[i, 7], top, value.reshape(-1, WIDTH), slope.reshape(-1, WIDTH)
    )


@kernel
def segment(s: float, piece: Piece) -> tuple[int, float, float]:
    """Segment of s = z^2 + shift, place t in [-1, 1], dt/ds: the scalar form of `located`."""
    place = min(max((elementary.log_of(s) - piece.start) * piece.per_unit, 0.0), piece.segments - 1e-9)
    j = int(place)
    return j, 2.0 * ((place - 0.5) - j), 2.0 * piece.per_unit / s


@spliced
def polynomial(c: np.ndarray, j: int, t: float) -> tuple[float, float]:
    """The polynomial of segment j and its derivative in t."""
    p, d = c[j, DEGREE], 0.0
    for k in range(DEGREE - 1, -1, -1):
        d = d * t + p
        p = p * t + c[j, k]
    return p, d


@kernel
def single(
    alpha: float, s: float, row: int, specs: np.ndarray, coefficients: np.ndarray, work: np.ndarray
) -> tuple[float, float, float]:
    """Value at one (alpha, s), its derivatives in t and in alpha: sums no segment but its own, to the same bits.

    nan where s lies beyond the piece. work is (2, WIDTH).
    """
    place = (elementary.log_of(s) - specs[row, 5]) * specs[row, 6]
    if not place < specs[row, 7] - 1e-9:
        return math.nan, math.nan, math.nan
    j = int(max(place, 0.0))
    terms, size, first = int(specs[row, 8]), int(specs[row, 7]) * WIDTH, int(specs[row, 9]) + j * WIDTH
    half = 0.5 * (specs[row, 3] - specs[row, 2])
    a = (alpha - 0.5 * (specs[row, 2] + specs[row, 3])) / half
    for i in range(WIDTH):
        work[0, i], work[1, i] = coefficients[first + i], 0.0
    t_old, t_new, d_old, d_new = 1.0, a, 0.0, 1.0 / half
    for k in range(1, terms):
        for i in range(WIDTH):
            c = coefficients[first + k * size + i]
            work[0, i] += t_new * c
            work[1, i] += d_new * c
        t_old, t_new, d_old, d_new = t_new, 2.0 * a * t_new - t_old, d_new, 2.0 * (t_new / half + a * d_new) - d_old
    t = 2.0 * ((place - 0.5) - j)
    value, in_t = polynomial(work, 0, t)
    in_alpha, _ = polynomial(work, 1, t)
    return value, in_t, in_alpha


@kernel
def located(s: np.ndarray, count: int, piece: Piece, index: np.ndarray, t: np.ndarray, work: np.ndarray) -> bool:
    """Split s[:count], s = z^2 + shift, into segments and places t.

    True if some s is at or beyond the top, or nan: there s becomes the bottom, and the caller does the point again.
    """
    outside = False
    bottom = piece.shift
    for i in range(count):
        inside = s[i] < piece.top
        outside |= not inside
        s[i] = s[i] if inside else bottom
    elementary.log(s, count, work, t)
    last = piece.segments - 0.5 - 1e-9
    raw = work.view(np.int64)
    for i in range(count):
        middle = (t[i] - piece.start) * piece.per_unit - 0.5
        middle = middle if middle > -0.5 else -0.5
        middle = middle if middle < last else last
        work[i] = middle + _ROUND
        t[i] = 2.0 * (middle - (work[i] - _ROUND))
    for i in range(count):
        index[i] = raw[i] - _ROUND_BITS
    return outside
