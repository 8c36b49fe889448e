"""The symmetric density and its derivatives, for every alpha: from the polynomials of density.py, or table-free.

At alpha below FLAT_BELOW the polynomials do not know the derivative in z near 0, where it all but vanishes, to
relative precision; point.py does.
"""

import math

import numpy as np

from stablefit._kernels import pieces, point
from stablefit._kernels.compile import kernel
from stablefit._kernels.density import ALPHA_MIN, BLOCK, Law, block, prepare, with_wing

FLAT_BELOW = 0.4
RUN = 64  # as many points of one alpha are worth its polynomials


@kernel
def _flat(alpha: float) -> float:
    """Where, below alpha = FLAT_BELOW, the polynomials do not know the derivative in z to relative precision."""
    return 3e-4 / math.gamma(1.0 + 1.0 / alpha)


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
        block(z, count, law, work, index, part)
        for i in range(count):
            out[0, begin + i] = part[0, i] - log_scale
            out[1, begin + i] = part[1, i] * inverse
            out[2, begin + i] = part[2, i]
            if abs(z[i]) < flat or law.alpha < ALPHA_MIN:
                log_f, _, _, d_z, d_alpha = point.values(abs(z[i]), law.alpha)
                out[1, begin + i] = math.copysign(d_z, -z[i]) * inverse
                if law.alpha < ALPHA_MIN:
                    out[0, begin + i], out[2, begin + i] = log_f - log_scale, d_alpha


@kernel
def _at(
    z: float, alpha: float, bulk: np.ndarray, wing: np.ndarray, c: np.ndarray, work: np.ndarray
) -> tuple[float, float, float]:
    """`block` for a single z >= 0 and its own alpha: sums one segment's coefficients only."""
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
                return with_wing(z, 2.0 - alpha, h, in_t * (4.0 * wing[row, 6] * z / s), h_alpha)
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
