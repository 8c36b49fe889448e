"""Steps of paths whose drift is linear: Euler's, and the exact ones of Ornstein and Uhlenbeck.

Path by path: each stops at the step that takes it out of the region.
"""

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.exits import RUNNING, Region, fate


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
    several = factors.shape[0] > 1
    for i in range(x.shape[0]):
        for k in range(noise.shape[0]):
            row = k if several else 0
            for a in range(x.shape[1]):
                x[i, a] = centre[a] + factors[row, a] * (x[i, a] - centre[a]) + noise[k, i, a]
            state = fate(x, i, region)
            if state != RUNNING:
                status[i], time[i] = state, ends[k]
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
    several = factors.shape[0] > 1
    away = np.empty(x.shape[1])
    for i in range(x.shape[0]):
        for k in range(noise.shape[0]):
            row = k if several else 0
            for a in range(x.shape[1]):
                away[a] = x[i, a] - centre[a]
            for a in range(x.shape[1]):
                total = 0.0
                for b in range(x.shape[1]):
                    total += factors[row, a, b] * away[b]
                x[i, a] = centre[a] + total + noise[k, i, a]
            state = fate(x, i, region)
            if state != RUNNING:
                status[i], time[i] = state, ends[k]
                break
