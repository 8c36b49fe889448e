"""Sums from which streams of values are fitted: cosines and sines at octaves of frequency, moments, zeros.

A row of values comes at a time, one value for each stream, and nothing else of it is kept. The state of `BLOCK`
streams lies together, (blocks, STATE, BLOCK): four cosine and four sine sums, the centre, and the rate that makes a
phase of a distance from it. The sums are those of the phase and its first three doublings: one sine and cosine a value.
Loops have no branches, so that the compiler keeps them in vector registers; what a block needs stays in the cache.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel

OCTAVES = 4
BLOCK = 512
SHARE = 0.15  # of the pilot's inverse scale, that the first rate is: alpha's error is least for 1.2, and flat elsewhere
CENTRE, RATE, STATE = 2 * OCTAVES, 2 * OCTAVES + 1, 2 * OCTAVES + 2
_ROUND = np.float32(12582912.0)  # 1.5 * 2^23: adding and subtracting it rounds to the nearest integer
_PER_TURN = np.float32(0.5 / math.pi)
_TURN_HIGH = np.float32(6.28125)  # 2 pi to 9 bits, so that its multiples up to 2^13 are exact, and the rest of it
_TURN_LOW = np.float32(2.0 * math.pi - 6.28125)
FARTHEST = np.float32(8192.0)  # phases beyond are rounding noise, and rarer than 1e-5: they count as 0
_EIGHTH, _ONE, _TWO, _ZERO = np.float32(0.125), np.float32(1.0), np.float32(2.0), np.float32(0.0)
_C2, _C4, _C6 = np.float32(-1 / 2), np.float32(1 / 24), np.float32(-1 / 720)
_S3, _S5, _S7 = np.float32(-1 / 6), np.float32(1 / 120), np.float32(-1 / 5040)


@kernel
def _phases(x: np.ndarray, centre: np.ndarray, rate: np.ndarray, theta: np.ndarray, near: np.ndarray) -> None:
    """Phases of x, 0 where they are too far; near is 1, 0 where they are, and nan where x is not finite."""
    for i in range(x.size):
        value = np.float32(x[i])
        phase = (value - np.float32(centre[i])) * np.float32(rate[i])
        inside = abs(phase) < FARTHEST
        theta[i] = phase if inside else _ZERO
        near[i] = (_ONE if inside else _ZERO) + _ZERO * value


@kernel
def _phasors(theta: np.ndarray, c: np.ndarray, s: np.ndarray) -> None:
    """Cosine and sine of each theta up to `FARTHEST`, to 1e-6: power series at an eighth, doubled three times."""
    for i in range(theta.size):
        turns = (theta[i] * _PER_TURN + _ROUND) - _ROUND
        r = _EIGHTH * ((theta[i] - turns * _TURN_HIGH) - turns * _TURN_LOW)
        q = r * r
        b = r * (_ONE + q * (_S3 + q * (_S5 + q * _S7)))
        a = _ONE + q * (_C2 + q * (_C4 + q * _C6))
        a, b = (a - b) * (a + b), _TWO * a * b
        a, b = (a - b) * (a + b), _TWO * a * b
        c[i], s[i] = (a - b) * (a + b), _TWO * a * b


@kernel
def add(x: np.ndarray, first: int, state: np.ndarray) -> None:
    """Add values x of the streams from `first` on, a multiple of `BLOCK`; nan and infinite ones make the sums nan."""
    theta, near = np.empty(BLOCK, dtype=np.float32), np.empty(BLOCK, dtype=np.float32)
    c, s = np.empty(BLOCK, dtype=np.float32), np.empty(BLOCK, dtype=np.float32)
    for begin in range(0, x.size, BLOCK):
        count = min(BLOCK, x.size - begin)
        block = state[(first + begin) // BLOCK]
        _phases(x[begin : begin + count], block[CENTRE], block[RATE], theta, near)
        _phasors(theta[:count], c, s)
        for j in range(OCTAVES):
            even, odd = block[j], block[OCTAVES + j]
            for i in range(count):
                even[i] += near[i] * c[i]
            for i in range(count):
                odd[i] += near[i] * s[i]
            for i in range(count):
                a, b = c[i], s[i]
                c[i], s[i] = (a - b) * (a + b), _TWO * a * b


@kernel
def add_moments(x: np.ndarray, share: float, mean: np.ndarray, square: np.ndarray, zeros: np.ndarray) -> None:
    """Add the n-th value of each stream to means and sums of squares about them (Welford, Technometrics 4, 1962).

    share is 1 / n, of the type of the means. Zeros are counted.
    """
    for i in range(x.size):
        gap = x[i] - mean[i]
        mean[i] += gap * share
        square[i] += gap * (x[i] - mean[i])
    for i in range(x.size):
        zeros[i] += x[i] == _ZERO
