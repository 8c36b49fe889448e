"""The empirical characteristic function at multiples of a lowest frequency.

One cosine and sine a value, the rest by Chebyshev's recurrence. The loops are those of characteristic.py: without
branches, and summed over fixed blocks, so that the bits do not depend on the machine. Measured error of the k-th
multiple k times 2e-15.
"""

import numpy as np

from stablefit._kernels.characteristic import _BLOCK, _FARTHEST, _folded, _phasors
from stablefit._kernels.compile import kernel


@kernel
def harmonics(x: np.ndarray, loc: float, lowest: float, out: np.ndarray) -> None:
    """Write the mean of exp(i t (x - loc)) at t = lowest (k + 1): real parts into out[0, k], imaginary ones in out[1].

    A value more than `_FARTHEST` from loc in units of 1 / lowest counts as 0, as its phase is rounding noise.
    """
    theta, c, s, rise = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    before_c, before_s = np.empty(_BLOCK), np.empty(_BLOCK)
    real, imaginary = np.zeros((out.shape[1], _BLOCK)), np.zeros((out.shape[1], _BLOCK))
    idle = 0  # places of a block that stand for no value: they enter as exp(0) and are taken out again at the end
    for begin in range(0, x.size, _BLOCK):
        count = min(_BLOCK, x.size - begin)
        for i in range(count):
            phase = lowest * (x[begin + i] - loc)
            near = abs(phase) < _FARTHEST
            theta[i] = phase if near else 0.0
            idle += 0 if near else 1
        for i in range(count, _BLOCK):
            theta[i] = 0.0
        idle += _BLOCK - count
        _phasors(theta, c, s)
        for i in range(_BLOCK):
            rise[i] = 2.0 * c[i]
            before_c[i], before_s[i] = 1.0, 0.0
        for k in range(out.shape[1]):
            re, im = real[k], imaginary[k]
            for i in range(_BLOCK):
                re[i] += c[i]
                im[i] += s[i]
                next_c, next_s = rise[i] * c[i] - before_c[i], rise[i] * s[i] - before_s[i]
                before_c[i], before_s[i] = c[i], s[i]
                c[i], s[i] = next_c, next_s
    for k in range(out.shape[1]):
        out[0, k] = (_folded(real[k]) - idle) / x.size
        out[1, k] = _folded(imaginary[k]) / x.size


@kernel
def fill(rows: np.ndarray, loc: np.ndarray, lowest: np.ndarray, out: np.ndarray) -> None:
    """`harmonics` of each row about its own loc, with its own lowest frequency, into out[i]."""
    for i in range(rows.shape[0]):
        harmonics(rows[i], loc[i], lowest[i], out[i])
