"""The normal law and its maximum-likelihood fit."""

import math
from dataclasses import dataclass

import numpy as np

from stablefit._types import FloatArray
from stablefit.gof.rivals.symmetric import SymmetricLaw


@dataclass(frozen=True, eq=False)
class Normal(SymmetricLaw):
    """Normal law with mean `loc` and standard deviation `scale`.

    Examples
    --------
    >>> round(float(Normal(0.0, 1.0).cdf(-1.959963984540054)), 12)
    0.025
    """

    def _standard_logpdf(self, z: FloatArray) -> FloatArray:
        return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi)

    def _standard_cdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import ndtr

        return ndtr(z)

    def _standard_logcdf(self, z: FloatArray) -> FloatArray:
        from scipy.special import log_ndtr

        return log_ndtr(z)

    def _standard_ppf(self, q: FloatArray) -> FloatArray:
        from scipy.special import ndtri

        return ndtri(q)


def fit_normal(samples: FloatArray) -> Normal:
    """Mean and standard deviation (divisor n) along the last axis: the maximum of the likelihood."""
    return Normal(np.mean(samples, axis=-1), np.std(samples, axis=-1))
