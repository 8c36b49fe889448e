"""McCulloch's quantile estimator for general laws: two functions of five quantiles, inverted for alpha and beta.

They are (q95 - q05) / (q75 - q25) and (q95 + q05 - 2 q50) / (q95 - q05) (Commun. Statist. Simula. 15, 1986). Among laws
of one ratio the skewness rises with beta if alpha is 0.5 or more; at 0.45 it falls again as beta goes to 1, and the two
functions no longer tell the laws apart. That is why 0.5 is the lowest alpha; McCulloch's tables begin at 0.6.
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.elements import copy
from stablefit._kernels.skewed_mcculloch_spread import ALPHA_MIN, settle, spread
from stablefit._kernels.skewed_mcculloch_table import LOG_INNER, LOG_RATIO, MEDIAN, SKEWNESS, contrasts
from stablefit._kernels.skewed_step import ALPHA, ALPHA_MAX, BETA, LOC, LOG_SCALE

OK, BOUNDARY, NOT_CONVERGED = 0, 1, 2
_MOST_STEPS = 100
_TIGHT = 1e-12  # change of alpha or beta at which to stop


@kernel
def _next(x: float, move: float, low: float, high: float) -> float:
    """Newton's next point, the middle of the bracket where that is outside."""
    return x + move if low < x + move < high else 0.5 * (low + high)


@kernel
def alpha_at(table: np.ndarray, target: float, beta: float, alpha: float, c: np.ndarray) -> float:
    """The alpha with log ratio target at a beta, from a guess; the end of its range if none has. Contrasts into c.

    The ratio falls with alpha for every beta.
    """
    low, high = ALPHA_MIN, ALPHA_MAX
    for _ in range(_MOST_STEPS):
        contrasts(table, alpha, beta, c)
        gap = target - c[LOG_RATIO, 0]
        if gap > 0.0:
            if alpha == ALPHA_MIN:
                return alpha
            high = alpha
        else:
            if alpha == ALPHA_MAX:
                return alpha
            low = alpha
        move = gap / c[LOG_RATIO, 1]
        if abs(move) < _TIGHT or high - low < _TIGHT:
            return alpha
        if high == ALPHA_MAX and not alpha + move < ALPHA_MAX:  # an end itself, once: it may be the answer
            alpha = ALPHA_MAX
        elif low == ALPHA_MIN and not alpha + move > ALPHA_MIN:
            alpha = ALPHA_MIN
        else:
            alpha = _next(alpha, move, low, high)
    return alpha


@kernel
def invert(table: np.ndarray, target: float, skewness: float, c: np.ndarray) -> tuple[float, float]:
    """Alpha and beta where the log ratio is target and the skewness is skewness >= 0; contrasts into c.

    Where no law of that ratio is as skewed as the data beta is 1; where none has such a ratio alpha is at an end of its
    range, and beta 0 if that is 2.
    """
    contrasts(table, ALPHA_MAX, 0.0, c)
    if target <= c[LOG_RATIO, 0]:
        return ALPHA_MAX, 0.0
    low, high = 0.0, 1.0
    alpha, beta = 1.5, 0.5
    for _ in range(_MOST_STEPS):
        alpha = alpha_at(table, target, beta, alpha if ALPHA_MIN < alpha < ALPHA_MAX else 1.5, c)
        gap, slope = skewness - c[SKEWNESS, 0], c[SKEWNESS, 2]
        if ALPHA_MIN < alpha < ALPHA_MAX:
            slope -= c[SKEWNESS, 1] * c[LOG_RATIO, 2] / c[LOG_RATIO, 1]
        if gap > 0.0:
            if beta == 1.0:
                break
            low = beta
        else:
            high = beta
        move = gap / slope
        if abs(move) < _TIGHT or high - low < _TIGHT:
            break
        beta = 1.0 if high == 1.0 and not beta + move < 1.0 else _next(beta, move, low, high)
    if alpha >= ALPHA_MAX:
        beta = 0.0
        contrasts(table, alpha, beta, c)
    return alpha, beta


@kernel
def _contrasts(quantiles: np.ndarray, out: np.ndarray) -> float:
    """Contrasts of the sample into out (4,), reflected if its skewness is negative: return 1, or -1 then."""
    inner, outer = quantiles[1] - quantiles[0], quantiles[3] - quantiles[2]
    out[LOG_INNER] = math.log(inner)
    out[LOG_RATIO] = math.log(outer) - out[LOG_INNER]
    out[SKEWNESS] = ((quantiles[3] - quantiles[4]) - (quantiles[4] - quantiles[2])) / outer
    out[MEDIAN] = quantiles[4]
    if out[SKEWNESS] >= 0.0:
        return 1.0
    out[SKEWNESS], out[MEDIAN] = -out[SKEWNESS], -out[MEDIAN]
    return -1.0


@kernel
def _row(
    quantiles: np.ndarray,
    n: float,
    held_alpha: float,
    held_beta: float,
    free: np.ndarray,
    table: np.ndarray,
    theta: np.ndarray,
    cov: np.ndarray,
) -> int:
    """Alpha, beta, loc and scale from (q25, q75, q05, q95, q50) into theta (4,), and a state; see `fill`."""
    if not free[ALPHA] and held_alpha < ALPHA_MIN:
        theta[:] = math.nan
        cov[:, :] = math.nan
        return NOT_CONVERGED
    data, c = np.empty(4), np.empty((4, 3))
    side = _contrasts(quantiles, data)
    theta[ALPHA], theta[BETA] = invert(table, data[LOG_RATIO], data[SKEWNESS], c)
    theta[LOG_SCALE] = data[LOG_INNER] - c[LOG_INNER, 0] if free[LOG_SCALE] else 0.0
    unit = math.exp(theta[LOG_SCALE])
    theta[LOC] = data[MEDIAN] - unit * c[MEDIAN, 0] if free[LOC] else 0.0
    if not free.all():
        theta[ALPHA] = theta[ALPHA] if free[ALPHA] else held_alpha
        theta[BETA] = theta[BETA] if free[BETA] else side * held_beta
        data[MEDIAN] /= unit  # now in units of a first estimate of the scale
        data[LOG_INNER] -= theta[LOG_SCALE]
        theta[LOC], theta[LOG_SCALE] = theta[LOC] / unit, 0.0
        settle(table, data, n, free, theta)
        theta[LOC], theta[LOG_SCALE] = theta[LOC] * unit, theta[LOG_SCALE] + math.log(unit)
        if free[BETA] and theta[ALPHA] >= ALPHA_MAX:
            theta[BETA] = 0.0
    spread(table, theta, n, free, cov)
    at_edge = free[ALPHA] and (theta[ALPHA] <= ALPHA_MIN or theta[ALPHA] >= ALPHA_MAX)
    at_edge = at_edge or (free[BETA] and (abs(theta[BETA]) >= 1.0 or theta[ALPHA] >= ALPHA_MAX))
    scale = math.exp(theta[LOG_SCALE])
    theta[BETA] = side * theta[BETA] + 0.0  # no -0
    theta[LOC], theta[LOG_SCALE] = side * theta[LOC] + 0.0, scale
    for i in range(4):
        for j in range(4):
            cov[i, j] *= (scale if i >= LOC else 1.0) * (scale if j >= LOC else 1.0)
            if (i in (BETA, LOC)) != (j in (BETA, LOC)):
                cov[i, j] *= side
    return BOUNDARY if at_edge else OK


@kernel
def fill(
    quantiles: np.ndarray,
    n: np.ndarray,
    held_alpha: float,
    held_beta: float,
    free: np.ndarray,
    table: np.ndarray,
    out: np.ndarray,
    cov: np.ndarray,
    state: np.ndarray,
) -> None:
    """Fit each row: (alpha, beta, loc, scale) into out (4, k), their asymptotic covariance into cov (k, 4, 4), a state.

    quantiles (k, 5) are those of n (k,) values at .25, .75, .05, .95 and .5; free says which of (alpha, beta, loc,
    scale) are estimated; a held loc is 0 and a held scale 1. Where alpha is 2 there is nothing to tell beta by: it is 0
    and its variance that of `skewed_mcculloch_spread.spread`. A held alpha below ALPHA_MIN gives nan and NOT_CONVERGED.
    """
    row = np.empty(4)
    for i in range(quantiles.shape[0]):
        state[i] = _row(quantiles[i], n[i], held_alpha, held_beta, free, table, row, cov[i])
        copy(row, out[:, i])
