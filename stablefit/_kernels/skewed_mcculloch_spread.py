"""McCulloch's contrasts of sample quantiles: their covariance, that of the estimates, and what held parameters tell.

Four contrasts tell four parameters. Where some are held, the others are those whose contrasts are nearest to the data's
in the metric of the inverse covariance, so that to know more never makes an estimate worse.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy, dot
from stablefit._kernels.skewed_mcculloch_table import LOG_INNER, LOG_RATIO, MEDIAN, SKEWNESS, contrasts, upper
from stablefit._kernels.skewed_step import (
    ALPHA,
    ALPHA_MAX,
    BETA,
    BETA_UNKNOWN,
    LOC,
    LOG_SCALE,
    curvature,
    downhill,
    move,
    solve,
)
from stablefit._kernels.triangular import factor, forward

ALPHA_MIN = 0.5
_LEVELS = np.array([0.25, 0.75, 0.05, 0.95, 0.5])
_MOST_STEPS = 100
_TIGHT = 1e-12  # promised fall of the weighted sum of squares, a squared distance in standard errors, at which to stop


@kernel
def covariance(table: np.ndarray, alpha: float, beta: float, n: float, out: np.ndarray) -> None:
    """Asymptotic covariance (4, 4) of the contrasts of n values of the standard law.

    By the delta method from cov(q_p, q_r) = p (1 - r) / (n f_p f_r) for p < r.
    """
    up, down, rows = np.empty((6, 3)), np.empty((6, 3)), np.zeros((4, 5))
    upper(table, alpha, beta, up)
    upper(table, alpha, -beta, down)
    density = np.array([down[3, 0], up[3, 0], down[4, 0], up[4, 0], 0.5 * (up[5, 0] + down[5, 0])])
    inner, outer = up[0, 0] + down[0, 0], up[1, 0] + down[1, 0]
    skewness = ((up[1, 0] - down[1, 0]) - (up[2, 0] - down[2, 0])) / outer
    # derivatives in the quantiles at the levels, over the densities
    rows[LOG_RATIO, 0], rows[LOG_RATIO, 1] = 1.0 / inner, -1.0 / inner
    rows[LOG_RATIO, 2], rows[LOG_RATIO, 3] = -1.0 / outer, 1.0 / outer
    rows[SKEWNESS, 2], rows[SKEWNESS, 3] = (1.0 + skewness) / outer, (1.0 - skewness) / outer
    rows[SKEWNESS, 4], rows[MEDIAN, 4] = -2.0 / outer, 1.0
    rows[LOG_INNER, 0], rows[LOG_INNER, 1] = -1.0 / inner, 1.0 / inner
    for k in range(5):
        for i in range(4):
            rows[i, k] *= math.exp(-density[k])
    for i in range(4):
        for j in range(i + 1):
            total = 0.0
            for k in range(5):
                for m in range(5):
                    low, high = min(_LEVELS[k], _LEVELS[m]), max(_LEVELS[k], _LEVELS[m])
                    total += rows[i, k] * rows[j, m] * low * (1.0 - high)
            out[i, j] = out[j, i] = total / n


@kernel
def _weigh(table: np.ndarray, data: np.ndarray, theta: np.ndarray, lower: np.ndarray, out: np.ndarray) -> float:
    """Weighted residuals of data and derivatives of the contrasts in theta into out (5, 4); sum of squares."""
    c, scale = np.empty((4, 3)), math.exp(theta[LOG_SCALE])
    contrasts(table, theta[ALPHA], theta[BETA], c)
    out[1], out[2], out[3], out[4] = c[:, 1], c[:, 2], 0.0, 0.0
    out[1 + LOC, MEDIAN] = out[1 + LOG_SCALE, LOG_INNER] = 1.0
    out[1 + LOG_SCALE, MEDIAN] = scale * c[MEDIAN, 0]
    out[1, MEDIAN] *= scale
    out[2, MEDIAN] *= scale
    out[0] = data - c[:, 0]
    out[0, MEDIAN] = data[MEDIAN] - theta[LOC] - scale * c[MEDIAN, 0]
    out[0, LOG_INNER] -= theta[LOG_SCALE]
    for i in range(5):
        forward(lower, out[i])
    return dot(out[0], out[0])


@kernel
def settle(table: np.ndarray, data: np.ndarray, n: float, free: np.ndarray, theta: np.ndarray) -> None:
    """Move the free entries of theta (alpha, beta, loc, log scale) to where contrasts are nearest to data."""
    lower, w, other = np.empty((4, 4)), np.empty((5, 4)), np.empty((5, 4))
    g, h, step, trial = np.empty(4), np.empty((4, 4)), np.empty(4), np.empty(4)
    covariance(table, theta[ALPHA], theta[BETA], n, lower)
    factor(lower)
    square = _weigh(table, data, theta, lower, w)
    for _ in range(_MOST_STEPS):
        downhill(w, g)
        curvature(w, h)
        gain = move(g, h, theta, ALPHA_MIN, free, step)
        new = math.inf
        while gain > _TIGHT:
            for i in range(4):
                trial[i] = theta[i] + step[i]
            if free[ALPHA]:
                trial[ALPHA] = min(max(trial[ALPHA], ALPHA_MIN), ALPHA_MAX)
            if free[BETA]:
                trial[BETA] = min(max(trial[BETA], -1.0), 1.0)
            new = _weigh(table, data, trial, lower, other)
            if new <= square:
                break
            for i in range(4):
                step[i] *= 0.5
            gain *= 0.5
        if not new <= square:
            break
        w, other, square = other, w, new
        copy(trial, theta)


@kernel
def spread(table: np.ndarray, theta: np.ndarray, n: float, free: np.ndarray, cov: np.ndarray) -> None:
    """Asymptotic covariance of (alpha, beta, loc, log scale) at scale 1 into cov; zeros where held.

    The inverse of J' V^-1 J, J the derivatives of the contrasts, V their covariance. Where alpha is 2 beta counts as
    held, and its variance is BETA_UNKNOWN. Elsewhere at the ends of the ranges this is the covariance of estimates that
    may go beyond.
    """
    lower, w, h = np.empty((4, 4)), np.empty((5, 4)), np.empty((4, 4))
    column, unit = np.empty(4), np.empty(4)
    covariance(table, theta[ALPHA], theta[BETA], n, lower)
    factor(lower)
    at = np.array([theta[ALPHA], theta[BETA], 0.0, 0.0])
    _weigh(table, unit, at, lower, w)
    for i in range(4):
        for j in range(4):
            h[i, j] = dot(w[1 + i], w[1 + j])
    moves = free.copy()
    moves[BETA] = free[BETA] and theta[ALPHA] < ALPHA_MAX
    for j in range(4):
        unit[:], column[:] = 0.0, 0.0
        unit[j] = 1.0
        solve(h, unit, moves, column)
        for i in range(4):
            cov[i, j] = column[i] if moves[i] and moves[j] else 0.0
    if free[BETA] and not moves[BETA]:
        cov[BETA, BETA] = BETA_UNKNOWN
