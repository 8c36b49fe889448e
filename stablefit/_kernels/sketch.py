"""Sums from which streams of values are fitted: cosines and sines at octaves of frequency, moments, zeros.

The state of `BLOCK` streams lies together, (blocks, STATE, BLOCK): four cosine and four sine sums, the centre, and the
rate that makes a phase, in turns, of a distance from it. The sums are those of the phase and its first three
doublings: one sine and cosine a value. Rows of values, one value for each stream, come some at a time, (rows, blocks,
BLOCK), padded with zeros: a block's sums go to memory and back once for all of them.
"""

import math
from fractions import Fraction

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.economised import economised

OCTAVES = 4
BLOCK = 512
SHARE = 0.15  # of the pilot's inverse scale, that the first rate is: alpha's error is least for 1.2, and flat elsewhere
TURN = 2.0 * math.pi
CENTRE, RATE, STATE = 2 * OCTAVES, 2 * OCTAVES + 1, 2 * OCTAVES + 2
FARTHEST = np.float32(1024.0)  # turns; phases beyond are rounding noise, and rarer than 1e-5: they count as 0
_ROUND = np.float32(12582912.0)  # 1.5 * 2^23: adding and subtracting it rounds to the nearest integer
_ONE, _ZERO = np.float32(1.0), np.float32(0.0)
# Where each row of a block begins.
_S0, _C1, _S1, _C2, _S2, _C3, _S3 = (BLOCK * row for row in (4, 1, 5, 2, 6, 3, 7))
_CENTRES, _RATES = BLOCK * CENTRE, BLOCK * RATE


def _half_turns(first: int) -> list[np.float32]:
    """Coefficients in r^2, |r| <= 1/2, of cos(pi r) for first = 0, of sin(pi r) / r for 1: 1.1e-7 and 3e-8 off."""
    pi = Fraction(math.pi)
    powers = range(first, first + 20, 2)
    taylor = [(-1) ** (k // 2) * pi**k / math.factorial(k) for k in powers]
    return [np.float32(c) for c in economised(taylor, Fraction(0), Fraction(1, 4), 4)]


_EVEN0, _EVEN1, _EVEN2, _EVEN3, _EVEN4 = _half_turns(0)
_ODD0, _ODD1, _ODD2, _ODD3, _ODD4 = _half_turns(1)


@kernel
def _add_phasors(x: np.ndarray, block: np.ndarray) -> None:
    """Add `BLOCK` values to the sums of a block, flat, to 1e-6 each; what is not finite makes them nan.

    Sine and cosine of half the phase are polynomials, and doubled once. The distance between two rows of the block is
    a constant to the compiler, which so knows that they do not overlap: the loop has no branches and is vectorised.
    """
    for i in range(BLOCK):
        turns = (x[i] - np.float32(block[i + _CENTRES])) * np.float32(block[i + _RATES])
        r = turns - ((turns + _ROUND) - _ROUND)
        q = r * r
        even = _EVEN0 + q * (_EVEN1 + q * (_EVEN2 + q * (_EVEN3 + q * _EVEN4)))
        odd = r * (_ODD0 + q * (_ODD1 + q * (_ODD2 + q * (_ODD3 + q * _ODD4))))
        twice = odd + odd
        near, nothing = abs(turns) < FARTHEST, _ZERO * turns
        c, s = (_ONE - twice * odd) if near else nothing, (twice * even) if near else nothing
        block[i] += c
        block[i + _S0] += s
        c, s = (c - s) * (c + s), (c + c) * s
        block[i + _C1] += c
        block[i + _S1] += s
        c, s = (c - s) * (c + s), (c + c) * s
        block[i + _C2] += c
        block[i + _S2] += s
        c, s = (c - s) * (c + s), (c + c) * s
        block[i + _C3] += c
        block[i + _S3] += s


@kernel
def _add_moments(x: np.ndarray, share: float, mean: np.ndarray, square: np.ndarray, zeros: np.ndarray) -> None:
    """Add the n-th value of each stream to means and sums of squares about them (Welford, Technometrics 4, 1962).

    share is 1 / n, of the type of the means. Zeros are counted.
    """
    for i in range(x.size):
        gap = x[i] - mean[i]
        mean[i] += gap * share
        square[i] += gap * (x[i] - mean[i])
    for i in range(x.size):
        zeros[i] += x[i] == _ZERO


@kernel
def add_sums(rows: np.ndarray, state: np.ndarray) -> None:
    """Add rows to the sums; state as (blocks, STATE * BLOCK)."""
    for k in range(state.shape[0]):
        for row in range(rows.shape[0]):
            _add_phasors(rows[row, k], state[k])


@kernel
def add_moments(rows: np.ndarray, shares: np.ndarray, mean: np.ndarray, square: np.ndarray, zeros: np.ndarray) -> None:
    """Add a row for each share, 1 / n where it is the n-th, to moments of the streams, which have no padding."""
    for k in range(rows.shape[1]):
        first = k * BLOCK
        last = min(first + BLOCK, mean.size)
        for row in range(shares.size):
            _add_moments(
                rows[row, k, : last - first], shares[row], mean[first:last], square[first:last], zeros[first:last]
            )


@kernel
def add(
    rows: np.ndarray, shares: np.ndarray, state: np.ndarray, mean: np.ndarray, square: np.ndarray, zeros: np.ndarray
) -> None:
    """Add rows to both, block after block, while they are in the cache."""
    for k in range(state.shape[0]):
        first = k * BLOCK
        last = min(first + BLOCK, mean.size)
        for row in range(shares.size):
            x = rows[row, k]
            _add_phasors(x, state[k])
            _add_moments(x[: last - first], shares[row], mean[first:last], square[first:last], zeros[first:last])
