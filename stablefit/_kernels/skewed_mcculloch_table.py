"""Quantiles of the standard S0 law as functions of (alpha, beta), for McCulloch's estimator, from a table of series.

The table, of tools/skewed_mcculloch_table.py, holds products of Chebyshev polynomials in alpha and beta, on each of the
pieces between `ALPHAS` and between `BETAS`: q75, q95 and q50, and the logarithms of the densities there. Lower
quantiles follow by reflection. Pieces are short where beta makes a light tail: below alpha = 1 the density there has a
peak that a quantile crosses within a few hundredths of beta. Quantiles are within 4e-6 of what they should be, relative
to the larger of them and 1, densities within 3e-4.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel

ALPHAS = np.array([0.5, 0.64, 0.9, 1.35, 2.0])
BETAS = np.array([-1.0, -0.92, -0.88, -0.845, -0.79, -0.6, -0.44, -0.3, -0.1, 0.1, 1.0])
TERMS = 13
LOG_RATIO, SKEWNESS, MEDIAN, LOG_INNER = 0, 1, 2, 3  # what tells alpha, beta, loc and scale


@kernel
def _piece(breaks: np.ndarray, x: float, t: np.ndarray, slope: np.ndarray) -> int:
    """The piece that x lies on; the polynomials there into t, and their derivatives in x into slope."""
    i = 0
    while i < breaks.size - 2 and x >= breaks[i + 1]:
        i += 1
    rate = 2.0 / (breaks[i + 1] - breaks[i])
    z = (x - breaks[i]) * rate - 1.0
    t[0], t[1], slope[0], slope[1] = 1.0, z, 0.0, rate
    for k in range(2, TERMS):
        t[k] = 2.0 * z * t[k - 1] - t[k - 2]
        slope[k] = 2.0 * (rate * t[k - 1] + z * slope[k - 1]) - slope[k - 2]
    return i


@kernel
def upper(table: np.ndarray, alpha: float, beta: float, out: np.ndarray) -> None:
    """The first rows of the table into out[:, 0], their derivatives in alpha and beta into out[:, 1] and out[:, 2]."""
    x, x_slope, y, y_slope = np.empty(TERMS), np.empty(TERMS), np.empty(TERMS), np.empty(TERMS)
    piece = table[_piece(ALPHAS, alpha, x, x_slope), _piece(BETAS, beta, y, y_slope)]
    out[:, :] = 0.0
    for k in range(out.shape[0]):
        for i in range(TERMS):
            value, rise = 0.0, 0.0
            for j in range(TERMS):
                value += piece[k, i, j] * y[j]
                rise += piece[k, i, j] * y_slope[j]
            out[k, 0] += x[i] * value
            out[k, 1] += x_slope[i] * value
            out[k, 2] += x[i] * rise


@kernel
def contrasts(table: np.ndarray, alpha: float, beta: float, out: np.ndarray) -> None:
    """McCulloch's functions of (alpha, beta) into out[:, 0], their derivatives into out[:, 1] and out[:, 2].

    Log of (q95 - q05) / (q75 - q25), (q95 + q05 - 2 q50) / (q95 - q05), q50, and log of q75 - q25.
    """
    up, down = np.empty((3, 3)), np.empty((3, 3))  # q05 is -down[1] and so on
    upper(table, alpha, beta, up)
    upper(table, alpha, -beta, down)
    for k in range(3):
        down[k, 2] = -down[k, 2]
    inner, outer = up[0, 0] + down[0, 0], up[1, 0] + down[1, 0]
    skew = (up[1, 0] - down[1, 0]) - (up[2, 0] - down[2, 0])
    out[LOG_INNER, 0], out[MEDIAN, 0] = math.log(inner), 0.5 * (up[2, 0] - down[2, 0])
    out[LOG_RATIO, 0], out[SKEWNESS, 0] = math.log(outer) - out[LOG_INNER, 0], skew / outer
    for d in range(1, 3):
        rise = (up[1, d] + down[1, d]) / outer
        bend = (up[1, d] - down[1, d]) - (up[2, d] - down[2, d])
        out[LOG_INNER, d], out[MEDIAN, d] = (up[0, d] + down[0, d]) / inner, 0.5 * (up[2, d] - down[2, d])
        out[LOG_RATIO, d], out[SKEWNESS, d] = rise - out[LOG_INNER, d], bend / outer - out[SKEWNESS, 0] * rise
