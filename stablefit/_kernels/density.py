"""The symmetric density at one alpha and many points, from the polynomials of laws/symmetric_table.npz.

`prepare` sums the Chebyshev series in alpha into plain polynomials (pieces.py). A point then costs one vectorised
logarithm and one polynomial. The few points beyond the polynomials go one by one to `_beyond`.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import pieces, point, tail
from stablefit._kernels.compile import kernel
from stablefit._kernels.pieces import Piece

BLOCK = 256  # points a pass: the buffers stay in the first-level cache
RUN = 64  # as many points of one alpha are worth its polynomials
FLAT_BELOW = 0.4
_ROOT = 1.0 / (2.0 * math.sqrt(math.pi))


class Law(NamedTuple):
    """All that the density at one alpha needs."""

    alpha: float
    bulk: Piece  # log f
    wing: Piece  # (f - f at alpha = 2) / (2 - alpha); empty (top = 0) below alpha = 1.95
    tail_start: float
    tail: np.ndarray
    tail_slope: np.ndarray


@kernel
def prepare(alpha: float, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray) -> Law:
    """The law at alpha; outside the tables every point is `_beyond`."""
    c, c_alpha = tail.coefficients(alpha)
    in_bulk, in_wing = pieces.summed(alpha, bulk, coefficients, True), pieces.summed(alpha, wing, coefficients, True)
    return Law(alpha, in_bulk, in_wing, tail.start(alpha), c, c_alpha)


@kernel
def _with_wing(z: float, rest: float, h: float, h_z: float, h_alpha: float) -> tuple[float, float, float]:
    """Log f, its derivatives in z and alpha, f = f at alpha = 2 + rest h, rest = 2 - alpha."""
    normal = _ROOT * math.exp(-0.25 * z * z)
    f = normal + rest * h
    return math.log(f), (rest * h_z - 0.5 * z * normal) / f, (rest * h_alpha - h) / f


@kernel
def _flat(alpha: float) -> float:
    """Where, below alpha = FLAT_BELOW, the polynomials do not know the derivative in z to relative precision."""
    return 3e-4 / math.gamma(1.0 + 1.0 / alpha)


@kernel
def _beyond(z: float, law: Law) -> tuple[float, float, float]:
    """Log f, its derivatives in z and alpha where the bulk's polynomials end.

    Tail series, wing near alpha = 2, or table-free.
    """
    s = z * z + law.wing.shift
    if law.bulk.top <= s < law.wing.top:
        j, t, _ = pieces.segment(s, law.wing)
        h, h_t = pieces.polynomial(law.wing.value, j, t)
        h_alpha, _ = pieces.polynomial(law.wing.slope, j, t)
        return _with_wing(z, 2.0 - law.alpha, h, h_t * (4.0 * law.wing.per_unit * z / s), h_alpha)
    if z >= law.tail_start and z < math.inf:
        u = math.log(z)
        s, _, s_u, s_a = tail.sums(u, law.alpha, law.tail, law.tail_slope)
        return math.log(s) - (1.0 + law.alpha) * u, (s_u / s - 1.0 - law.alpha) / z, s_a / s - u
    log_f, _, _, d_z, d_alpha = point.values(z, law.alpha)
    return log_f, d_z, d_alpha


@kernel
def logpdf(x: np.ndarray, loc: float, scale: float, law: Law, out: np.ndarray) -> None:
    """Log density of loc + scale Z at each x into out; nan at nan, -inf at infinity."""
    s, t, work = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    index = np.empty(BLOCK, dtype=np.int64)
    bulk, c = law.bulk, law.bulk.value
    inverse, log_scale = 1.0 / scale, math.log(scale)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z = (x[begin + i] - loc) * inverse
            s[i] = z * z + bulk.shift
        outside = pieces.located(s, count, bulk, index, t, work) if bulk.top > 0.0 else True
        if bulk.top > 0.0:
            for i in range(count):
                j, u = index[i], t[i]
                # written out: Numba does not unroll a loop of nine steps, and this is the hot line of every fit
                p = ((c[j, 9] * u + c[j, 8]) * u + c[j, 7]) * u + c[j, 6]
                p = ((p * u + c[j, 5]) * u + c[j, 4]) * u + c[j, 3]
                out[begin + i] = ((p * u + c[j, 2]) * u + c[j, 1]) * u + c[j, 0] - log_scale
        if outside:
            for i in range(count):
                z = abs((x[begin + i] - loc) * inverse)
                if not z * z + bulk.shift < bulk.top:
                    out[begin + i] = _beyond(z, law)[0] - log_scale


@kernel
def _block(z: np.ndarray, count: int, law: Law, work: np.ndarray, index: np.ndarray, out: np.ndarray) -> None:
    """Log f and its derivatives in z and alpha at z[:count] into the rows of out (3, BLOCK); work is (3, BLOCK)."""
    s, t, rate = work[0], work[1], work[2]
    stretch = 4.0 * law.bulk.per_unit
    bulk, c, b = law.bulk, law.bulk.value, law.bulk.slope
    outside = True
    if bulk.top > 0.0:
        for i in range(count):
            s[i] = z[i] * z[i] + bulk.shift
        outside = pieces.located(s, count, bulk, index, t, rate)
        for i in range(count):
            rate[i] = stretch * z[i] / s[i]  # dt/dz
        for i in range(count):
            j, u = index[i], t[i]
            p = c[j, 9] * u + c[j, 8]
            d = c[j, 9] * u + p
            p = p * u + c[j, 7]
            d = d * u + p
            p = p * u + c[j, 6]
            d = d * u + p
            p = p * u + c[j, 5]
            d = d * u + p
            p = p * u + c[j, 4]
            d = d * u + p
            p = p * u + c[j, 3]
            d = d * u + p
            p = p * u + c[j, 2]
            d = d * u + p
            p = p * u + c[j, 1]
            d = d * u + p
            out[0, i] = p * u + c[j, 0]
            out[1, i] = d * rate[i]
        for i in range(count):
            j, u = index[i], t[i]
            q = ((b[j, 9] * u + b[j, 8]) * u + b[j, 7]) * u + b[j, 6]
            q = ((q * u + b[j, 5]) * u + b[j, 4]) * u + b[j, 3]
            out[2, i] = ((q * u + b[j, 2]) * u + b[j, 1]) * u + b[j, 0]
    if outside:
        for i in range(count):
            if not z[i] * z[i] + bulk.shift < bulk.top:
                log_f, d_z, d_alpha = _beyond(abs(z[i]), law)
                out[0, i], out[1, i], out[2, i] = log_f, math.copysign(d_z, -z[i]), d_alpha


@kernel
def gradient(x: np.ndarray, loc: float, scale: float, law: Law, out: np.ndarray) -> None:
    """Log density of loc + scale Z at each x, its derivatives in x and in alpha, into the rows of out (3, n)."""
    flat = _flat(law.alpha) if law.alpha < FLAT_BELOW else -1.0
    z, work, part = np.empty(BLOCK), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    inverse, log_scale = 1.0 / scale, math.log(scale)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = (x[begin + i] - loc) * inverse
        _block(z, count, law, work, index, part)
        for i in range(count):
            out[0, begin + i] = part[0, i] - log_scale
            out[1, begin + i] = part[1, i] * inverse
            out[2, begin + i] = part[2, i]
            if abs(z[i]) < flat:
                out[1, begin + i] = math.copysign(point.values(abs(z[i]), law.alpha)[3], -z[i]) * inverse


@kernel
def _at(
    z: float, alpha: float, bulk: np.ndarray, wing: np.ndarray, c: np.ndarray, work: np.ndarray
) -> tuple[float, float, float]:
    """`_block` for a single z >= 0 and its own alpha: sums one segment's coefficients only."""
    row = pieces.row_of(alpha, bulk)
    if row >= 0:
        s = z * z + bulk[row, 4]
        log_f, in_t, d_alpha = pieces.single(alpha, s, row, bulk, c, work)
        if not math.isnan(log_f):
            d_z = in_t * (4.0 * bulk[row, 6] * z / s)
            if alpha < FLAT_BELOW and z < _flat(alpha):
                d_z = point.values(z, alpha)[3]
            return log_f, d_z, d_alpha
        row = pieces.row_of(alpha, wing)
        if row >= 0:
            h, in_t, h_alpha = pieces.single(alpha, s, row, wing, c, work)
            if not math.isnan(h):
                return _with_wing(z, 2.0 - alpha, h, in_t * (4.0 * wing[row, 6] * z / s), h_alpha)
    log_f, _, _, d_z, d_alpha = point.values(z, alpha)
    return log_f, d_z, d_alpha


@kernel
def each(
    x: np.ndarray, alpha: np.ndarray, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray, out: np.ndarray
) -> None:
    """`gradient` of the standard law where every point has its own alpha; runs of one alpha go together."""
    work = np.empty((2, pieces.WIDTH))
    begin = 0
    while begin < x.size:
        end = begin + 1
        while end < x.size and alpha[end] == alpha[begin]:
            end += 1
        if end - begin < RUN:
            for i in range(begin, end):
                log_f, d_z, d_alpha = _at(abs(x[i]), alpha[i], bulk, wing, coefficients, work)
                out[0, i], out[1, i], out[2, i] = log_f, math.copysign(d_z, -x[i]), d_alpha
        else:
            part = np.empty((3, end - begin))
            gradient(x[begin:end], 0.0, 1.0, prepare(alpha[begin], bulk, wing, coefficients), part)
            for k in range(3):
                for i in range(begin, end):
                    out[k, i] = part[k, i - begin]
        begin = end


@kernel
def likelihood(x: np.ndarray, loc: float, log_scale: float, law: Law, out: np.ndarray) -> None:
    """Log-likelihood of a sample, its derivatives in alpha, loc and log scale, and their products, into out (10,).

    The products of the points' scores come in the order aa, al, as, ll, ls, ss. Blocks, and four interleaved partial
    sums in each, fix the order of summation, hence the bits, and let the compiler add four numbers at a time.
    """
    z, work, part = np.empty(BLOCK), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    sums = np.zeros((10, 4))
    inverse = math.exp(-log_scale)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = (x[begin + i] - loc) * inverse
        _block(z, count, law, work, index, part)
        log_f, slope, in_alpha = part[0], part[1], part[2]
        in_scale = work[0]
        for i in range(count):
            in_scale[i] = -1.0 - z[i] * slope[i]
        whole = count - count % 4
        for i in range(0, whole, 4):
            for k in range(4):
                a, d, g = in_alpha[i + k], -slope[i + k], in_scale[i + k]
                sums[0, k] += log_f[i + k]
                sums[1, k] += a
                sums[2, k] += d
                sums[3, k] += g
                sums[4, k] += a * a
                sums[5, k] += a * d
                sums[6, k] += a * g
                sums[7, k] += d * d
                sums[8, k] += d * g
                sums[9, k] += g * g
        for i in range(whole, count):
            a, d, g = in_alpha[i], -slope[i], in_scale[i]
            sums[0, 0] += log_f[i]
            sums[1, 0] += a
            sums[2, 0] += d
            sums[3, 0] += g
            sums[4, 0] += a * a
            sums[5, 0] += a * d
            sums[6, 0] += a * g
            sums[7, 0] += d * d
            sums[8, 0] += d * g
            sums[9, 0] += g * g
    for j in range(10):
        out[j] = (sums[j, 0] + sums[j, 1]) + (sums[j, 2] + sums[j, 3])
    out[0] -= x.size * log_scale
    for j in (2, 5, 8):
        out[j] *= inverse
    out[7] *= inverse * inverse


@kernel
def weighted_likelihood(
    x: np.ndarray, weights: np.ndarray, loc: float, log_scale: float, law: Law, out: np.ndarray
) -> None:
    """`likelihood` of a sample in which each value counts as often as its weight says, into out (10,)."""
    z, work, part = np.empty(BLOCK), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    inverse, total = math.exp(-log_scale), 0.0
    out[:] = 0.0
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = (x[begin + i] - loc) * inverse
        _block(z, count, law, work, index, part)
        for i in range(count):
            w, a, d = weights[begin + i], part[2, i], -part[1, i]
            g = z[i] * d - 1.0
            total += w
            out[0] += w * part[0, i]
            out[1] += w * a
            out[2] += w * d
            out[3] += w * g
            out[4] += w * a * a
            out[5] += w * a * d
            out[6] += w * a * g
            out[7] += w * d * d
            out[8] += w * d * g
            out[9] += w * g * g
    out[0] -= total * log_scale
    for j in (2, 5, 8):
        out[j] *= inverse
    out[7] *= inverse * inverse
