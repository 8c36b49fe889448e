"""Maximum likelihood for skewed laws: a scoring fit a row, from a start that is already close."""

from collections.abc import Mapping

import numpy as np

from stablefit._types import BoolArray, FloatArray
from stablefit.estimators import profile, skewed_restarts
from stablefit.estimators.estimates import Estimates, estimated
from stablefit.estimators.fixed import PARAMETERS
from stablefit.estimators.skewed_family import skewed_family
from stablefit.estimators.standard import Standard
from stablefit.estimators.status import Status

_TWO_SIDED = 1.959963984540054  # normal quantile of .975
_DROP = 0.5 * _TWO_SIDED**2  # of the log-likelihood
_OUTCOMES = (Status.OK, Status.BOUNDARY, Status.NOT_CONVERGED)  # states of `_kernels.skewed_scoring`


def estimate(samples: Standard, held: Mapping[str, float], start: Estimates) -> Estimates:
    """Maximise the likelihood of each row over alpha, beta, loc and scale.

    Parameters
    ----------
    samples : Standard
        One sample a row, in standard units.
    held : mapping
        Values of the parameters that are not estimated: loc 0 and scale 1, as `Standard` has them.
    start : Estimates
        Where to begin, one a row.

    Returns
    -------
    Estimates
        Standard errors from the expected information. At alpha = 2 that of alpha is the distance to the one-sided 95 %
        profile limit over 1.96, at beta = -1 and 1 that of beta the same by slope and information; they are
        uncorrelated with the rest.

    Notes
    -----
    Each row is fitted in units of its start, (x - loc) / scale, which makes the fit equivariant under shift and scale.
    """
    free = estimated(held, PARAMETERS)
    k = len(samples.rows)
    values, cov = np.full((4, k), np.nan), np.full((k, 4, 4), np.nan)
    status, size = start.status.copy(), samples.size
    optimum, information = np.empty(5), np.empty((4, 4))
    for i, row in enumerate(samples.rows):
        if start.status[i] > Status.NOT_CONVERGED or not np.isfinite(start.scale[i]):
            continue
        origin, unit = held.get("loc", start.loc[i]), held.get("scale", start.scale[i])
        with np.errstate(over="ignore"):
            z = np.nan_to_num((row - origin) / unit)  # inf becomes the largest float64
        first = np.array([held.get("alpha", start.alpha[i]), held.get("beta", start.beta[i]), 0.0, 0.0])
        state = skewed_restarts.maximise(z, samples.weights[i], first, free, optimum, information)
        units = np.array([1.0, 1.0, unit, unit])
        cov[i] = _covariance(z, samples.weights[i], size[i], optimum, information, free) * units[:, None] * units
        values[:, i] = optimum[0], optimum[1], origin + unit * optimum[2], unit * np.exp(optimum[3])
        status[i] = _OUTCOMES[state]
    for j, name in enumerate(PARAMETERS):
        if name in held:
            values[j, ~np.isnan(values[j])] = held[name]
    return Estimates(values[0], values[1], values[2], values[3], cov, status)


def at_two(normal: Estimates, held: Mapping[str, float]) -> Estimates:
    """Return normal fits as those of general laws with alpha held at 2, where beta is without effect.

    It is 0 if it is not held, with all of its range for an interval, and the fit is at a boundary.
    """
    normal.beta[:] = held.get("beta", 0.0)
    if "beta" not in held:
        normal.cov[:, 1, 1] = 1.0 / _TWO_SIDED**2
        normal.status[normal.status == Status.OK] = Status.BOUNDARY
    return normal


def _covariance(
    z: FloatArray, weights: FloatArray, n: float, optimum: FloatArray, information: FloatArray, free: BoolArray
) -> FloatArray:
    """Inverse of the expected information of (alpha, beta, loc, scale), zeros where held."""
    from stablefit._kernels import curvature

    alpha, beta, scale = optimum[0], optimum[1], float(np.exp(optimum[3]))
    covariance = np.empty((4, 4))
    inside = free & np.array([alpha < 2.0, abs(beta) < 1.0 and alpha < 2.0, True, True])
    if alpha == 2.0:  # normal: of loc and log scale, at scale 1
        information = np.diag([0.0, 0.0, 0.5, 2.0])
    units = np.array([1.0, 1.0, scale, scale])  # of loc / scale and log scale
    curvature.inverse(n * information, inside, covariance)
    covariance *= units[:, None] * units
    if free[0] and alpha == 2.0:
        covariance[0, 0] = _below_two(z, weights, optimum, free) ** 2
    if free[1] and not inside[1]:
        # at alpha = 2 beta is without effect: all of its range is left
        distance = 1.0 if alpha == 2.0 else _off_the_end(z, weights, n, optimum, free)
        covariance[1, 1] = (distance / _TWO_SIDED) ** 2
    return covariance


def _below_two(z: FloatArray, weights: FloatArray, optimum: FloatArray, free: BoolArray) -> float:
    """Distance of the one-sided 95 % limit of alpha from 2 over 1.96, by the profile of symmetric laws."""
    symmetric = np.array([2.0, optimum[2], optimum[3], optimum[4]])
    end = profile.limit(z, weights, symmetric, free[[0, 2, 3]], 0, -1.0, 1.0, _DROP)
    return (2.0 - float(end)) / _TWO_SIDED


def _off_the_end(z: FloatArray, weights: FloatArray, n: float, optimum: FloatArray, free: BoolArray) -> float:
    """Distance d of the one-sided 95 % limit of beta from its end, -1 or 1.

    The log-likelihood falls by g d + J d^2 / 2: g is its slope there, J the information about beta beside the others at
    that distance, since at the end itself it is infinite.
    """
    from stablefit._kernels import skewed_scoring

    sums, information, at = np.empty(5), np.empty((4, 4)), optimum[:4].copy()
    family = skewed_family(z.size)
    end = float(at[1])
    skewed_scoring.likelihood(z, weights, at, family, sums, information)
    slope = max(end * float(sums[2]), 0.0)
    distance = 0.2
    for _ in range(3):
        at[1] = end * (1.0 - distance)
        skewed_scoring.likelihood(z, weights, at, family, sums, information)
        left = np.linalg.pinv(n * information[np.ix_(free, free)], hermitian=True)
        j = 1.0 / float(left[int(free[:1].sum()), int(free[:1].sum())])
        distance = min((np.sqrt(slope * slope + 2.0 * _DROP * j) - slope) / j, 1.0) if slope < np.inf else 0.0
    return distance
