"""The score of one skewed law at many points, and its Fisher information, made for the law as it comes.

Log f and its derivatives in alpha and beta are polynomials on segments as in skewed_table.py, to fewer digits: what a
step of scoring needs. The derivative in x is that of log f's polynomial. The nodes serve twice: Fejer's rule on them
integrates the products of the scores. Points beyond the polynomials go one by one to zolotarev_gradient.values.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import segments
from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import sum_of
from stablefit._kernels.segments import HEAD, NODES, ORDER, WEIGHTS, Segments
from stablefit._kernels.skewed_point import frame, framed
from stablefit._kernels.skewed_table import BLOCK, located
from stablefit._kernels.zolotarev_gradient import values

_FAR = 23.0  # of alpha log |x|: beyond lies a probability of 1e-10
_TOLERANCE = 1e-8  # of the last two coefficients of log f, the error being a fraction of them
_COARSER = 1e2  # times as much for its derivatives, relative to max(1, |derivative|)
_ONE_SIDED = 1.0 - 1e-9  # beta beyond which the left tail is light ...
_DARK = -45.0  # ... and no point of a sample is expected where log f is below this
_SHORTEST = 1.0 / 32.0
_MOST_SEGMENTS = 200
_WIDTH = HEAD + 3 * ORDER


class SkewedScore(NamedTuple):
    """A law with beta > 0."""

    alpha: float
    beta: float
    centre: float
    width: float
    segments: Segments  # of w: log f, its derivative in alpha, that in beta
    information: np.ndarray  # of one observation about (alpha, beta, loc, log scale) at scale 1


@kernel
def _tried(begin: float, size: float, law: SkewedScore, row: np.ndarray, part: np.ndarray) -> tuple[float, bool]:
    """Fit a segment into row, its share of the information into part (4, 4).

    Returns the error relative to the tolerance, and whether all of the segment is `_DARK`.
    """
    known, score = np.empty((3, ORDER)), np.empty(4)
    middle, largest = begin + 0.5 * size, np.ones(3)
    row[0], row[1] = middle, 2.0 / size
    part[:, :] = 0.0
    for i in range(ORDER):
        w = middle + 0.5 * size * NODES[i]
        x, _ = framed(w, law.alpha, law.beta, law.centre, law.width)
        log_f, in_x, known[1, i], known[2, i] = values(x, law.alpha, law.beta)
        known[0, i] = log_f
        if not log_f > _DARK and law.beta > _ONE_SIDED and x < 0.0:
            return math.inf, i > 0 and not max(known[0, 0], known[0, i - 1]) > _DARK
        score[0], score[1], score[2], score[3] = known[1, i], known[2, i], -in_x, -1.0 - x * in_x
        mass = 0.5 * size * WEIGHTS[i] * math.exp(log_f) * law.width * math.cosh(w)
        for k in range(4):
            for j in range(4):
                part[k, j] += mass * score[k] * score[j]
        for k in range(1, 3):
            largest[k] = max(largest[k], abs(known[k, i]))
    error = 0.0
    for k in range(3):
        first = HEAD + k * ORDER
        last = segments.fitted(known[k], row[first : first + ORDER])
        error = max(error, last / (_TOLERANCE * largest[k] * (_COARSER if k > 0 else 1.0)))
    return error, False


@kernel
def prepare(alpha: float, beta: float) -> SkewedScore:
    """Tabulate a law with 0 < alpha < 2 and 0 < beta <= 1."""
    centre, width = frame(alpha, beta)
    longest = 4.0 if alpha > 0.7 else 8.0
    half = math.ceil((_FAR / alpha - math.log(width) + math.log(2.0)) / longest)
    low, length = np.empty(2 * half + 64), np.empty(2 * half + 64)
    waiting = segments.split(-half * longest, 2 * half * longest, 2 * half, 0, low, length)
    lows, rows = np.empty(_MOST_SEGMENTS), np.empty((_MOST_SEGMENTS, _WIDTH))
    information, part = np.zeros((4, 4)), np.empty((4, 4))
    empty = Segments(0.0, 0.0, 1.0, np.empty(0, dtype=np.int64), np.empty(0))
    law = SkewedScore(alpha, beta, centre, width, empty, information)
    count, shortest = 0, longest
    while waiting > 0 and count < _MOST_SEGMENTS:
        waiting -= 1
        begin, size = low[waiting], length[waiting]
        error, dark = math.inf, False
        if not segments.coarse(begin, size):
            error, dark = _tried(begin, size, law, rows[count], part)
        if error <= 1.0:
            lows[count] = begin
            count += 1
            shortest = min(shortest, size)
            information += part
        elif not dark and size > _SHORTEST:
            waiting = segments.split(begin, size, 2, waiting, low, length)
    table = segments.gathered(-half * longest, half * longest, shortest, lows, rows, count)
    return SkewedScore(alpha, beta, centre, width, table, information)


@kernel
def _single(z: float, law: SkewedScore, out: np.ndarray) -> None:
    """Log f and its derivatives in x, alpha and beta at one z."""
    out[0], out[1], out[2], out[3] = values(min(max(z, -1e300), 1e300), law.alpha, law.beta)


@kernel
def likelihood(
    x: np.ndarray, weights: np.ndarray, loc: float, log_scale: float, side: float, law: SkewedScore, out: np.ndarray
) -> None:
    """Log-likelihood of x and its derivatives in (alpha, beta, loc, log scale) into out (5,).

    The law is that of loc + side scale Z, Z following `law`; weights say how often each value counts, and are empty
    where each counts once. Sums go in blocks of a fixed length.
    """
    index, t, z = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK), np.empty(BLOCK)
    rows, inverse, one = law.segments.rows, math.exp(-log_scale), np.empty(4)
    out[:] = 0.0
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = side * ((x[begin + i] - loc) * inverse)
        located(z, count, 1.0, law.centre, law.width, law.segments, index, t)
        total, in_alpha, in_beta, in_loc, in_scale = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(count):
            weight = 1.0 if weights.size == 0 else weights[begin + i]
            j = index[i] + HEAD
            if index[i] >= 0:
                s = (z[i] - law.centre) / law.width
                one[0] = segments.polynomial(rows, j, t[i])
                one[1] = segments.slope(rows, j, t[i]) * rows[j - 1] / (law.width * math.sqrt(1.0 + s * s))
                one[2] = segments.polynomial(rows, j + ORDER, t[i])
                one[3] = segments.polynomial(rows, j + 2 * ORDER, t[i])
            else:
                _single(z[i], law, one)
            total += weight * one[0]
            in_loc -= weight * one[1]
            in_alpha += weight * one[2]
            in_beta += weight * one[3]
            in_scale -= weight * (1.0 + z[i] * one[1])
        out[0] += total
        out[1] += in_alpha
        out[2] += side * in_beta
        out[3] += side * in_loc * inverse
        out[4] += in_scale
    out[0] -= log_scale * (float(x.size) if weights.size == 0 else sum_of(weights))
