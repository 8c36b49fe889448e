"""Quantiles of one skewed law, many of them: w = asinh((x - centre) / width) as polynomials of the log odds.

Made from those of the log odds (skewed_table.py) by Newton's method at the nodes, which costs no further integral.
Probabilities beyond them go one by one to skewed_quantile.quantile.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import branchless, segments, skewed_quantile
from stablefit._kernels.compile import kernel
from stablefit._kernels.segments import HEAD, NODES, ORDER, Segments
from stablefit._kernels.skewed_table import BLOCK, SkewedTable

_TOLERANCE = 4e-12  # of the last two coefficients of w, the error being a fraction of them
_SHORTEST = 1.0 / 64.0
_LONGEST = 32.0
_MOST_SEGMENTS = 400
_LEAST = 1e-300  # smaller probabilities are hardly normal numbers
_ALMOST = 1e-9  # kept from the ends of the tabulated line


class SkewedInverse(NamedTuple):
    """Polynomials of w in the log odds of P(X <= x)."""

    law: SkewedTable
    segments: Segments


@kernel
def _forward(w: float, law: SkewedTable) -> tuple[float, float]:
    """Log odds at w and their derivative; nan where the table has none."""
    j, t = segments.place(w, law.segments)
    if j < 0:
        return math.nan, math.nan
    rows = law.segments.rows
    k = j + HEAD + ORDER
    return segments.polynomial(rows, k, t), segments.slope(rows, k, t) * rows[j + 1]


@kernel
def _solved(odds: float, guess: float, low: float, high: float, law: SkewedTable) -> float:
    """The w between low and high with these log odds, by Newton's method inside a bracket; nan if a gap is met."""
    w = min(max(guess, low), high)
    for _ in range(100):
        value, slope = _forward(w, law)
        if math.isnan(value):
            return math.nan
        if value < odds:
            low = w
        else:
            high = w
        move = (odds - value) / slope
        if abs(move) <= 1e-15 * max(1.0, abs(w)):
            break
        new = w + min(max(move, -2.0), 2.0)
        w = new if low < new < high else 0.5 * (low + high)
        if high - low <= 1e-15 * max(1.0, abs(w)):
            break
    return w


@kernel
def _reach(law: SkewedTable) -> tuple[float, float]:
    """Ends of the tabulated stretch of w that holds the median."""
    table = law.segments
    width = HEAD + 2 * ORDER
    middle, nearest = 0.0, math.inf
    for j in range(0, table.rows.size, width):
        odds = abs(table.rows[j + HEAD + ORDER])
        if odds < nearest:
            middle, nearest = table.rows[j], odds
    first = int((middle - table.start) * table.per_unit)
    last = first
    while first > 0 and table.cells[first - 1] >= 0:
        first -= 1
    while last < table.cells.size - 1 and table.cells[last + 1] >= 0:
        last += 1
    low, high = table.start + first / table.per_unit, table.start + (last + 1) / table.per_unit
    return low + _ALMOST, high - _ALMOST


@kernel
def prepare(law: SkewedTable) -> SkewedInverse:
    """The inverse of a tabulated law."""
    low, high = _reach(law)
    largest = -math.log(_LEAST)
    first, last = _forward(low, law)[0], _forward(high, law)[0]
    start = -_LONGEST * math.ceil(min(max(-first, 1.0), largest) / _LONGEST)
    stop = _LONGEST * math.ceil(min(max(last, 1.0), largest) / _LONGEST)
    waiting = round((stop - start) / _LONGEST)
    lows, sizes = np.empty(waiting + 64), np.empty(waiting + 64)
    segments.split(start, stop - start, waiting, 0, lows, sizes)
    begins, rows = np.empty(_MOST_SEGMENTS), np.empty((_MOST_SEGMENTS, HEAD + ORDER))
    values = np.empty(ORDER)
    count, shortest, w = 0, _LONGEST, high
    while waiting > 0 and count < _MOST_SEGMENTS:
        waiting -= 1
        begin, size = lows[waiting], sizes[waiting]
        if begin + size < first or begin > last:
            continue
        error = math.inf
        if begin >= first and begin + size <= last and not segments.coarse(begin, size):
            for i in range(ORDER):
                w = _solved(begin + 0.5 * size * (1.0 + NODES[i]), w, low, high, law)
                values[i] = w
            row = rows[count]
            row[0], row[1] = begin + 0.5 * size, 2.0 / size
            error = segments.fitted(values, row[HEAD:])
            w = w if w == w else high
        if error <= _TOLERANCE:
            begins[count] = begin
            count += 1
            shortest = min(shortest, size)
        elif size > _SHORTEST:
            waiting = segments.split(begin, size, 2, waiting, lows, sizes)
    return SkewedInverse(law, segments.gathered(start, stop, shortest, begins, rows, count))


@kernel
def quantiles(p: np.ndarray, upper: np.ndarray, side: float, inverse: SkewedInverse, out: np.ndarray) -> None:
    """x with P(X <= x) = p, or P(X > x) = p where upper, for p in [0, 1/2]; those of -X if side is -1.

    Nan for other p; p = 0 counts as the least.
    """
    index, t = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK)
    law, table = inverse.law, inverse.segments
    rows, last = table.rows, table.cells.size
    mirrored = side < 0.0
    for begin in range(0, p.size, BLOCK):
        count = min(BLOCK, p.size - begin)
        outside = False
        for i in range(count):
            q = p[begin + i]
            q = q if q >= _LEAST else 1.0
            q = q if q <= 0.5 else 0.5
            odds = branchless.log(q / (1.0 - q))
            t[i] = -odds if upper[begin + i] != mirrored else odds
        for i in range(count):
            cell = (t[i] - table.start) * table.per_unit
            j = table.cells[int(cell)] if 0.0 <= cell < last else -1
            j = j if _LEAST <= p[begin + i] <= 0.5 else -1
            outside |= j < 0
            index[i] = j
            k = max(j, 0)
            t[i] = (t[i] - rows[k]) * rows[k + 1]
        for i in range(count):
            t[i] = segments.polynomial(rows, max(index[i], 0) + HEAD, t[i])
        for i in range(count):
            _, e = branchless.exp_expm1(abs(t[i]))
            out[begin + i] = side * (law.centre + law.width * math.copysign(0.5 * (e + e / (1.0 + e)), t[i]))
        if outside:
            for i in range(count):
                if index[i] < 0:
                    q = p[begin + i]
                    if 0.0 < q <= 0.5:
                        x = skewed_quantile.quantile(q, upper[begin + i] != mirrored, law.alpha, law.beta)
                        out[begin + i] = side * x
                    else:
                        out[begin + i] = math.nan
