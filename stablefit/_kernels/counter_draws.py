"""Standard draws keyed by path, step and stream (philox.py), in blocks of steps by paths."""

import math

import numpy as np

from stablefit._kernels import draws
from stablefit._kernels.binary import exp2, log2
from stablefit._kernels.compile import kernel
from stablefit._kernels.elementary import sine
from stablefit._kernels.philox import BLOCK, pair, uniforms

_HALF_PI, _LOG_2 = 0.5 * math.pi, math.log(2.0)
_TINY = 2.0**-54  # half of the uniforms' resolution: keeps angles and logarithms away from zero


@kernel
def symmetric(
    key: np.uint64,
    paths: np.ndarray,
    steps: np.ndarray,
    count: int,
    stream: np.uint64,
    alpha: float,
    work: np.ndarray,
    out: np.ndarray,
) -> None:
    """Symmetric stable draws of scale 1 into out[k m + i], for `count` steps from steps[i] on of paths[i].

    At alpha = 2 these are normal with variance 2. Work is scratch of twice the size.
    """
    size = count * paths.size
    uniforms(key, paths, steps, count, stream, work)
    draws.symmetric(work[: 2 * size], np.full(1, alpha), np.zeros(1), np.ones(1), out[:size])


@kernel
def mixing_roots(
    key: np.uint64,
    paths: np.ndarray,
    steps: np.ndarray,
    count: int,
    stream: np.uint64,
    alpha: float,
    work: np.ndarray,
    out: np.ndarray,
) -> None:
    """Square roots of positive stable draws A, E exp(-s A) = exp(-s^(alpha/2)), placed as in `symmetric`.

    sqrt(A) times normals of variance 2 has characteristic function exp(-|u|^alpha). Kanter (Ann. Probab. 3, 1975):
    with a = alpha/2, U uniform on (0, pi), E exponential, and R = sin((1 - a) U),

        A = sin(a U) E / R (R / (E sin U))^(1/a).
    """
    size = count * paths.size
    uniforms(key, paths, steps, count, stream, work)
    a = 0.5 * alpha
    rest = 1.0 - a if a < 1.0 else 1e-140  # at alpha = 2 A is 1
    power, body = np.empty(BLOCK), np.empty(BLOCK)
    for begin in range(0, size, BLOCK):
        part = min(BLOCK, size - begin)
        for i in range(part):
            u = math.pi * (work[2 * (begin + i)] + _TINY)
            e = -_LOG_2 * log2(work[2 * (begin + i) + 1] + _TINY)
            e = e if e > _TINY else _TINY
            level = sine(rest * u if rest * u < _HALF_PI else math.pi - rest * u)
            wave = sine(a * u if a * u < _HALF_PI else math.pi - a * u)
            power[i] = level / (e * sine(u if u < _HALF_PI else math.pi - u))
            body[i] = wave * e / level
        for i in range(part):
            power[i] = log2(power[i]) / a
        for i in range(part):
            out[begin + i] = math.sqrt(body[i] * exp2(power[i]))


@kernel
def normal_pairs(
    key: np.uint64, paths: np.ndarray, steps: np.ndarray, stream: np.uint64, first: np.ndarray, second: np.ndarray
) -> None:
    """Two independent standard normal draws of path i at steps[i] into first[i] and second[i] (Box and Muller)."""
    radius, turn = np.empty(BLOCK), np.empty(BLOCK)
    for begin in range(0, paths.size, BLOCK):
        part = min(BLOCK, paths.size - begin)
        for i in range(part):
            radius[i], turn[i] = pair(key, paths[begin + i], steps[begin + i], stream)
        for i in range(part):
            radius[i] = math.sqrt(-2.0 * _LOG_2 * log2(1.0 - radius[i]))
        for i in range(part):
            side = turn[i] - 0.5  # sine and cosine of 2 pi side, from sines of at most pi / 2
            angle = 2.0 * math.pi * abs(side)
            rest = math.pi - angle
            across, along = sine(angle if angle < rest else rest), sine(abs(_HALF_PI - angle))
            first[begin + i] = radius[i] * math.copysign(along, _HALF_PI - angle)
            second[begin + i] = radius[i] * math.copysign(across, side)
