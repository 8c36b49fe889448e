"""The symmetric distribution at one alpha and many points, from the polynomials of laws/symmetric_table.npz.

What is tabulated is the log odds m = log(cdf / sf), an odd function of z: both tails and their logarithms follow from
it without a subtraction, cdf = 1 / (1 + exp(-m)). Near alpha = 2 the wing's table holds (sf - sf2) / (2 - alpha).
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import elementary, pieces, point, tail
from stablefit._kernels.compile import kernel
from stablefit._kernels.pieces import Piece

BLOCK = 256
RUN = 64  # as many points of one alpha are worth its polynomials


class Odds(NamedTuple):
    """All that the distribution at one alpha needs."""

    alpha: float
    bulk: Piece  # log(m sqrt(z^2 + shift) / z)
    wing: Piece  # (sf - sf at alpha = 2) / (2 - alpha); empty (top = 0) below alpha = 1.95
    tail_start: float
    tail: np.ndarray
    tail_slope: np.ndarray


@kernel
def prepare(alpha: float, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray) -> Odds:
    """The law at alpha; outside the tables every point is `_log_tail`."""
    c, c_alpha = tail.coefficients(alpha)
    in_bulk, in_wing = pieces.summed(alpha, bulk, coefficients, False), pieces.summed(alpha, wing, coefficients, False)
    return Odds(alpha, in_bulk, in_wing, tail.start(alpha), c, c_alpha)


@kernel
def log_tail(z: float, law: Odds) -> tuple[float, float]:
    """Log P(Z > z) and its derivative in log z where the bulk's polynomials end."""
    s = z * z + law.wing.shift
    if law.bulk.top <= s < law.wing.top:
        rest = 2.0 - law.alpha
        j, t, dt = pieces.segment(s, law.wing)
        h, h_t = pieces.polynomial(law.wing.value, j, t)
        sf = 0.5 * math.erfc(0.5 * z) + rest * h
        slope = -math.exp(-0.25 * z * z) / (2.0 * math.sqrt(math.pi)) + rest * h_t * dt * 2.0 * z
        return math.log(sf), z * slope / sf
    if law.tail_start <= z < math.inf:
        u = math.log(z)
        s, t, _, _ = tail.sums(u, law.alpha, law.tail, law.tail_slope)
        return math.log(t) - law.alpha * u, -s / t
    log_f, _, log_sf, _, _ = point.values(z, law.alpha)
    return log_sf, -z * math.exp(log_f - log_sf)


@kernel
def log_odds(z: float, law: Odds) -> tuple[float, float]:
    """M and d log m / d log z at one z > 0."""
    s = z * z + law.bulk.shift
    if s < law.bulk.top:
        j, t, dt = pieces.segment(s, law.bulk)
        q, q_t = pieces.polynomial(law.bulk.value, j, t)
        return z / math.sqrt(s) * math.exp(q), 1.0 - z * z / s + 2.0 * z * z * dt * q_t
    log_sf, slope = log_tail(z, law)
    log_cdf = math.log1p(-math.exp(log_sf))
    m = log_cdf - log_sf
    return m, -slope * math.exp(-log_cdf) / m


@kernel
def _exponents(z: np.ndarray, count: int, law: Odds, work: np.ndarray, index: np.ndarray, far: np.ndarray) -> bool:
    """Logs q of m sqrt(s) / z at z[:count], and s = z^2 + shift, into work[1] and work[0]; work is (4, BLOCK).

    Beyond the polynomials the log of the smaller tail goes into far, which is nan elsewhere; True if there is any.
    """
    s, q = work[0], work[1]
    bulk, c = law.bulk, law.bulk.value
    for i in range(count):
        s[i] = z[i] * z[i] + bulk.shift
        far[i] = math.nan
    outside = True
    if bulk.top > 0.0:
        outside = pieces.located(s, count, bulk, index, q, work[2])
        for i in range(count):
            j, u = index[i], q[i]
            p = ((c[j, 9] * u + c[j, 8]) * u + c[j, 7]) * u + c[j, 6]
            p = ((p * u + c[j, 5]) * u + c[j, 4]) * u + c[j, 3]
            q[i] = ((p * u + c[j, 2]) * u + c[j, 1]) * u + c[j, 0]
    if outside:
        for i in range(count):
            if not z[i] * z[i] + bulk.shift < bulk.top:
                far[i] = log_tail(abs(z[i]), law)[0]
    return outside


@kernel
def _own_exponents(
    z: np.ndarray,
    count: int,
    alpha: np.ndarray,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    work: np.ndarray,
    far: np.ndarray,
) -> None:
    """`_exponents` where every point has its own alpha: sums one segment's coefficients for each."""
    segment = np.empty((2, pieces.WIDTH))
    for i in range(count):
        work[0, i], work[1, i], far[i] = 1.0, 0.0, math.nan
        row = pieces.row_of(alpha[i], bulk)
        if row >= 0:
            s = z[i] * z[i] + bulk[row, 4]
            q, _, _ = pieces.single(alpha[i], s, row, bulk, coefficients, segment)
            if not math.isnan(q):
                work[0, i], work[1, i] = s, q
                continue
            row = pieces.row_of(alpha[i], wing)
            if row >= 0:
                h, _, _ = pieces.single(alpha[i], s, row, wing, coefficients, segment)
                far[i] = math.log(0.5 * math.erfc(0.5 * abs(z[i])) + (2.0 - alpha[i]) * h)
        if math.isnan(far[i]):
            far[i] = point.values(abs(z[i]), alpha[i])[2]


@kernel
def _log_odds(z: np.ndarray, count: int, work: np.ndarray, m: np.ndarray) -> None:
    """m = z exp(q) / sqrt(s) from what `_exponents` left."""
    s, q = work[0], work[1]
    elementary.exp(q, count, work[2], m)
    for i in range(count):
        m[i] *= z[i] / math.sqrt(s[i])


@kernel
def _probabilities(z: np.ndarray, count: int, work: np.ndarray, far: np.ndarray, out: np.ndarray) -> None:
    """P(Z <= z) from what `_exponents` left."""
    m = work[3]
    _log_odds(z, count, work, m)
    for i in range(count):
        m[i] = -m[i]
    elementary.exp(m, count, work[2], work[1])
    for i in range(count):
        out[i] = 1.0 / (1.0 + work[1, i])
    for i in range(count):
        if not math.isnan(far[i]) or math.isnan(z[i]):
            out[i] = math.exp(far[i]) if z[i] < 0.0 else -math.expm1(far[i])


@kernel
def _logs(z: np.ndarray, count: int, work: np.ndarray, far: np.ndarray, out: np.ndarray) -> None:
    """Logs of P(Z <= z) and P(Z > z) into the rows of out, from what `_exponents` left."""
    m = work[3]
    _log_odds(z, count, work, m)
    for i in range(count):
        small = far[i]
        if math.isnan(small) and not math.isnan(z[i]):
            large = -math.log1p(math.exp(-abs(m[i])))
            small = large - abs(m[i])
        else:
            large = math.log1p(-math.exp(small)) if small < -0.7 else math.log(-math.expm1(small))
        out[0, i], out[1, i] = (small, large) if z[i] < 0.0 else (large, small)


@kernel
def cdf(x: np.ndarray, loc: float, scale: float, law: Odds, out: np.ndarray) -> None:
    """P(loc + scale Z <= x) of each x into out; the upper tail where scale is negative."""
    z, far, work = np.empty(BLOCK), np.empty(BLOCK), np.empty((4, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = (x[begin + i] - loc) / scale
        _exponents(z, count, law, work, index, far)
        _probabilities(z, count, work, far, out[begin : begin + count])


@kernel
def log_tails(x: np.ndarray, loc: float, scale: float, law: Odds, out: np.ndarray) -> None:
    """Logs of P(X <= x) and P(X > x), X = loc + scale Z, into the rows of out (2, n)."""
    z, far, work, logs = np.empty(BLOCK), np.empty(BLOCK), np.empty((4, BLOCK)), np.empty((2, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = (x[begin + i] - loc) / scale
        _exponents(z, count, law, work, index, far)
        _logs(z, count, work, far, logs)
        for i in range(count):
            out[0, begin + i], out[1, begin + i] = logs[0, i], logs[1, i]


@kernel
def each(
    x: np.ndarray,
    alpha: np.ndarray,
    bulk: np.ndarray,
    wing: np.ndarray,
    coefficients: np.ndarray,
    logs: bool,
    out: np.ndarray,
) -> None:
    """`cdf` or `log_tails` of the standard law, every point with its own alpha, into the rows of out (1 or 2, n)."""
    z, far, work, part = np.empty(BLOCK), np.empty(BLOCK), np.empty((4, BLOCK)), np.empty((2, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    law = prepare(2.0, bulk, wing, coefficients)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        shared = True
        for i in range(count):
            z[i] = x[begin + i]
            shared &= alpha[begin + i] == alpha[begin]
        if shared and count >= RUN:
            if law.alpha != alpha[begin]:
                law = prepare(alpha[begin], bulk, wing, coefficients)
            _exponents(z, count, law, work, index, far)
        else:
            _own_exponents(z, count, alpha[begin : begin + count], bulk, wing, coefficients, work, far)
        if logs:
            _logs(z, count, work, far, part)
        else:
            _probabilities(z, count, work, far, part[0])
        for k in range(out.shape[0]):
            for i in range(count):
                out[k, begin + i] = part[k, i]
