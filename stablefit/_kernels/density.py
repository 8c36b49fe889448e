"""The symmetric density at one alpha and many points, from the polynomials of laws/density_table.npz.

`prepare` sums the Chebyshev series in alpha into plain polynomials. A point then costs no logarithm, exponential or
division: with s = z^2 + shift, the exponent and the leading mantissa bits of s name its segment and the remaining
bits are its place t there. The few points beyond the polynomials go one by one to `_beyond`.
"""

import math
from typing import NamedTuple

import numpy as np

from stablefit._kernels import point, tail
from stablefit._kernels.compile import kernel

DEGREE = 9
WIDTH = DEGREE + 1
BLOCK = 256  # points a pass: the buffers stay in the first-level cache
_ROOT = 1.0 / (2.0 * math.sqrt(math.pi))
_UNIT_EXPONENT = np.uint64(0x3FF0000000000000)
_EXPONENT = np.uint64(0x7FF0000000000000)
_TWICE_BIAS = np.uint64(0x7FE0000000000000)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)


class Piece(NamedTuple):
    """Polynomials for one alpha: degree DEGREE in t on each segment of s = z^2 + shift between bottom and top."""

    shift: float
    bits: int  # leading mantissa bits of s that number the segments of an octave
    bottom: float
    top: float
    value: np.ndarray  # (segments * WIDTH,), lowest power first
    slope: np.ndarray  # the same for the derivative in alpha


class Law(NamedTuple):
    """All that the density at one alpha needs."""

    alpha: float
    bulk: Piece  # log f
    wing: Piece  # (f - f at alpha = 2) / (2 - alpha); empty (top = 0) below alpha = 1.95
    tail_start: float
    tail: np.ndarray
    tail_slope: np.ndarray


@kernel
def _piece(alpha: float, specs: np.ndarray, coefficients: np.ndarray) -> Piece:
    """Sum the Chebyshev series of the piece of specs that holds alpha; an empty piece if none does.

    A row of specs: low, high, ends of the Chebyshev interval, shift, bits, bottom, top, terms, size, start.
    """
    for i in range(specs.shape[0]):
        if not specs[i, 0] <= alpha <= specs[i, 1]:
            continue
        terms, size, start = int(specs[i, 8]), int(specs[i, 9]), int(specs[i, 10])
        half = 0.5 * (specs[i, 3] - specs[i, 2])
        a = (alpha - 0.5 * (specs[i, 2] + specs[i, 3])) / half
        value = coefficients[start : start + size].copy()
        slope = np.zeros(size)
        # Chebyshev T_k(a), and its derivative in alpha
        t_old, t_new, d_old, d_new = 1.0, a, 0.0, 1.0 / half
        for k in range(1, terms):
            row = coefficients[start + k * size : start + (k + 1) * size]
            for j in range(size):
                value[j] += t_new * row[j]
                slope[j] += d_new * row[j]
            t_old, t_new, d_old, d_new = t_new, 2.0 * a * t_new - t_old, d_new, 2.0 * (t_new / half + a * d_new) - d_old
        return Piece(specs[i, 4], int(specs[i, 5]), specs[i, 6], specs[i, 7], value, slope)
    return Piece(1.0, 0, 1.0, 0.0, np.empty(0), np.empty(0))


@kernel
def prepare(alpha: float, bulk: np.ndarray, wing: np.ndarray, coefficients: np.ndarray) -> Law:
    """The law at alpha; outside the tables every point is `_beyond`."""
    c, c_alpha = tail.coefficients(alpha)
    return Law(
        alpha, _piece(alpha, bulk, coefficients), _piece(alpha, wing, coefficients), tail.start(alpha), c, c_alpha
    )


@kernel
def _segment(s: float, piece: Piece) -> tuple[int, float, float]:
    """Offset of the segment of s in the piece's arrays, place t in [-1, 1], dt/ds: the scalar form of `_locate`."""
    mantissa, exponent = math.frexp(s)  # s = mantissa 2^exponent, mantissa in [1/2, 1)
    _, first = math.frexp(piece.bottom)
    parts = 2**piece.bits
    place = (2.0 * mantissa - 1.0) * parts
    j = int(place)
    return ((exponent - first) * parts + j) * WIDTH, 2.0 * (place - j) - 1.0, 4.0 * parts * math.ldexp(1.0, -exponent)


@kernel
def _polynomial(c: np.ndarray, j: int, t: float) -> tuple[float, float]:
    """The polynomial at c[j:j + WIDTH] and its derivative in t."""
    p, d = c[j + DEGREE], 0.0
    for k in range(DEGREE - 1, -1, -1):
        d = d * t + p
        p = p * t + c[j + k]
    return p, d


@kernel
def _beyond(z: float, law: Law) -> tuple[float, float, float]:
    """Log f, its derivatives in z and alpha where the bulk's polynomials end.

    Tail series, wing near alpha = 2, or table-free.
    """
    if z >= law.tail_start and z < math.inf:
        u = math.log(z)
        s, _, s_u, s_a = tail.sums(u, law.alpha, law.tail, law.tail_slope)
        return math.log(s) - (1.0 + law.alpha) * u, (s_u / s - 1.0 - law.alpha) / z, s_a / s - u
    s = z * z + law.wing.shift
    if law.wing.bottom <= s < law.wing.top:
        rest = 2.0 - law.alpha
        j, t, dt = _segment(s, law.wing)
        h, h_t = _polynomial(law.wing.value, j, t)
        h_alpha, _ = _polynomial(law.wing.slope, j, t)
        normal = _ROOT * math.exp(-0.25 * z * z)
        f = normal + rest * h
        return math.log(f), (rest * h_t * dt * 2.0 * z - 0.5 * z * normal) / f, (rest * h_alpha - h) / f
    log_f, _, _, d_z, d_alpha = point.values(z, law.alpha)
    return log_f, d_z, d_alpha


@kernel
def _locate(s: np.ndarray, count: int, piece: Piece, index: np.ndarray, t: np.ndarray, rate: np.ndarray) -> bool:
    """Split s[:count] into segment offsets, places t and rates dt/ds.

    True if some s is at or beyond the top, or nan.
    """
    outside = False
    last = piece.top * (1.0 - 2.0**-52)
    for i in range(count):
        inside = s[i] < piece.top
        outside |= not inside
        s[i] = s[i] if inside else last
    raw, t_raw, rate_raw = s.view(np.uint64), t.view(np.uint64), rate.view(np.uint64)
    drop = np.uint64(52 - piece.bits)
    rate[0] = piece.bottom
    first = np.int64(rate_raw[0] >> drop)
    rest = _MANTISSA >> np.uint64(piece.bits)
    for i in range(count):
        index[i] = (np.int64(raw[i] >> drop) - first) * WIDTH
        t_raw[i] = (raw[i] & rest) | _UNIT_EXPONENT
        rate_raw[i] = _TWICE_BIAS - (raw[i] & _EXPONENT)
    stretch = 2.0 ** (piece.bits + 1)
    for i in range(count):
        t[i] = (t[i] - 1.0) * stretch - 1.0
        rate[i] *= stretch
    return outside


@kernel
def logpdf(x: np.ndarray, loc: float, scale: float, law: Law, out: np.ndarray) -> None:
    """Log density of loc + scale Z at each x into out; nan at nan, -inf at infinity."""
    s, t, rate = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    index = np.empty(BLOCK, dtype=np.int64)
    bulk, c = law.bulk, law.bulk.value
    inverse, log_scale = 1.0 / scale, math.log(scale)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z = (x[begin + i] - loc) * inverse
            s[i] = z * z + bulk.shift
        outside = _locate(s, count, bulk, index, t, rate) if bulk.top > 0.0 else True
        if bulk.top > 0.0:
            for i in range(count):
                j, u = index[i], t[i]
                # written out: Numba does not unroll a loop of nine steps, and this is the hot line of every fit
                p = ((c[j + 9] * u + c[j + 8]) * u + c[j + 7]) * u + c[j + 6]
                p = ((p * u + c[j + 5]) * u + c[j + 4]) * u + c[j + 3]
                out[begin + i] = ((p * u + c[j + 2]) * u + c[j + 1]) * u + (c[j] - log_scale)
        if outside:
            for i in range(count):
                z = abs((x[begin + i] - loc) * inverse)
                if not z * z + bulk.shift < bulk.top:
                    out[begin + i] = _beyond(z, law)[0] - log_scale


@kernel
def _block(z: np.ndarray, count: int, law: Law, work: np.ndarray, index: np.ndarray, out: np.ndarray) -> None:
    """Log f and its derivatives in z and alpha at z[:count] into the rows of out (3, BLOCK); work is (3, BLOCK)."""
    s, t, rate = work[0], work[1], work[2]
    bulk, c, b = law.bulk, law.bulk.value, law.bulk.slope
    outside = True
    if bulk.top > 0.0:
        for i in range(count):
            s[i] = z[i] * z[i] + bulk.shift
        outside = _locate(s, count, bulk, index, t, rate)
        for i in range(count):
            j, u = index[i], t[i]
            p = c[j + 9] * u + c[j + 8]
            d = c[j + 9] * u + p
            p = p * u + c[j + 7]
            d = d * u + p
            p = p * u + c[j + 6]
            d = d * u + p
            p = p * u + c[j + 5]
            d = d * u + p
            p = p * u + c[j + 4]
            d = d * u + p
            p = p * u + c[j + 3]
            d = d * u + p
            p = p * u + c[j + 2]
            d = d * u + p
            p = p * u + c[j + 1]
            d = d * u + p
            out[0, i] = p * u + c[j]
            out[1, i] = 2.0 * z[i] * d * rate[i]
        for i in range(count):
            j, u = index[i], t[i]
            q = ((b[j + 9] * u + b[j + 8]) * u + b[j + 7]) * u + b[j + 6]
            q = ((q * u + b[j + 5]) * u + b[j + 4]) * u + b[j + 3]
            out[2, i] = ((q * u + b[j + 2]) * u + b[j + 1]) * u + b[j]
    if outside:
        for i in range(count):
            if not z[i] * z[i] + bulk.shift < bulk.top:
                log_f, d_z, d_alpha = _beyond(abs(z[i]), law)
                out[0, i], out[1, i], out[2, i] = log_f, math.copysign(d_z, -z[i]), d_alpha


@kernel
def gradient(x: np.ndarray, loc: float, scale: float, law: Law, out: np.ndarray) -> None:
    """Log density of loc + scale Z at each x, its derivatives in x and in alpha, into the rows of out (3, n)."""
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
