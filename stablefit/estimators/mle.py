"""Maximum likelihood for symmetric laws: a scoring fit a row, from the estimate by quantiles."""

from collections.abc import Mapping

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators import profile, quantile, restarts
from stablefit.estimators.estimates import SYMMETRIC, Estimates, estimated
from stablefit.estimators.information import expected_covariance, information_table
from stablefit.estimators.standard import Standard
from stablefit.estimators.status import Status
from stablefit.laws.tabled import tables

ONE_SIDED = 0.5 * 1.959963984540054**2  # half the 95 % point of chi-square with one degree of freedom
HIGHEST_START = 1.9  # quantiles tell larger alphas too badly to begin there: they often take 1.8 for 2


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Maximise the likelihood of each row.

    Parameters
    ----------
    samples : Standard
        One sample a row, in standard units, with quantiles at `quantile.PROBABILITIES`.
    held : mapping
        Values of the parameters that are not estimated: loc 0 and scale 1, as `Standard` has them.

    Returns
    -------
    Estimates
        Standard errors from the expected information. At alpha = 2 that of alpha is the distance to the one-sided 95
        % profile limit over 1.96, and it is uncorrelated with the rest.

    Notes
    -----
    Each row is fitted in units of its start, (x - loc) / scale, which makes the fit equivariant under shift and scale.
    """
    from stablefit._kernels import scoring

    free = estimated(held)
    data = (*tables(), *information_table())
    k = len(samples.rows)
    start = quantile.start(samples.quantiles, held)
    alpha, loc, scale = (np.full(k, np.nan) for _ in SYMMETRIC)
    cov, status = np.full((k, 3, 3), np.nan), np.full(k, int(Status.NOT_CONVERGED))
    size, optimum = samples.size, np.empty(4)
    for i in np.flatnonzero(np.isfinite(start[2])):
        row = samples.rows[i]
        origin, unit = start[1, i], start[2, i]
        z = (row - origin) / unit
        first = np.array([held.get("alpha", min(start[0, i], HIGHEST_START)), 0.0, 0.0])
        state = restarts.maximise(z, samples.weights[i], first, free, optimum)
        if state == scoring.NOT_CONVERGED:
            origin, unit = _closer(row, origin, unit, optimum, free)
            with np.errstate(over="ignore"):
                z = np.nan_to_num((row - origin) / unit)  # inf becomes the largest float64
            first[0] = optimum[0]
            state = scoring.maximise(z, samples.weights[i], first, free, *data, optimum)
        alpha[i] = optimum[0]
        loc[i] = origin + unit * optimum[1] if free[1] else held["loc"]
        scale[i] = unit * np.exp(optimum[2]) if free[2] else held["scale"]
        at_two = free[0] and optimum[0] == 2.0
        covariance = expected_covariance(
            optimum[0], float(np.exp(optimum[2])), size[i], free & np.array([not at_two, True, True])
        )
        if at_two:
            end = profile.limit(z, samples.weights[i], optimum, free, 0, -1.0, 1.0, ONE_SIDED)
            covariance[0, 0] = ((2.0 - end) / 1.959963984540054) ** 2
        units = np.array([1.0, unit, unit])
        cov[i] = covariance * units[:, None] * units
        status[i] = (Status.OK, Status.BOUNDARY, Status.NOT_CONVERGED)[state]
    return Estimates.symmetric(alpha, loc, scale, cov, status)


def _closer(row: FloatArray, origin: float, unit: float, last: FloatArray, free: BoolArray) -> tuple[float, float]:
    """Origin and unit for a second look: the value nearest to the last location, and the last scale.

    The likelihood of many equal values rises steeply towards them, and its maximum is there. Unless they lie at 0, the
    spacing of floating-point numbers can be too wide for scales of 1e-10 units to be seen.
    """
    if free[1]:
        origin = float(row[np.argmin(np.abs(row - (origin + unit * last[1])))])
    smaller = unit * float(np.exp(last[2]))
    return origin, smaller if free[2] and 0.0 < smaller < np.inf else unit
