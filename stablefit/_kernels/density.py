"""The symmetric density at one alpha and many points, from the polynomials of laws/symmetric_table.npz.

`prepare` sums the Chebyshev series in alpha into plain polynomials (pieces.py). A point then costs one vectorised
logarithm and one polynomial. The few points beyond the polynomials go one by one to `beyond`. Between them they know
every z for alpha in [ALPHA_MIN, 2]; below, density_gradient.py knows the density.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import pieces, tail
from stablefit._kernels.compile import kernel, spliced
from stablefit._kernels.pieces import Piece

ALPHA_MIN = 0.1
BLOCK = 256  # points a pass: the buffers stay in the first-level cache
LOG_ROOT = math.log(2.0 * math.sqrt(math.pi))
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
    """The law at alpha; ALPHA_MIN <= alpha <= 2."""
    c, c_alpha = tail.coefficients(alpha)
    in_bulk, in_wing = pieces.summed(alpha, bulk, coefficients, True), pieces.summed(alpha, wing, coefficients, True)
    return Law(alpha, in_bulk, in_wing, tail.start(alpha), c, c_alpha)


@spliced
def with_wing(z: float, rest: float, h: float, h_z: float, h_alpha: float) -> tuple[float, float, float]:
    """Log f, its derivatives in z and alpha, f = f at alpha = 2 + rest h, rest = 2 - alpha."""
    normal = _ROOT * math.exp(-0.25 * z * z)
    f = normal + rest * h
    return math.log(f), (rest * h_z - 0.5 * z * normal) / f, (rest * h_alpha - h) / f


@kernel
def beyond(z: float, law: Law) -> tuple[float, float, float]:
    """Log f, its derivatives in z and alpha, at a z >= 0 where the bulk's polynomials end.

    Wing near alpha = 2, tail series, or the normal law's tail; nan where none of them holds, for alpha below ALPHA_MIN.
    """
    if z == math.inf:
        return -math.inf, 0.0 if law.alpha < 2.0 else -math.inf, -math.inf
    s = z * z + law.wing.shift
    if law.bulk.top <= s < law.wing.top:
        j, t, _ = pieces.segment(s, law.wing)
        h, h_t = pieces.polynomial(law.wing.value, j, t)
        h_alpha, _ = pieces.polynomial(law.wing.slope, j, t)
        return with_wing(z, 2.0 - law.alpha, h, h_t * (4.0 * law.wing.per_unit * z / s), h_alpha)
    if z >= law.tail_start:
        u = math.log(z)
        s, _, s_u, s_a = tail.sums(u, law.alpha, law.tail, law.tail_slope)
        return math.log(s) - (1.0 + law.alpha) * u, (s_u / s - 1.0 - law.alpha) / z, s_a / s - u
    if law.alpha == 2.0:
        log_f = -0.25 * z * z - LOG_ROOT
        return log_f, -0.5 * z, tail.slope_at_two(z, log_f, law.tail_slope)
    return math.nan, math.nan, math.nan


@spliced
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
                    out[begin + i] = beyond(z, law)[0] - log_scale


@spliced
def block(z: np.ndarray, count: int, law: Law, work: np.ndarray, index: np.ndarray, out: np.ndarray) -> None:
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
                log_f, d_z, d_alpha = beyond(abs(z[i]), law)
                out[0, i], out[1, i], out[2, i] = log_f, math.copysign(d_z, -z[i]), d_alpha
