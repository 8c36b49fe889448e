"""Moments of log abs(X) of symmetric stable laws, on which the log-moment and the block-sum estimators rest.

They are cumulants, by differentiating in p at 0 the logarithm of the moment of order p at scale 1, E abs(X)**p = 2**p
Gamma((1 + p)/2) Gamma(1 - p/alpha) / (sqrt(pi) Gamma(1 - p/2)) (Zolotarev, "One-dimensional Stable Distributions",
1986, section 2.1).
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from stablefit._types import BoolArray, FloatArray, IntArray
from stablefit.estimators.fixed import ALPHA_MIN
from stablefit.estimators.standard import QUARTILES, Standard
from stablefit.estimators.status import Status

PROBABILITIES = (*QUARTILES, 0.5)
"""Quantiles that these estimators want."""
EULER = float(np.euler_gamma)
_ZETA_3 = 1.2020569031595942


class LogSamples(NamedTuple):
    """Logarithms of the distances from a centre; exact zeros, such as the median of an odd sample, are left out."""

    values: FloatArray  # (k, n), 0 where left out
    used: BoolArray  # (k, n)
    size: IntArray  # (k,), how many are used

    def mean(self) -> FloatArray:
        """Mean of each row."""
        return np.asarray(self.values.sum(axis=1) / self.size)

    def variance(self) -> FloatArray:
        """Unbiased variance of each row."""
        deviation = np.where(self.used, self.values - self.mean()[:, None], 0.0)
        return np.asarray((deviation**2).sum(axis=1) / (self.size - 1))


def centre(samples: Standard, held: Mapping[str, float]) -> FloatArray:
    """Where distances are measured from: the held loc, which is 0 in standard units, or the median."""
    return np.zeros(len(samples.rows)) if "loc" in held else samples.quantiles[:, PROBABILITIES.index(0.5)].copy()


def log_distances(rows: FloatArray, centre: FloatArray) -> LogSamples:
    """Log abs(x - centre) of each row."""
    with np.errstate(over="ignore"):
        distances = np.abs(rows - centre[:, None])
    used = distances > 0.0
    return LogSamples(np.log(np.where(used, distances, 1.0)), used, used.sum(axis=1))


def variance(alpha: Any) -> Any:
    """Second cumulant: pi^2/12 + pi^2/(6 alpha^2)."""
    return math.pi**2 / 12.0 + math.pi**2 / (6.0 * alpha**2)


def third_cumulant(alpha: Any) -> Any:
    """Third cumulant: 2 zeta(3) (alpha^-3 - 1)."""
    return 2.0 * _ZETA_3 * (alpha**-3.0 - 1.0)


def fourth_cumulant(alpha: Any) -> Any:
    """Fourth cumulant: 7 pi^4/120 + pi^4/(15 alpha^4)."""
    return 7.0 * math.pi**4 / 120.0 + math.pi**4 / (15.0 * alpha**4)


def scale_from(mean: FloatArray, alpha: FloatArray) -> FloatArray:
    """Scale of samples whose log has this mean: E log abs(X) = log scale + EULER (1/alpha - 1)."""
    with np.errstate(over="ignore"):  # of samples that range over hundreds of powers of ten
        return np.exp(mean - EULER * (1.0 / alpha - 1.0))


def alpha_and_scale(
    inverse_alpha: FloatArray, mean: FloatArray, held: Mapping[str, float]
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Alpha within [`ALPHA_MIN`, 2], the scale that the mean log then tells, and whether an end was hit.

    What is held comes back as it is.
    """
    if "alpha" in held:
        alpha, status = np.full(mean.size, held["alpha"]), np.zeros(mean.size, dtype=np.int64)
    else:
        alpha = 1.0 / np.clip(inverse_alpha, 0.5, 1.0 / ALPHA_MIN)
        inside = (inverse_alpha > 0.5) & (inverse_alpha < 1.0 / ALPHA_MIN)
        status = np.where(inside, Status.OK, Status.BOUNDARY).astype(np.int64)
    return alpha, np.ones(mean.size) if "scale" in held else scale_from(mean, alpha), status


def covariance(
    alpha: FloatArray,
    scale: FloatArray,
    of_alpha: FloatArray,
    together: FloatArray,
    of_log_scale: FloatArray,
    n: int,
    held: Mapping[str, float],
) -> FloatArray:
    """Covariance of (alpha, loc, scale) from that of alpha and log scale, loc being the median.

    The variance of the median of n is 1 / (4 n f(0)^2), and f(0) = Gamma(1 + 1/alpha) / (pi scale).
    """
    from scipy.special import gamma

    cov = np.zeros((alpha.size, 3, 3))
    cov[:, 0, 0] = of_alpha
    with np.errstate(over="ignore", invalid="ignore"):
        if "scale" not in held:
            cov[:, 2, 2] = scale**2 * of_log_scale
            cov[:, 0, 2] = cov[:, 2, 0] = scale * together
        if "loc" not in held:
            cov[:, 1, 1] = (0.5 * np.pi * scale / gamma(1.0 + 1.0 / alpha)) ** 2 / n
    return cov
