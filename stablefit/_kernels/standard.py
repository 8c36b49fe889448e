"""Samples checked, and brought into units of their own width about their own centre."""

import math

import numpy as np

from stablefit._kernels.compile import kernel, spliced

FEWEST = 8  # values that a sample must hold at least
OK, NOT_CONVERGED, CONSTANT, ZERO_INFLATED, DEAD, TOO_FEW, NONFINITE = 0, 2, 3, 4, 5, 6, 7  # codes of stablefit.Status
_LARGEST = 1e290  # with room to divide by a scale that is small in these units


@kernel
def _standardise(x: np.ndarray, centre: float, width: float) -> None:
    """Replace x by (x - centre) / width, in place, within `_LARGEST` of 0.

    A width that is a power of two is divided by without rounding. The division takes two factors, because 1 / width
    overflows for the smallest widths.
    """
    first = math.ldexp(1.0, -(math.frexp(width)[1] // 2))
    second = 1.0 / (width * first)
    origin = centre * first * second
    for i in range(x.size):
        z = float(x[i]) * first * second - origin
        x[i] = min(max(z, -_LARGEST), _LARGEST)


@spliced
def _power_of_two(lower: float, upper: float) -> float:
    """Power of two next above upper - lower."""
    distance = min(upper - lower, 2.0**1022)
    return math.ldexp(1.0, math.frexp(distance)[1]) if distance > 0.0 else 1.0


@spliced
def _status(x: np.ndarray, n: float, lower: float, commonest: float) -> int:
    if math.isnan(lower) and x.size > 0:
        return NONFINITE
    if n < FEWEST:
        return TOO_FEW
    if commonest == n:
        return DEAD if x[0] == 0.0 else CONSTANT
    return ZERO_INFLATED if commonest > 0 else OK


@kernel
def fill(
    rows: np.ndarray,
    size: np.ndarray,
    commonest: np.ndarray,
    held_loc: float,
    held_scale: float,
    quantiles: np.ndarray,
    centre: np.ndarray,
    width: np.ndarray,
    status: np.ndarray,
) -> None:
    """Standardise each row and its quantiles (k, m), in place; the first two of these are the quartiles.

    size (k,) says how many values a row holds by weight, commonest (k,) how often its commonest occurs, as order.py
    has it. The centre is the middle between the quartiles and the width a power of two near their distance, or the held
    ones where these are not nan.
    """
    for i in range(rows.shape[0]):
        lower, upper = quantiles[i, 0], quantiles[i, 1]
        status[i] = _status(rows[i], size[i], lower, commonest[i])
        centre[i] = 0.5 * lower + 0.5 * upper if math.isnan(held_loc) else held_loc
        width[i] = _power_of_two(lower, upper) if math.isnan(held_scale) else held_scale
        if status[i] == OK:
            _standardise(rows[i], centre[i], width[i])
            _standardise(quantiles[i], centre[i], width[i])


@kernel
def restore(
    centre: np.ndarray,
    width: np.ndarray,
    loc: np.ndarray,
    scale: np.ndarray,
    cov: np.ndarray,
    status: np.ndarray,
    errors: np.ndarray,
) -> None:
    """Bring location, scale and the covariance of (alpha, beta, loc, scale) back into the samples' units, in place.

    The standard errors go into errors (k, 4); variances may overflow or vanish. What is no law is not converged.
    """
    for i in range(loc.size):
        errors[i, 0], errors[i, 1] = math.sqrt(cov[i, 0, 0]), math.sqrt(cov[i, 1, 1])
        errors[i, 2], errors[i, 3] = math.sqrt(cov[i, 2, 2]) * width[i], math.sqrt(cov[i, 3, 3]) * width[i]
        loc[i] = centre[i] + width[i] * loc[i]
        scale[i] *= width[i]
        known = errors[i].sum() < math.inf
        if not (known and abs(loc[i]) < math.inf and 0.0 < scale[i] < math.inf):
            status[i] = NOT_CONVERGED
        for j in range(4):
            cov[i, j, 2] *= width[i]
            cov[i, j, 3] *= width[i]
            cov[i, 2, j] *= width[i]
            cov[i, 3, j] *= width[i]
