"""McCulloch's quantile estimator for general laws: two functions of five quantiles, inverted for alpha and beta.

Below alpha = 0.6 (q95 + q05 - 2 q50) / (q95 - q05) falls again as beta goes to 1, and the two functions no longer tell
the laws apart: 0.6 is the lowest alpha, as it is in McCulloch's paper (Commun. Statist. Simula. 15, 1986).
"""

import math

import numpy as np

from stablefit._kernels.compile import kernel
from stablefit._kernels.skewed_mcculloch_spread import spread
from stablefit._kernels.skewed_mcculloch_table import (
    LOG_INNER,
    LOG_OUTER,
    LOG_RATIO,
    MEDIAN,
    SKEWNESS,
    contrasts,
)

ALPHA_MIN, ALPHA_MAX = 0.6, 2.0
OK, BOUNDARY, NOT_CONVERGED = 0, 1, 2
_MOST_STEPS = 100
_TIGHT = 1e-12  # change of alpha or beta at which to stop


@kernel
def _next(x: float, move: float, low: float, high: float) -> float:
    """Newton's next point, the middle of the bracket where that is outside."""
    return x + move if low < x + move < high else 0.5 * (low + high)


@kernel
def beta_at(table: np.ndarray, alpha: float, target: float, beta: float, c: np.ndarray) -> float:
    """The beta in [0, 1] with skewness target >= 0 at an alpha, from a guess; 1 where there is none. Contrasts into c.

    Skewness rises with beta for every alpha but 2.
    """
    low, high = 0.0, 1.0
    for _ in range(_MOST_STEPS):
        contrasts(table, alpha, beta, c)
        gap = target - c[SKEWNESS, 0]
        if gap > 0.0:
            if beta == 1.0:
                return 1.0
            low = beta
        else:
            high = beta
        move = gap / c[SKEWNESS, 2]
        if abs(move) < _TIGHT:
            return beta
        if high == 1.0 and not beta + move < 1.0:  # the end itself, once: it may be the answer
            beta = 1.0
            continue
        beta = _next(beta, move, low, high)
        if high - low < _TIGHT:
            break
    contrasts(table, alpha, beta, c)
    return beta


@kernel
def invert(
    table: np.ndarray, of: int, target: float, skewness: float, held_beta: float, c: np.ndarray
) -> tuple[float, float, int]:
    """Alpha and beta where contrast `of` is target and the skewness is skewness >= 0, and a state; contrasts into c.

    Along lines of equal skewness, and then along beta = 1, the contrast falls with alpha: the determinant of its and
    the skewness's derivatives has one sign for alpha from 0.6 to 2. Beta is held unless held_beta is nan. Where no law
    is as skewed as the data, the contrast alone gives alpha, and beta is 1.
    """
    free_beta = math.isnan(held_beta)
    low, high = ALPHA_MIN, ALPHA_MAX
    alpha, beta = 1.5, 0.5 if free_beta else held_beta
    for _ in range(_MOST_STEPS):
        if free_beta:
            beta = beta_at(table, alpha, skewness, min(beta, 0.999), c)
        else:
            contrasts(table, alpha, beta, c)
        gap = target - c[of, 0]
        slope = c[of, 1]
        if free_beta and beta < 1.0:
            slope -= c[of, 2] * c[SKEWNESS, 1] / c[SKEWNESS, 2]
        if gap > 0.0:
            if alpha == ALPHA_MIN:
                return alpha, beta, BOUNDARY
            high = alpha
        else:
            if alpha == ALPHA_MAX:
                return alpha, 0.0 if free_beta else held_beta, BOUNDARY
            low = alpha
        move = gap / slope
        if abs(move) < _TIGHT or high - low < _TIGHT:
            break
        if high == ALPHA_MAX and not alpha + move < ALPHA_MAX:
            alpha = ALPHA_MAX
        elif low == ALPHA_MIN and not alpha + move > ALPHA_MIN:
            alpha = ALPHA_MIN
        else:
            alpha = _next(alpha, move, low, high)
    return alpha, beta, BOUNDARY if free_beta and beta >= 1.0 else OK


@kernel
def _shape(
    table: np.ndarray,
    data: np.ndarray,
    held_alpha: float,
    held_beta: float,
    free: np.ndarray,
    c: np.ndarray,
) -> tuple[float, float, int]:
    """Alpha and beta where the contrasts of data have a skewness of at least 0, and a state; contrasts into c."""
    if free[0]:
        of = LOG_OUTER if not free[1] and not free[3] else LOG_RATIO
        return invert(table, of, data[of], data[SKEWNESS], math.nan if free[1] else held_beta, c)
    beta = 0.0 if free[1] else held_beta
    if free[1] and held_alpha < ALPHA_MAX:
        beta = beta_at(table, held_alpha, data[SKEWNESS], 0.5, c)
    else:
        contrasts(table, held_alpha, beta, c)
    return held_alpha, beta, BOUNDARY if free[1] and (beta >= 1.0 or held_alpha >= ALPHA_MAX) else OK


@kernel
def _row(
    quantiles: np.ndarray,
    n: float,
    held_alpha: float,
    held_beta: float,
    free: np.ndarray,
    table: np.ndarray,
    out: np.ndarray,
    cov: np.ndarray,
) -> int:
    """Alpha, beta, loc and scale from (q25, q75, q05, q95, q50) into out (4,), and a state; see `fill`."""
    inner, outer = quantiles[1] - quantiles[0], quantiles[3] - quantiles[2]
    data = np.empty(4)
    data[LOG_INNER], data[LOG_OUTER] = math.log(inner), math.log(outer)
    data[LOG_RATIO] = data[LOG_OUTER] - data[LOG_INNER]
    data[SKEWNESS] = ((quantiles[3] - quantiles[4]) - (quantiles[4] - quantiles[2])) / outer
    side = -1.0 if data[SKEWNESS] < 0.0 else 1.0  # the reflected sample is fitted
    data[SKEWNESS] = abs(data[SKEWNESS])
    c = np.empty((5, 3))
    if not free[0] and held_alpha < ALPHA_MIN:
        out[:] = math.nan
        cov[:, :] = math.nan
        return NOT_CONVERGED
    alpha, beta, state = _shape(table, data, held_alpha, side * held_beta, free, c)
    scale = math.exp(data[LOG_INNER] - c[LOG_INNER, 0]) if free[3] else 1.0
    out[0], out[1], out[3] = alpha, side * beta + 0.0, scale  # no -0
    out[2] = quantiles[4] - side * scale * c[MEDIAN, 0] if free[2] else 0.0
    spread(alpha, beta, n, free, table, c, cov)
    for i in range(4):
        for j in range(4):
            cov[i, j] *= (scale if i > 1 else 1.0) * (scale if j > 1 else 1.0)
            if (i in (1, 2)) != (j in (1, 2)):
                cov[i, j] *= side
    return state


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
        out[:, i] = row
