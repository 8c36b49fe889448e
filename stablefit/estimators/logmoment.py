"""Fitting by mean and variance of the logarithm of abs(x - loc)."""

from collections.abc import Mapping

import numpy as np

from stablefit._types import FloatArray, IntArray
from stablefit.estimators import logarithms
from stablefit.estimators.estimates import Estimates
from stablefit.estimators.standard import Standard

PROBABILITIES = logarithms.PROBABILITIES


def estimate(samples: Standard, held: Mapping[str, float]) -> Estimates:
    """Fit log moments of each row.

    Parameters
    ----------
    samples : Standard
        One sample a row, in standard units, with quantiles at `PROBABILITIES`.
    held : mapping
        Values of the parameters that are not estimated: loc 0 and scale 1, as `Standard` has them.

    Returns
    -------
    Estimates
        alpha from the variance V of log abs(x - loc), 1/alpha^2 = 6 V/pi^2 - 1/2, 2 where that is below 1/4; scale from
        the mean; loc the median. Values equal to loc are left out. Standard errors from the variances of both moments,
        taking loc as known.

    Notes
    -----
    Needs no table and no iteration, and pays for it: at n = 1000 the standard deviation of alpha is .11 at alpha 1.5
    and .15 at 1.7, two and three times that of ``"mle"``. Rounding near loc upsets it, as logarithms there are large.

    References
    ----------
    .. [1] X. Ma and C. L. Nikias, "Parameter estimation and blind channel identification in impulsive signal
       environments", IEEE Trans. Signal Process. 43 (1995).
    """
    loc = logarithms.centre(samples, held)
    logs = logarithms.log_distances(samples.rows, loc)
    return from_moments(loc, logs.mean(), logs.variance(), logs.size, samples.rows.shape[1], held)


def from_moments(
    loc: FloatArray, mean: FloatArray, variance: FloatArray, count: IntArray, n: int, held: Mapping[str, float]
) -> Estimates:
    """Return estimates from mean and variance of `count` logarithms of distances from loc, in samples of n values."""
    square = np.maximum(6.0 * variance / np.pi**2 - 0.5, 0.0)
    alpha, scale, status = logarithms.alpha_and_scale(np.sqrt(square), mean, held)
    v2, v3 = logarithms.variance(alpha) / count, logarithms.third_cumulant(alpha) / count
    v4 = (logarithms.fourth_cumulant(alpha) + 2.0 * logarithms.variance(alpha) ** 2) / count
    in_alpha, in_scale = np.zeros_like(alpha), np.zeros_like(alpha)  # derivatives of alpha and log scale in V
    if "alpha" not in held:
        in_alpha, in_scale = -3.0 * alpha**3 / np.pi**2, -3.0 * logarithms.EULER * alpha / np.pi**2
    of_scale = v2 + 2.0 * in_scale * v3 + in_scale**2 * v4
    together = in_alpha * (v3 + in_scale * v4)
    cov = logarithms.covariance(alpha, scale, in_alpha**2 * v4, together, of_scale, n, held)
    return Estimates.symmetric(alpha, loc, scale, cov, status)
