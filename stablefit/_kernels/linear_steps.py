"""Steps of paths whose drift is linear: Euler's, and the exact ones of Ornstein and Uhlenbeck.

Path by path: each stops at the step that takes it out of the region. Whether it does is found in the loop over axes,
for a second one would wait for the first.
"""

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.exits import Region, verdict


@kernel
def diagonal_steps(
    x: np.ndarray,
    noise: np.ndarray,
    factors: np.ndarray,
    centre: np.ndarray,
    ends: np.ndarray,
    region: Region,
    status: np.ndarray,
    time: np.ndarray,
) -> None:
    """x - centre = factors[k] (x - centre) + noise[k] axis by axis, at ends[k] after step k; one row: for all steps."""
    lower, upper, middle, limit = region
    several = factors.shape[0] > 1
    for i in range(x.shape[0]):
        for k in range(noise.shape[0]):
            row = k if several else 0
            beyond, square = False, 0.0
            for a in range(x.shape[1]):
                value = centre[a] + factors[row, a] * (x[i, a] - centre[a]) + noise[k, i, a]
                beyond |= not lower[a] < value < upper[a]
                square += (value - middle[a]) ** 2
                x[i, a] = value
            if beyond or not square <= limit:
                status[i], time[i] = verdict(x, i), ends[k]
                break


@kernel
def matrix_steps(
    x: np.ndarray,
    noise: np.ndarray,
    factors: np.ndarray,
    centre: np.ndarray,
    ends: np.ndarray,
    region: Region,
    status: np.ndarray,
    time: np.ndarray,
) -> None:
    """The same with a matrix a step, factors of shape (1 or steps, N, N)."""
    lower, upper, middle, limit = region
    several = factors.shape[0] > 1
    away = np.empty(x.shape[1])
    for i in range(x.shape[0]):
        for k in range(noise.shape[0]):
            row = k if several else 0
            for a in range(x.shape[1]):
                away[a] = x[i, a] - centre[a]
            beyond, square = False, 0.0
            for a in range(x.shape[1]):
                total = 0.0
                for b in range(x.shape[1]):
                    total += factors[row, a, b] * away[b]
                value = centre[a] + total + noise[k, i, a]
                beyond |= not lower[a] < value < upper[a]
                square += (value - middle[a]) ** 2
                x[i, a] = value
            if beyond or not square <= limit:
                status[i], time[i] = verdict(x, i), ends[k]
                break
