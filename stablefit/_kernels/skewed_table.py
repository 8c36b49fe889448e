"""One skewed law at many points: log f and the log odds log(F / (1 - F)) as polynomials, made for the law as it comes.

The variable is w = asinh((x - centre) / width). In the tails, where both functions are sums of powers of |x|, it is the
logarithm; centre and width are those of skewed_point.frame. Points beyond the polynomials go one by one to
skewed_point.values.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import branchless, segments
from stablefit._kernels.compile import kernel
from stablefit._kernels.segments import HEAD, NODES, ORDER, Segments
from stablefit._kernels.skewed_point import FAR, frame, framed, values, values_at

BLOCK = 256  # points a pass: the buffers stay in the first-level cache
_TOLERANCE = 8e-12  # of the last two coefficients, the error being a fraction of them; relative where |log f| > _LARGE
_LARGE = 100.0
_ROUNDING = 1e-16
_DARK = -7e10  # log f below which Laplace's formula is exact (skewed_point._STEEP) and no table is needed
_HOPELESS = 1e6  # times the tolerance: more than one halving takes away
_SHORTEST = 1.0 / 64.0
_MOST_SEGMENTS = 300
_MOST_TRIED = 600
_UNDERFLOW = 690.0  # log odds beyond which exponentials leave the range of `branchless`


class SkewedTable(NamedTuple):
    """A law with beta > 0."""

    alpha: float
    beta: float
    centre: float
    width: float
    segments: Segments  # of w: log f, then the log odds


@kernel
def _tried(
    begin: float, size: float, alpha: float, beta: float, centre: float, width: float, row: np.ndarray
) -> tuple[float, bool]:
    """Fit a segment into row; returns its error relative to the tolerance, and whether all of it is `_DARK`."""
    log_f, odds, x = np.empty(ORDER), np.empty(ORDER), np.empty(ORDER)
    middle, least, greatest = begin + 0.5 * size, math.inf, -math.inf
    for k in range(ORDER):
        i = k // 2 if k % 2 == 0 else ORDER - 1 - k // 2  # from the ends: what is dark there needs no more
        x[i], y = framed(middle + 0.5 * size * NODES[i], alpha, beta, centre, width)
        log_f[i], log_lower, log_upper = values_at(x[i], y, alpha, beta)
        odds[i] = log_lower - log_upper
        least, greatest = min(least, log_f[i]), max(greatest, log_f[i])
        if k > 0 and least < _DARK:
            return math.inf, log_f[0] < _DARK and log_f[ORDER - 1] < _DARK
    tolerance = max(_TOLERANCE * max(1.0, -greatest / _LARGE), -_ROUNDING * least)
    if centre == 0.0:  # there x, rounded, is what tells one place from another
        for i in range(ORDER - 1):
            steepness = max(abs(log_f[i + 1] - log_f[i]), abs(odds[i + 1] - odds[i])) / (x[i] - x[i + 1])
            tolerance = max(tolerance, 4.0 * _ROUNDING * steepness * max(abs(x[i]), abs(x[i + 1])))
    row[0], row[1] = middle, 2.0 / size
    error = max(segments.fitted(log_f, row[HEAD : HEAD + ORDER]), segments.fitted(odds, row[HEAD + ORDER :]))
    return error / tolerance, False


@kernel
def prepare(alpha: float, beta: float) -> SkewedTable:
    """Tabulate a law with 0 < alpha < 2 and 0 < beta <= 1."""
    centre, width = frame(alpha, beta)
    longest = 4.0 if alpha > 0.7 else 8.0 if alpha > 0.35 else 16.0
    half = math.ceil((FAR / alpha - math.log(width) + math.log(2.0)) / longest)  # in segments of the longest kind
    low, length = np.empty(2 * half + 64), np.empty(2 * half + 64)
    waiting = segments.split(-half * longest, 2 * half * longest, 2 * half, 0, low, length)
    lows, rows = np.empty(_MOST_SEGMENTS), np.empty((_MOST_SEGMENTS, HEAD + 2 * ORDER))
    count, tried, shortest = 0, 0, longest
    while waiting > 0 and count < _MOST_SEGMENTS and tried < _MOST_TRIED:
        waiting -= 1
        begin, size = low[waiting], length[waiting]
        error, dark = 4.0, False
        if not segments.coarse(begin, size):
            tried += 1
            error, dark = _tried(begin, size, alpha, beta, centre, width, rows[count])
        if error <= 1.0:
            lows[count] = begin
            count += 1
            shortest = min(shortest, size)
        elif not dark and size > _SHORTEST:
            parts = 4 if _HOPELESS < error < math.inf and size > 2.0 * _SHORTEST else 2
            waiting = segments.split(begin, size, parts, waiting, low, length)
    table = segments.gathered(-half * longest, half * longest, shortest, lows, rows, count)
    return SkewedTable(alpha, beta, centre, width, table)


@kernel
def located(
    x: np.ndarray,
    count: int,
    side: float,
    centre: float,
    width: float,
    table: Segments,
    index: np.ndarray,
    t: np.ndarray,
) -> bool:
    """Segments, -1 for none, and places of x[:count], or of -x if side is -1. True if some point has no segment."""
    inverse = 1.0 / width
    for i in range(count):
        s = (side * x[i] - centre) * inverse
        size = abs(s)
        size = size if size < 1e150 else 1e150
        w = branchless.log(size + math.sqrt(size * size + 1.0))
        t[i] = math.copysign(w, s)
    outside = False
    last = table.cells.size
    for i in range(count):
        cell = (t[i] - table.start) * table.per_unit
        j = table.cells[int(cell)] if 0.0 <= cell < last else -1
        j = j if x[i] == x[i] else -1
        outside |= j < 0
        index[i] = j
        k = max(j, 0)
        t[i] = (t[i] - table.rows[k]) * table.rows[k + 1]
    return outside


@kernel
def log_density(x: np.ndarray, side: float, law: SkewedTable, out: np.ndarray) -> None:
    """Log density at each x, or at -x if side is -1; nan at nan, -inf at infinity."""
    index, t = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK)
    rows = law.segments.rows
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        outside = located(x[begin : begin + count], count, side, law.centre, law.width, law.segments, index, t)
        for i in range(count):
            out[begin + i] = segments.polynomial(rows, max(index[i], 0) + HEAD, t[i])
        if outside:
            for i in range(count):
                if index[i] < 0:
                    out[begin + i] = _single(side * x[begin + i], law)[0]


@kernel
def _single(x: float, law: SkewedTable) -> tuple[float, float, float]:
    """`values` with the limits at infinity; nan at nan."""
    if math.isnan(x):
        return x, x, x
    if math.isinf(x):
        return (-math.inf, 0.0, -math.inf) if x > 0.0 else (-math.inf, -math.inf, 0.0)
    return values(x, law.alpha, law.beta)


@kernel
def _odds(x: np.ndarray, count: int, side: float, law: SkewedTable, index: np.ndarray, t: np.ndarray) -> bool:
    """Log odds of P(X <= x), or of P(X >= -x) if side is -1, into t; True if some have no segment or underflow."""
    outside = located(x, count, side, law.centre, law.width, law.segments, index, t)
    rows = law.segments.rows
    for i in range(count):
        t[i] = side * segments.polynomial(rows, max(index[i], 0) + HEAD + ORDER, t[i])
    for i in range(count):
        if abs(t[i]) > _UNDERFLOW:
            index[i] = -1
            outside = True
    return outside


@kernel
def cdf(x: np.ndarray, side: float, law: SkewedTable, out: np.ndarray) -> None:
    """P(X <= x), or P(X >= -x) if side is -1."""
    index, t = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        outside = _odds(x[begin : begin + count], count, side, law, index, t)
        for i in range(count):
            e, _ = branchless.exp_expm1(-t[i])
            out[begin + i] = 1.0 / (1.0 + e)
        if outside:
            for i in range(count):
                if index[i] < 0:
                    _, log_lower, log_upper = _single(side * x[begin + i], law)
                    out[begin + i] = math.exp(log_lower if side > 0.0 else log_upper)


@kernel
def logcdf(x: np.ndarray, side: float, law: SkewedTable, out: np.ndarray) -> None:
    """Log of `cdf`."""
    index, t = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        outside = _odds(x[begin : begin + count], count, side, law, index, t)
        for i in range(count):
            e, _ = branchless.exp_expm1(-abs(t[i]))
            out[begin + i] = (t[i] if t[i] < 0.0 else 0.0) - branchless.log1p(e)
        if outside:
            for i in range(count):
                if index[i] < 0:
                    _, log_lower, log_upper = _single(side * x[begin + i], law)
                    out[begin + i] = log_lower if side > 0.0 else log_upper
