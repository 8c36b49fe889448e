"""Gradient descent with stable noise on Ackley's function, from its minimum until it has left a disc.

f(x, y) = -20 exp(-.2 sqrt((x^2 + y^2) / 2)) - exp((cos 2 pi x + cos 2 pi y) / 2) + e + 20. At the origin, where f has a
cone, the gradient is taken as 0.
"""

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@numba.njit(cache=True, error_model="numpy")
def gradient(x: float, y: float) -> tuple[float, float]:
    """Gradient of Ackley's function at (x, y)."""
    root = math.sqrt(0.5 * (x * x + y * y))
    if root == 0.0:
        return 0.0, 0.0
    bowl = 2.0 * math.exp(-0.2 * root) / root
    waves = math.pi * math.exp(0.5 * (math.cos(2.0 * math.pi * x) + math.cos(2.0 * math.pi * y)))
    return bowl * x + waves * math.sin(2.0 * math.pi * x), bowl * y + waves * math.sin(2.0 * math.pi * y)


@numba.njit(cache=True, error_model="numpy")
def standard_stable(alpha: float, stream: Any) -> float:
    """One draw of the standard symmetric stable law: Chambers, Mallows and Stuck (1976)."""
    angle = math.pi * (stream.random() - 0.5)
    wait = stream.standard_exponential()
    if alpha == 1.0:
        return math.tan(angle)
    power = (math.cos((1.0 - alpha) * angle) / wait) ** ((1.0 - alpha) / alpha)
    return math.sin(alpha * angle) / math.cos(angle) ** (1.0 / alpha) * power


@numba.njit(cache=True, error_model="numpy")
def leave(alphas: FloatArray, eta: float, scale: float, radius: float, longest: int, stream: Any) -> tuple[int, int]:
    """Steps until |w| > radius, and the axis of the larger coordinate then; axis -1 if that takes too long."""
    x = y = 0.0
    for step in range(1, longest + 1):
        along_x, along_y = gradient(x, y)
        x -= eta * (along_x + scale * standard_stable(alphas[0], stream))
        y -= eta * (along_y + scale * standard_stable(alphas[1], stream))
        if not x * x + y * y <= radius * radius:
            return step, 0 if abs(x) > abs(y) else 1
    return longest, -1


def exits(
    alphas: FloatArray, *, eta: float, scale: float, radius: float, longest: int, seed: int, paths: range
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return steps and axes of the given paths; path i draws from a stream of (seed, i), whatever the others are."""
    steps, axes = np.empty(len(paths), np.int64), np.empty(len(paths), np.int64)
    for place, path in enumerate(paths):
        stream = np.random.default_rng([seed, path])
        steps[place], axes[place] = leave(alphas, eta, scale, radius, longest, stream)
    return steps, axes
