"""Covariance of McCulloch's estimates of general laws, by the delta method from that of five sample quantiles."""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.skewed_mcculloch_table import LOG_INNER, LOG_OUTER, LOG_RATIO, MEDIAN, SKEWNESS, upper

_ALPHA_MAX = 2.0
BETA_UNKNOWN = 1.0  # stands for the variance of beta at alpha = 2: half the width of its range, squared
_LEVELS = np.array([0.25, 0.75, 0.05, 0.95, 0.5])


@kernel
def _quantiles(alpha: float, beta: float, table: np.ndarray, q: np.ndarray, density: np.ndarray) -> None:
    """The law's quantiles at the levels, and the densities there."""
    up, down = np.empty((6, 3)), np.empty((6, 3))
    upper(table, alpha, beta, up)
    upper(table, alpha, -beta, down)
    q[0], q[1], q[2], q[3], q[4] = -down[0, 0], up[0, 0], -down[1, 0], up[1, 0], 0.5 * (up[2, 0] - down[2, 0])
    density[0], density[1], density[2], density[3] = down[3, 0], up[3, 0], down[4, 0], up[4, 0]
    density[4] = 0.5 * (up[5, 0] + down[5, 0])
    for i in range(5):
        density[i] = math.exp(density[i])


@kernel
def _contrasts(q: np.ndarray, out: np.ndarray) -> None:
    """Derivatives of the contrasts (skewed_mcculloch_table.contrasts) in the quantiles, (5, 5)."""
    out[:, :] = 0.0
    inner, outer = q[1] - q[0], q[3] - q[2]
    skewness = (q[3] + q[2] - 2.0 * q[4]) / outer
    out[LOG_INNER, 0], out[LOG_INNER, 1] = -1.0 / inner, 1.0 / inner
    out[LOG_OUTER, 2], out[LOG_OUTER, 3] = -1.0 / outer, 1.0 / outer
    out[LOG_RATIO, :] = out[LOG_OUTER] - out[LOG_INNER]
    out[SKEWNESS, 2], out[SKEWNESS, 3], out[SKEWNESS, 4] = (
        (1.0 + skewness) / outer,
        (1.0 - skewness) / outer,
        -2.0 / outer,
    )
    out[MEDIAN, 4] = 1.0


@kernel
def spread(
    alpha: float, beta: float, n: float, free: np.ndarray, table: np.ndarray, c: np.ndarray, cov: np.ndarray
) -> None:
    """Covariance of (alpha, beta, loc, scale) at scale 1 into cov, c being the law's contrasts; zeros where held.

    cov(q_p, q_r) = p (1 - r) / (n f_p f_r) for p < r. Where alpha is 2 beta counts as held, and its variance is
    BETA_UNKNOWN. Elsewhere at the ends of the ranges this is the covariance of estimates that may go beyond.
    """
    q, density, by, rows = np.empty(5), np.empty(5), np.empty((5, 5)), np.zeros((4, 5))
    _quantiles(alpha, beta, table, q, density)
    _contrasts(q, by)
    free_beta = free[1] and alpha < _ALPHA_MAX
    of = LOG_OUTER if not free[1] and not free[3] else LOG_RATIO
    for k in range(5):  # derivatives of the estimates in quantile k
        in_ratio, in_skewness = by[of, k], by[SKEWNESS, k]
        if free[0] and free_beta:
            det = c[of, 1] * c[SKEWNESS, 2] - c[of, 2] * c[SKEWNESS, 1]
            rows[0, k] = (c[SKEWNESS, 2] * in_ratio - c[of, 2] * in_skewness) / det
            rows[1, k] = (c[of, 1] * in_skewness - c[SKEWNESS, 1] * in_ratio) / det
        elif free[0]:
            rows[0, k] = in_ratio / c[of, 1]
        elif free_beta:
            rows[1, k] = in_skewness / c[SKEWNESS, 2]
        if free[3]:
            rows[3, k] = by[LOG_INNER, k] - c[LOG_INNER, 1] * rows[0, k] - c[LOG_INNER, 2] * rows[1, k]
        if free[2]:
            moved = c[MEDIAN, 1] * rows[0, k] + c[MEDIAN, 2] * rows[1, k] + c[MEDIAN, 0] * rows[3, k]
            rows[2, k] = by[MEDIAN, k] - moved
    for i in range(4):
        for j in range(4):
            cov[i, j] = 0.0
            for k in range(5):
                for m in range(5):
                    low, high = min(_LEVELS[k], _LEVELS[m]), max(_LEVELS[k], _LEVELS[m])
                    cov[i, j] += rows[i, k] * rows[j, m] * low * (1.0 - high) / (n * density[k] * density[m])
    if free[1] and not free_beta:
        cov[1, 1] = BETA_UNKNOWN
