"""Random numbers as a function of a key and a counter: Philox 4x32 with ten rounds.

J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011. The
counter is the number of the path, the number of the step, and the stream: a path's numbers are the same whatever else
is drawn, in whatever order. Products of 32-bit numbers in 64 bits vectorise.
"""

import numpy as np

from stablefit._kernels.compile import inlined, kernel

_FACTOR_0, _FACTOR_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF, _TO_53 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11)
_UNIT = 2.0**-53
BLOCK = 256


@inlined
def _round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    first, second = _FACTOR_0 * c0, _FACTOR_1 * c2
    return (second >> _HALF) ^ c1 ^ k0, second & _LOW, (first >> _HALF) ^ c3 ^ k1, first & _LOW


@inlined
def words(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four random words of 32 bits from a counter and a key of such words."""
    for _ in range(10):
        c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@inlined
def pair(key: np.uint64, path: np.uint64, step: np.uint64, stream: np.uint64) -> tuple[float, float]:
    """Two uniforms in [0, 1), multiples of 2^-53. Path and stream are below 2^32."""
    c0, c1, c2, c3 = words(step & _LOW, step >> _HALF, path, stream, key & _LOW, key >> _HALF)
    high, low = ((c1 << _HALF) | c0) >> _TO_53, ((c3 << _HALF) | c2) >> _TO_53
    return np.float64(np.int64(high)) * _UNIT, np.float64(np.int64(low)) * _UNIT


@kernel
def uniforms(
    key: np.uint64, paths: np.ndarray, steps: np.ndarray, count: int, stream: np.uint64, out: np.ndarray
) -> None:
    """Pairs of path i at `count` steps from steps[i] on into out[2 (k m + i)] and the place after, m = paths.size."""
    path, step = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    k, i = 0, 0
    for begin in range(0, count * paths.size, BLOCK):
        size = min(BLOCK, count * paths.size - begin)
        for j in range(size):
            path[j], step[j] = paths[i], steps[i] + np.uint64(k)
            i += 1
            if i == paths.size:
                k, i = k + 1, 0
        part = out[2 * begin : 2 * (begin + size)]
        for j in range(size):
            part[2 * j], part[2 * j + 1] = pair(key, path[j], step[j], stream)
