"""Symmetric laws from the sums of sketch.py, by the generalised least squares of ecf.py."""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.ecf import NOT_CONVERGED, least_squares, locate, spread
from stablefit._kernels.moments import LOWEST, WEIGHTS_UP_TO, covariances, decays
from stablefit._kernels.sketch import BLOCK, CENTRE, OCTAVES, RATE, SHARE, TURN
from stablefit._kernels.triangular import factor

_PILOT = math.log(SHARE / LOWEST)  # of the pilot's scale over the unit of moments.py


@kernel
def _first_alpha(g: np.ndarray) -> float:
    """Alpha from the second and the last octave: log(-log g) rises by alpha log 4."""
    low, high = -math.log(min(max(g[1], 1e-9), 0.999999)), -math.log(min(max(g[3], 1e-9), 0.999999))
    return min(max(math.log(high / low) / math.log(4.0), 0.3), WEIGHTS_UP_TO)


@kernel
def fill(state: np.ndarray, first: int, n: float, out: np.ndarray, cov: np.ndarray, status: np.ndarray) -> None:
    """Fit n values each of the streams from `first` on: (alpha, loc, scale) into out (3, k), covariances (k, 3, 3).

    nan, and not converged, where the sums are not finite.
    """
    phi, g = np.empty((2, OCTAVES)), np.empty(OCTAVES)
    even, odd, lower = np.empty((OCTAVES, OCTAVES)), np.empty((OCTAVES, OCTAVES)), np.empty((OCTAVES, OCTAVES))
    e, pair = np.empty(2**OCTAVES + 1), np.empty((2, 2))
    for k in range(status.size):
        block, i = state[(first + k) // BLOCK], (first + k) % BLOCK
        for j in range(OCTAVES):
            phi[0, j], phi[1, j] = block[j, i] / n, block[OCTAVES + j, i] / n
            g[j] = (n * (phi[0, j] * phi[0, j] + phi[1, j] * phi[1, j]) - 1.0) / (n - 1.0)
        status[k] = NOT_CONVERGED
        out[:, k] = math.nan
        cov[k] = math.nan
        if math.isnan(g[0] + g[1] + g[2] + g[3]):
            continue
        start = _first_alpha(g)
        decays(start, _PILOT, e)
        covariances(e, n, lower, odd)
        factor(lower)
        alpha, log_scale, w, status[k] = least_squares(g, start, _PILOT, True, True, lower)
        # the pilot's scale is rough: weights for the one that was found
        decays(min(alpha, WEIGHTS_UP_TO), log_scale, e)
        covariances(e, n, lower, odd)
        factor(lower)
        alpha, log_scale, w, status[k] = least_squares(g, alpha, log_scale, True, True, lower)
        decays(alpha, log_scale, e)
        covariances(e, n, even, odd)
        spread(lower, w, even, True, True, pair)
        unit = LOWEST / (TURN * block[RATE, i])
        scale = unit * math.exp(log_scale)
        loc, variance, found = locate(phi, e, odd)
        if not found:
            status[k] = NOT_CONVERGED
        out[0, k], out[1, k], out[2, k] = alpha, block[CENTRE, i] + unit * loc, scale
        cov[k] = 0.0
        cov[k, 0, 0], cov[k, 1, 1], cov[k, 2, 2] = pair[0, 0], unit * unit * variance, scale * scale * pair[1, 1]
        cov[k, 0, 2] = cov[k, 2, 0] = scale * pair[0, 1]
