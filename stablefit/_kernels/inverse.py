"""Quantiles of the symmetric law at one alpha and many points.

z as a function of the log odds m = log((1 - q) / q) of its upper tail q: log(z / m) is even and smooth in m, a
polynomial on segments of u = log(m^2 + shift) as in pieces.py. `prepare` finds it by Newton's method on the
polynomials of odds.py.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import elementary, odds, quantile
from stablefit._kernels.compile import kernel
from stablefit._kernels.pieces import WIDTH, Piece, located

BLOCK = 256
RUN = 32  # as many quantiles of one alpha are worth its polynomials
NODES = WIDTH + 2
_FURTHEST = 12.0  # log odds beyond which points come one by one: tail probabilities below 6e-6
_T = np.cos(math.pi * (np.arange(NODES) + 0.5) / NODES)[::-1].copy()
# values at the nodes to powers of t: least squares in the Chebyshev basis, then powers
_TO_POWERS = np.ascontiguousarray(
    np.array([np.pad(np.polynomial.chebyshev.cheb2poly(row), (0, WIDTH))[:WIDTH] for row in np.eye(WIDTH)]).T
    @ np.linalg.pinv(np.polynomial.chebyshev.chebvander(_T, WIDTH - 1))
)


class Inverse(NamedTuple):
    """All that the quantiles at one alpha need."""

    alpha: float
    piece: Piece
    least: float  # smallest tail probability the polynomials reach


@kernel
def _resolution(law: odds.Odds) -> tuple[float, float]:
    """Shift and segments in a unit of u.

    For small alpha m bends from the centre on over many decades, as z does in the tables of odds.py: their shift,
    brought to m, serves here too. Near alpha = 2 the bulk turns to tail within a fraction of a unit of m. What errors
    these leave is in tests/laws.
    """
    if law.alpha < 0.8:
        slope = 4.0 / math.pi * math.gamma(1.0 + 1.0 / law.alpha)  # m / z at the centre
        return 100.0 * slope * slope * law.bulk.shift, 3.0
    return 1.0, 12.0 if law.alpha < 1.9 else 32.0 if law.alpha < 1.98 else 64.0


@kernel
def prepare(law: odds.Odds) -> Inverse:
    """Solve log odds(z) = m at the nodes of every segment, from the centre outwards."""
    shift, per_unit = _resolution(law)
    furthest = max(law.bulk.top, law.wing.top)
    if furthest == 0.0:
        return Inverse(law.alpha, Piece(1.0, 0.0, 1.0, 0.0, 0.0, np.empty((0, WIDTH)), np.empty((0, WIDTH))), math.inf)
    last, _ = odds.log_odds(math.sqrt(furthest) * (1.0 - 1e-9), law)
    last = min(last, _FURTHEST)
    start = math.log(shift)
    length = math.log(last * last + shift) - start
    count = math.ceil(length * per_unit)
    per_unit = count / length
    value, at_nodes = np.empty((count, WIDTH)), np.empty(NODES)
    log_z, log_m, rate = 0.0, 0.0, 0.0
    for j in range(count):
        for k in range(NODES):
            u = (j + 0.5 + 0.5 * _T[k]) / per_unit
            m = math.sqrt(shift * math.expm1(u))
            log_next = math.log(m)
            if rate == 0.0:
                log_z = log_next + math.log(0.25 * math.pi) - math.lgamma(1.0 + 1.0 / law.alpha)
            else:
                log_z += (log_next - log_m) / rate
            log_m = log_next
            for _ in range(30):
                got, rate = odds.log_odds(math.exp(log_z), law)
                move = (log_m - math.log(got)) / rate
                log_z += min(max(move, -1.0), 1.0)
                if abs(move) < 1e-10:
                    break
            at_nodes[k] = log_z - log_m
        for i in range(WIDTH):
            total = 0.0
            for k in range(NODES):
                total += _TO_POWERS[i, k] * at_nodes[k]
            value[j, i] = total
    piece = Piece(shift, start, per_unit, float(count), last * last + shift, value, np.empty((0, WIDTH)))
    return Inverse(law.alpha, piece, 1.0 / (1.0 + math.exp(last)))


@kernel
def ppf(p: np.ndarray, loc: float, scale: float, law: Inverse, out: np.ndarray) -> None:
    """x with P(loc + scale Z <= x) = p of each p into out; with P(X > x) = p where scale is negative."""
    small, m, s, q = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    t, work, index = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, dtype=np.int64)
    piece, c = law.piece, law.piece.value
    for begin in range(0, p.size, BLOCK):
        count = min(BLOCK, p.size - begin)
        outside = False
        for i in range(count):
            given = p[begin + i]
            small[i] = given if given <= 0.5 else 1.0 - given  # exact above 1/2
            inside = small[i] > law.least
            outside |= not inside
            q[i] = small[i] if inside else 0.25
            s[i] = (1.0 - q[i]) / q[i]
        if law.least < 0.5:
            elementary.log(s, count, work, m)
            for i in range(count):
                d = 1.0 - 2.0 * q[i]  # tanh(m / 2): near q = 1/2 the logarithm knows nothing of m's last digits
                y = d * d
                a = 1 / 11 + y * (1 / 13 + y * (1 / 15 + y * (1 / 17 + y * (1 / 19))))
                a = 1 / 3 + y * (1 / 5 + y * (1 / 7 + y * (1 / 9 + y * a)))
                m[i] = 2.0 * d * (1.0 + y * a) if d < 0.15 else m[i]
                s[i] = m[i] * m[i] + piece.shift
            located(s, count, piece, index, t, work)
            for i in range(count):
                j, u = index[i], t[i]
                a = ((c[j, 9] * u + c[j, 8]) * u + c[j, 7]) * u + c[j, 6]
                a = ((a * u + c[j, 5]) * u + c[j, 4]) * u + c[j, 3]
                t[i] = ((a * u + c[j, 2]) * u + c[j, 1]) * u + c[j, 0]
            elementary.exp(t, count, work, q)
            for i in range(count):
                signed = scale * (m[i] * q[i])
                out[begin + i] = loc + (signed if p[begin + i] > 0.5 else -signed)
        if outside:
            for i in range(count):
                if not small[i] > law.least:
                    signed = scale * quantile.upper(small[i], law.alpha)
                    out[begin + i] = loc + (signed if p[begin + i] > 0.5 else -signed)


@kernel
def each(
    p: np.ndarray, alpha: np.ndarray, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray, out: np.ndarray
) -> None:
    """Upper quantiles of the standard law, every p in [0, 1/2] with its own alpha; runs of one alpha go together."""
    begin = 0
    while begin < p.size:
        end = begin + 1
        while end < p.size and alpha[end] == alpha[begin]:
            end += 1
        if end - begin < RUN:
            quantile.fill(p[begin:end], alpha[begin:end], out[begin:end])
        else:
            law = prepare(odds.prepare(alpha[begin], bulk, wing, coefficients))
            ppf(p[begin:end], 0.0, -1.0, law, out[begin:end])
        begin = end
