"""The Laplace law and its maximum-likelihood fit."""

import math
from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.rivals.symmetric import SymmetricLaw

LOG_2 = math.log(2.0)


@dataclass(frozen=True, eq=False)
class Laplace(SymmetricLaw):
    """Laplace (two-sided exponential) law with median `loc` and mean absolute deviation `scale`.

    Examples
    --------
    >>> float(Laplace(0.0, 2.0).pdf(0.0))
    0.25
    """

    def _standard_logpdf(self, z: FloatArray) -> FloatArray:
        return -np.abs(z) - LOG_2

    def _standard_cdf(self, z: FloatArray) -> FloatArray:
        small = 0.5 * np.exp(-np.abs(z))
        return np.where(z < 0.0, small, 1.0 - small)

    def _standard_logcdf(self, z: FloatArray) -> FloatArray:
        small = 0.5 * np.exp(-np.abs(z))
        return np.where(z < 0.0, z - LOG_2, np.log1p(-small))

    def _standard_ppf(self, q: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(q < 0.5, np.log(2.0 * q), -np.log(2.0 - 2.0 * q))


def fit_laplace(samples: FloatArray) -> Laplace:
    """Median and mean absolute deviation from it along the last axis: the maximum of the likelihood."""
    loc = np.median(samples, axis=-1)
    return Laplace(loc, np.mean(np.abs(samples - loc[..., None]), axis=-1))
