"""The log-likelihood of a sample under a symmetric law, its scores, and the scores' products."""

import math

import numpy as np

from stablefit._kernels.compile import kernel, spliced
from stablefit._kernels.density import BLOCK, Law, block


@spliced
def _add(count: int, part: np.ndarray, in_scale: np.ndarray, sums: np.ndarray) -> None:
    """Add the first values of a block to sums (10, 4): four interleaved sums let the compiler add four at a time."""
    log_f, slope, in_alpha = part[0], part[1], part[2]
    for i in range(0, count, 4):
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


@spliced
def _add_weighted(count: int, weights: np.ndarray, part: np.ndarray, in_scale: np.ndarray, sums: np.ndarray) -> None:
    """Add the first values of a block, each as often as its weight says."""
    for i in range(count):
        w, a, d, g = weights[i], part[2, i], -part[1, i], in_scale[i]
        sums[0, 0] += w * part[0, i]
        sums[1, 0] += w * a
        sums[2, 0] += w * d
        sums[3, 0] += w * g
        sums[4, 0] += w * a * a
        sums[5, 0] += w * a * d
        sums[6, 0] += w * a * g
        sums[7, 0] += w * d * d
        sums[8, 0] += w * d * g
        sums[9, 0] += w * g * g


@kernel
def add_up(x: np.ndarray, weights: np.ndarray, loc: float, log_scale: float, law: Law, out: np.ndarray) -> None:
    """Log-likelihood, its derivatives in alpha, loc and log scale, and the sums of their products, into out (10,).

    The products come in the order aa, al, as, ll, ls, ss. Each value counts as often as its weight says; no weights at
    all are ones. Blocks and partial sums in each fix the order of summation, hence the bits.
    """
    z, work, part = np.empty(BLOCK), np.empty((3, BLOCK)), np.empty((3, BLOCK))
    index = np.empty(BLOCK, dtype=np.int64)
    sums = np.zeros((10, 4))
    inverse, size = math.exp(-log_scale), 0.0
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        for i in range(count):
            z[i] = (x[begin + i] - loc) * inverse
        block(z, count, law, work, index, part)
        in_scale = work[0]
        for i in range(count):
            in_scale[i] = -1.0 - z[i] * part[1, i]
        if weights.size == 0:
            size += count
            whole = count
            while whole % 4 != 0:  # the last block, filled up with values that add nothing
                part[0, whole], part[1, whole], part[2, whole], in_scale[whole] = 0.0, 0.0, 0.0, 0.0
                whole += 1
            _add(whole, part, in_scale, sums)
        else:
            for i in range(count):
                size += weights[begin + i]
            _add_weighted(count, weights[begin:], part, in_scale, sums)
    for j in range(10):
        out[j] = (sums[j, 0] + sums[j, 1]) + (sums[j, 2] + sums[j, 3])
    out[0] -= size * log_scale
    for j in (2, 5, 8):
        out[j] *= inverse
    out[7] *= inverse * inverse
